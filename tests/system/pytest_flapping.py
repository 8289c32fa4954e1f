# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A broker that accepts and then drops: the sessions in between do not end the loss.

The minute of the reconnect and the time after which a session counts are attributes of the
controller.
"""

import re

import pytest

SERVER_CONNECTED, NO_WIFI, NOT_RESOLVED, NO_SERVER = 5, 1, 3, 4

_WATCH = """
from connectwith import connection
control = connection.get()
losses = []
def lost(result):
    losses.append((result, server.isconnected(), imp.net.info().get("lasterror"), time.ticks_ms()))
server.onunexpecteddisconnect(lost)
control.retry_ms, control.stable_ms = {retry_ms}, {stable_ms}
def sessions(): return imp.diag.counters()["successes"]
began = time.ticks_ms()
"""


def _watch(device, retry_ms, stable_ms=30_000):
    device.repl.run(_WATCH.format(retry_ms=retry_ms, stable_ms=stable_ms))


def _flap(device, world, kind="close-subscribe"):
    peer = world.peer(kind)
    device.use_broker(peer.url)
    return peer


def _connect_and_flap(
    device, world, retry_ms, stable_ms=30_000, kind="close-subscribe", hold_s=0.0
):
    """Connects over Ethernet to a broker that drops its sessions, which is returned."""
    _watch(device, retry_ms, stable_ms)
    broker = _flap(device, world, kind)
    broker.hold_s = hold_s
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    return broker


def _until(device, condition, limit_ms=20000):
    limit_s = limit_ms / 1000 + 10
    if device.repl.value(f"until(lambda: {condition}, {limit_ms})", limit_s) is not True:
        now = device.repl.value(
            "(losses, server.isconnected(), control.is_connecting(), control.outage is not None, "
            "imp.diag.counters(), imp.diag.lastattempt())"
        )
        raise AssertionError(f"{condition}: not within {limit_ms} ms: {now}")


def test_the_minute_goes_on_from_the_first_loss(device, world):
    _connect_and_flap(device, world, 7000)
    _until(device, "losses")
    # If the pauses began anew, there would be a dozen sessions or more, without an end.
    device.repl.run("told = sessions()\ntime.sleep_ms(2500)")
    assert device.repl.value("1 < told <= 6 and told == sessions()") is True
    assert device.repl.value("len(losses)") == 1
    assert device.repl.value("losses[0][:3]") == (NO_SERVER, False, NO_SERVER)
    assert device.repl.value("time.ticks_diff(losses[0][3], began)") < 20_000
    assert device.repl.value("control.is_connecting()") is False


@pytest.mark.parametrize("link", ["wl0", "cell0"])
def test_other_links(device, world, link, request):
    nic = {"interface": "cell0", "cellconfig": {"apn": "internet"}}
    if link == "cell0":
        request.getfixturevalue("modem")
    _watch(device, 6000)
    _flap(device, world)
    assert device.connect(device.wifi() if link == "wl0" else nic) == SERVER_CONNECTED
    _until(device, "losses")
    assert device.repl.value("sessions()") <= 6
    assert device.repl.value("losses[0][:2]") in [(NO_SERVER, False)]


def test_two_boards_with_one_client_id(device, world):
    _watch(device, 7000)
    client_id = "imp-" + device.repl.value("__import__('machine').unique_id().hex()")
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    rival = world.rival(client_id)
    _until(device, "losses")
    assert rival.sessions <= 8 and device.repl.value("sessions()") <= 8
    assert device.repl.value("losses[0][0]") == NO_SERVER


def test_a_session_is_up_while_it_is_young(device, world):
    _connect_and_flap(device, world, 60_000, hold_s=1.0)
    # In one go: the session lasts for a second.
    device.repl.run(
        "until(lambda: sessions() == 2, 20000)\n"
        "young = server.isconnected(), server.log('young'), control.outage is not None",
        timeout=30,
    )
    assert device.repl.value("young") == (True, 0, True)


def test_a_session_that_outlives_the_minute_is_no_loss(device, world):
    # The first one lasts for a second, until the others are told to last longer.
    peer = _connect_and_flap(device, world, 3000, stable_ms=5000, hold_s=1.0)
    peer.hold_s = 60.0
    _until(device, "sessions() > 1 and server.isconnected()")
    _until(device, "control.outage is None")
    assert device.repl.value("(losses, server.isconnected())") == ([], True)


def test_the_minute_may_be_over_at_the_next_loss(device, world):
    _connect_and_flap(device, world, 3000, hold_s=3.5)
    _until(device, "imp.diag.counters()['losses'] == 1")
    assert device.repl.value("losses") == []
    _until(device, "losses")
    assert device.repl.value("(sessions(), losses[0][:3])") == (2, (NO_SERVER, False, NO_SERVER))
    assert device.repl.value("control.is_connecting()") is False


def test_well_for_a_while_is_forgotten(device, world):
    _connect_and_flap(device, world, 4000, stable_ms=300, hold_s=1.5)
    _until(device, "imp.diag.counters()['losses'] == 5", 30_000)  # takes twice the minute
    assert device.repl.value("losses") == []


def test_a_call_that_waits_does_not_keep_a_loss_in_memory(device, world):
    peer = _connect_and_flap(device, world, 5000, stable_ms=1000, kind="close-poison")
    device.repl.run("import agent\nagent.send('poison', 0)")
    _until(device, "sessions() == 2 and server.isconnected()")
    # No step of the session runs during that second.
    device.repl.run(
        "from connectwith.connection import reconnect\n"
        "reconnect._first_pause_ms = lambda control: 2000\n"
        "control.busy += 1\ntime.sleep_ms(1500)\n"
        "control.lose('test', 0, server.NO_SERVER)\ncontrol.busy -= 1\n"
    )
    # The whole minute, and the first of its pauses.
    assert device.repl.value("(control._next.delay_ms, control._next.timeout_ms)") == (2000, 3000)
    assert peer.accepted == 2


@pytest.mark.parametrize("call", ["server.disconnect()", "attempt({nic!r})"])
def test_a_call_ends_the_outage(device, world, call):
    _connect_and_flap(device, world, 4000)
    _until(device, "sessions() == 2 and not server.isconnected()")
    device.use_broker(world.broker.url)
    # A slow machine may have told of the loss before the call. Behind it nothing may come.
    device.repl.run(call.format(nic=device.ethernet()) + "\nlosses.clear()")
    assert device.repl.value("control.outage is None") is True
    device.repl.run("time.sleep_ms(5000)")
    assert device.repl.value("losses") == []
    assert device.repl.value("server.isconnected()") is call.startswith("attempt")


def test_handler_set_in_the_middle_and_one_that_raises(device, world):
    _watch(device, 4000)
    _flap(device, world)
    device.repl.run("server.onunexpecteddisconnect(None)")
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    _until(device, "sessions() == 2")
    out = device.repl.run(
        "def broken(result):\n    losses.append(result)\n    raise ValueError('handler trouble')\n"
        "server.onunexpecteddisconnect(broken)\nuntil(lambda: losses, 20000)\nsettle()\n",
        timeout=30,
    )
    assert "ValueError: handler trouble" in out
    assert device.repl.value("losses") == [NO_SERVER]


def test_sends_under_return_on_error(device, world):
    _connect_and_flap(device, world, 5000)
    device.repl.run(
        "answers = set()\nlongest = 0\n"
        "while not losses and time.ticks_diff(time.ticks_ms(), began) < 20000:\n"
        "    before = time.ticks_ms()\n"
        "    answers.add(server.log('x'))\n"
        "    longest = max(longest, time.ticks_diff(time.ticks_ms(), before))\n"
        "    time.sleep_ms(20)\n",
        timeout=40,
    )
    assert device.repl.value("len(losses)") == 1
    assert device.repl.value("answers") <= {0, 1, 3}
    assert device.repl.value("longest") < 3000


_SUSPEND = "server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, server.WAIT_FOR_ACK, 5)\n"


def test_a_message_that_the_broker_cannot_have(device, world):
    peer = _connect_and_flap(device, world, 60_000, kind="close-poison")
    out = device.repl.run(
        _SUSPEND + "import agent\n"
        "print(agent.send('poison', 0), server.isconnected(), agent.send('food', 0))",
        timeout=60,
    )
    # Three times, then without it.
    assert out.split() == ["3", "True", "0"]
    assert peer.accepted == 4


_MAIN = """
import server, time
from connectwith import connection
control = connection.get()
control.retry_ms, control.sleep_ms = 5000, 1000
import machine
print('boot', machine.reset_cause() == machine.DEEPSLEEP_RESET)
work = 0
server.connect()
while True:
    work += 1
    time.sleep_ms(1)
"""


def test_under_suspend_on_error_the_device_gets_to_sleep(device, world, dut):
    peer = _flap(device, world)
    device.repl.run(f"with open('main.py', 'w') as f: f.write({_MAIN!r})\nimport os\nos.sync()")
    device.repl.send("import machine\nmachine.reset()\n")
    dut.expect(re.compile(rb"boot False"), timeout=20)
    dut.expect(re.compile(rb"deep sleep for 1 s"), timeout=30)
    assert 1 < peer.accepted <= 6
    dut.expect(re.compile(rb"boot True"), timeout=20)


# -- what is told


def test_a_join_that_the_minute_has_cut_is_not_the_fault(device, world):
    _watch(device, 12_000)
    world.wifi["home"].association_ms(2500)  # as real ones take
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    world.dns.nxdomain(world.broker.host)
    # The last attempt has one second, which is too short for a join.
    device.repl.run(
        "from connectwith.connection import reconnect\n"
        "pauses = [100, 200, 60000]\n"
        "reconnect._first_pause_ms = lambda control: 50\n"
        "reconnect._pause_ms = lambda place: pauses.pop(0)\n"
    )
    world.wifi["home"].kick()
    _until(device, "losses", 40_000)
    assert device.repl.value("losses[0][:3]") == (NOT_RESOLVED, False, NOT_RESOLVED)
    report = device.last_attempt()
    assert report["result"] == NO_WIFI and report["ms"] < 2500, report


def test_a_fair_part_of_the_minute_counts(device, world):
    _watch(device, 6000)
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    device.repl.run(
        "from connectwith.connection import reconnect\nreconnect._pause_ms = lambda place: 10\n"
    )
    world.dns.nxdomain(world.broker.host)
    world.wifi["home"].kick()
    # One of the outage has ended, whose result is noted.
    _until(device, "imp.diag.counters()['attempts'] >= 3")
    world.wifi["home"].association_ms(60_000)
    _until(device, "losses", 40_000)
    assert device.repl.value("losses[0][0]") == NO_WIFI
