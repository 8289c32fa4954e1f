# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`server.connect`: stored settings, one interface after the other."""

import pytest

SERVER_CONNECTED, NO_LINK, NO_WIFI, NO_IP_ADDRESS, NO_SERVER = 5, 1, 1, 2, 4

# Runs on the board: connect()'s callback has one argument.
_PRELUDE = """
ends = []
def end(tag=None):
    def callback(result): ends.append((tag, result, server.isconnected()))
    return callback
def until(count, limit_ms=40000):
    start = time.ticks_ms()
    while len(ends) < count and time.ticks_diff(time.ticks_ms(), start) < limit_ms:
        time.sleep_ms(5)
    time.sleep_ms(300)
    return ends
"""


@pytest.fixture
def stored(device, world):
    """The board with the Wi-Fi network "home" stored."""
    home = world.wifi["home"]
    device.repl.run(_PRELUDE + f"imp.setwificonfiguration({home.ssid!r}, {home.key!r})\n")
    return device


def _connect(device, arguments="end()", count=1):
    device.repl.run(f"server.connect({arguments})")
    return device.repl.value(f"until({count})", timeout=50)


def _tries(device):
    return device.last_attempt()["tries"]


def test_s42_newest_connect_wins(stored):
    # In one go: a first connection could be there before a second command is read.
    stored.repl.run("server.connect(end('old'))\nserver.connect(end('new'))")
    assert stored.repl.value("until(1)", timeout=50) == [("new", SERVER_CONNECTED, True)]


def test_s43_newest_connectwith_wins(device):
    nics = ((device.wifi(), "old"), (device.ethernet(), "new"))
    device.repl.run("".join(f"attempt({nic!r}, None, {tag!r})\n" for nic, tag in nics))
    assert [call[:3] for call in device.wait(1)] == [("new", SERVER_CONNECTED, "eth0")]
    device.repl.run("import network")
    assert device.repl.value("until(lambda: not network.WLAN(0).active())", timeout=20) is True


def test_s43_connect_and_connectwith_share_the_slot(stored, world):
    nic = stored.wifi("cafe", key="")
    stored.repl.run(f"attempt({nic!r}, None, 'old')\nserver.connect(end('new'))")
    assert stored.repl.value("until(1)", timeout=50) == [("new", SERVER_CONNECTED, True)]
    assert stored.calls() == []
    stored.repl.run("server.disconnect()\nserver.connect(end('never'))")
    assert stored.connect(stored.wifi("cafe", key="")) == SERVER_CONNECTED
    assert len(stored.repl.value("ends")) == 1
    stored.repl.run("import network")
    assert stored.repl.value("network.WLAN(0).config('ssid')") == world.wifi["cafe"].ssid


def test_s44_suspend_blocks_and_never_calls_back(stored):
    stored.repl.run(
        "server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, server.WAIT_TIL_SENT, 5)"
    )
    out = stored.repl.run("print(server.connect(end(), 1), server.isconnected())", timeout=40)
    assert out.split() == ["None", "True"]
    stored.repl.run("server.connect(end(), 1)\nsettle(500)")  # connected: nothing to do
    assert stored.repl.value("ends") == []


@pytest.mark.parametrize("given, seconds", [(None, 60), (7, 7), (62.5, 62.5), (86400, 86400)])
def test_the_time_that_an_attempt_has_is_reported(device, given, seconds):
    device.start(device.ethernet(), given)
    assert device.repl.value("imp.diag.lastattempt()['timeout']") == seconds  # while it runs
    assert device.wait()[0][1] == SERVER_CONNECTED
    device.repl.run("server.disconnect()")
    assert device.last_attempt()["timeout"] == seconds


def test_s45_connect_while_connected_changes_nothing(stored):
    assert stored.connect(stored.wifi("cafe", key="")) == SERVER_CONNECTED
    out = stored.repl.run("server.connect(end())\nprint(server.isconnected())\nsettle(500)")
    assert out.split() == ["True"]
    assert stored.repl.value("ends") == []
    assert stored.repl.value("imp.diag.counters()")["attempts"] == 1


def test_s46_without_anything_stored_it_ends_in_the_callback(device, world):
    world.ethernet.unplug()
    device.repl.run(_PRELUDE)
    assert _connect(device, "end(), 2") == [(None, NO_LINK, False)]


def test_s47_disconnect_is_done_when_it_returns(stored):
    assert _connect(stored) == [(None, SERVER_CONNECTED, True)]
    out = stored.repl.run(
        "server.disconnect()\nprint(server.isconnected())\nserver.disconnect()\n"
        "server.disconnect()\nprint(server.isconnected())\n"
    )
    assert out.split() == ["False", "False"]


def test_s49_active_and_isconnected_are_the_same(stored, world):
    stored.repl.run(
        "import _connectwith\n"
        "def agree():\n"
        "    with _connectwith.SchedulerLock():\n"
        "        return ('active' in imp.net.info()) == server.isconnected()\n"
        "answers = [agree()]\n"
        "server.connect(lambda result: answers.append(agree()))\n"
        "while len(answers) < 2: time.sleep_ms(5)\n"
        "answers += [agree(), server.isconnected()]\n"
        "server.disconnect()\nanswers += [agree(), not server.isconnected()]\n",
        timeout=40,
    )
    assert stored.repl.value("answers") == [True] * 6


def test_s50_last_error_is_the_code_that_the_callback_got(stored, world):
    assert "lasterror" not in stored.repl.value("imp.net.info()")
    world.broker.stop()
    assert _connect(stored, "end(), 8") == [(None, NO_SERVER, False)]
    assert stored.repl.value("imp.net.info()")["lasterror"] == NO_SERVER
    world.broker.start()
    assert _connect(stored, count=2)[1:] == [(None, SERVER_CONNECTED, True)]
    assert "lasterror" not in stored.repl.value("imp.net.info()")


def test_s65_default_order_is_ethernet_then_wifi(stored, world):
    stored.ethernet()
    assert stored.repl.value("imp.net.getserverinterfaces()")[:2] == ["ethernet", "wifi"]
    assert _connect(stored) == [(None, SERVER_CONNECTED, True)]
    assert _tries(stored) == {"eth0": SERVER_CONNECTED}
    stored.repl.run("server.disconnect()")
    world.ethernet.remove_chip()
    assert _connect(stored, count=2)[1:] == [(None, SERVER_CONNECTED, True)]
    assert _tries(stored) == {"eth0": NO_LINK, "wl0": SERVER_CONNECTED}


def test_ethernet_without_cable_does_not_use_up_the_time(stored, world):
    world.ethernet.unplug()
    out = stored.repl.run(
        "start = time.ticks_ms()\nserver.connect(end())\nuntil(1)\n"
        "print(ends[0][1], time.ticks_diff(time.ticks_ms(), start) < 30000)\n",
        timeout=60,
    )
    assert out.split() == [str(SERVER_CONNECTED), "True"]
    assert _tries(stored) == {"eth0": NO_LINK, "wl0": SERVER_CONNECTED}


def test_timeout_bounds_all_interfaces_together(stored, world):
    world.ethernet.dhcp(False)
    world.wifi["home"].association_ms(60_000)
    stored.repl.run("server.connect(end(), 6)\nfirst = imp.diag.lastattempt()")
    assert stored.repl.value("first['timeout']") == 3  # two interfaces share it
    assert stored.repl.value("until(1)", timeout=50) == [(None, NO_WIFI, False)]
    assert _tries(stored) == {"eth0": NO_IP_ADDRESS, "wl0": NO_WIFI}
    assert 0 < stored.last_attempt()["timeout"] <= 3  # what was left
    assert stored.repl.value("imp.diag.counters()")["attempts"] == 2


def test_s66_after_the_custom_order_comes_what_the_default_has_more(stored, world):
    stored.repl.run("imp.net.setserverinterfaces(['wifi'])")
    world.wifi["home"].off()
    assert _connect(stored) == [(None, SERVER_CONNECTED, True)]
    assert _tries(stored) == {"wl0": NO_WIFI, "eth0": SERVER_CONNECTED}


def test_s68_order_of_interfaces(stored):
    stored.ethernet()
    out = stored.repl.run(
        "show = lambda: print(imp.net.getserverinterfaces())\n"
        "imp.net.setserverinterfaces(['wl0'])\nshow()\n"
        "imp.net.setserverinterfaces(['wifi', 'eth0', 'wl0', 'ethernet'])\nshow()\n"
        "for bad in ('wifi', None, [1], ['wlan'], [None]):\n"
        "    try: imp.net.setserverinterfaces(bad)\n"
        "    except (TypeError, ValueError) as error: print('refused')\n"
        "show()\n"
    )
    lines = out.splitlines()
    assert lines == ["['wifi']", "['wifi', 'ethernet']"] + ["refused"] * 5 + [lines[1]]
    assert _connect(stored) == [(None, SERVER_CONNECTED, True)]
    assert _tries(stored) == {"wl0": SERVER_CONNECTED}
    stored.repl.run("imp.net.setserverinterfaces([])")
    assert stored.repl.value("imp.net.getserverinterfaces()")[:2] == ["ethernet", "wifi"]


def test_s67_no_way_up_by_itself(stored, world):
    # The second interface of the order is Wi-Fi here. With a modem the case is the same.
    world.ethernet.unplug()
    assert _connect(stored) == [(None, SERVER_CONNECTED, True)]
    world.ethernet.plug()
    stored.repl.run("settle(1000)")
    assert stored.repl.value("imp.net.getcurrentconfig()")["interface"] == "wl0"
    assert stored.repl.value("imp.diag.counters()")["attempts"] == 2
    stored.repl.run("server.disconnect()")
    assert _connect(stored, count=2)[1:] == [(None, SERVER_CONNECTED, True)]
    assert stored.repl.value("imp.net.getcurrentconfig()")["interface"] == "eth0"


def test_disconnect_in_the_middle_of_the_order_is_silent(stored, world):
    world.ethernet.dhcp(False)
    world.wifi["home"].association_ms(60_000)
    for wait_ms in (100, 1500):
        stored.repl.run(f"server.connect(end(), 2)\ntime.sleep_ms({wait_ms})\nserver.disconnect()")
    stored.repl.run("settle(2500)")
    assert stored.repl.value("ends") == []


def test_connect_after_a_failed_connectwith_takes_what_is_stored(stored, world):
    stored.repl.run("imp.net.setserverinterfaces(['wifi'])")
    assert stored.connect(stored.wifi(ssid="not there"), timeout=3) == NO_WIFI
    assert _connect(stored) == [(None, SERVER_CONNECTED, True)]
    config = stored.repl.value("imp.net.getcurrentconfig()")
    assert config["wificonfig"]["ssid"] == world.wifi["home"].ssid


def test_callback_may_connect_again(stored, world):
    world.broker.stop()
    stored.repl.run(
        "def again(result):\n"
        "    ends.append(result)\n"
        "    if len(ends) < 3: server.connect(again, 5)\n"
        "server.connect(again, 5)\n"
    )
    assert stored.repl.value("until(3)", timeout=50) == [NO_SERVER] * 3


def test_refused_without_a_server_and_with_bad_arguments(repl):
    out = repl.run(
        "import server\n"
        "def check(*arguments):\n"
        "    try: server.connect(*arguments)\n"
        "    except (RuntimeError, TypeError, ValueError) as error: print(type(error).__name__)\n"
        "check()\n"
        "server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)\n"
        "check()\ncheck(5)\ncheck(None, 0)\ncheck(None, 'x')\n"
    )
    names = ["RuntimeError", "RuntimeError", "TypeError", "ValueError", "TypeError"]
    assert out.split() == names
