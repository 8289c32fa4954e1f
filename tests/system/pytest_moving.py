# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A move of the session to another link, as what keeps the device connected asks for it."""

import json
import re
import time

import pytest
from heard import heard

SERVER_CONNECTED, NO_LINK, NO_SERVER = 5, 1, 4
WIFI, ETHERNET, CELLULAR = 0, 1, 2

# Runs on the board. `Keeper` notes what it is told.
_KEEPER = """
from connectwith import connection, settings
from connectwith.connection import keeping
from connectwith.connection.job import Job, server_settings
from connectwith.settings import nic as nics
control = connection.get()
told = []
class Keeper:
    wanted = None
    def connected(self, kind): told.append(("connected", kind))
    def failed(self, kind, result): told.append(("failed", kind, result))
    def lost(self, kind, result): told.append(("lost", kind, result, control.is_connecting()))
    def dropped(self): told.append("dropped")
    def poll(self, now_ms):
        job, self.wanted = self.wanted, None
        if job is not None:
            from connectwith.connection import move
            move.begin(control, job)
        return -1
keeper = Keeper()
def move(config, timeout_ms=15000):
    config = nics.normalise(config)
    kind = nics.link_of(config["interface"])
    keeper.wanted = Job(settings.fill(config, kind), kind, server_settings(), timeout_ms)
    control.keeping.ask()
def came(count, limit_ms=20000):
    until(lambda: len(told) >= count, limit_ms)
    return told
sent = []
number = 0
def chat(done, limit_ms=20000):
    # Sends a number every few ms until `done()`, and notes those that were taken.
    global number
    end = time.ticks_add(time.ticks_ms(), limit_ms)
    while not done() and time.ticks_diff(end, time.ticks_ms()) > 0:
        if server.log(number) == 0: sent.append(number)
        number += 1
        time.sleep_ms(10)
"""


@pytest.fixture
def kept(device):
    """The board with a keeper, not connected."""
    device.repl.run(_KEEPER)
    return device


def _begin(kept, nic):
    assert kept.connect(nic) == SERVER_CONNECTED
    kept.repl.run("keeping.keep(control, keeper)")


def _logged(world):
    return [int(json.loads(payload)) for topic, payload, _ in heard(world) if "/log" in topic]


def _statuses(world):
    return [p for topic, p, _ in world.broker.messages if topic.endswith("/status")]


def _all_arrive(kept, world, numbers):
    """Checks that the broker has got all `numbers`, the first time each in their order."""
    assert kept.repl.value("server.flush(10)", timeout=20) is True
    logged = list(dict.fromkeys(_logged(world)))
    assert set(numbers) <= set(logged)
    assert logged == sorted(logged)


@pytest.mark.parametrize("way", ["eth0 to wl0", "wl0 to eth0"])
def test_nothing_is_lost(kept, world, way):
    before, after = way.split(" to ")
    _begin(kept, kept.nic(before))
    kept.repl.run(f"move({kept.nic(after)!r})\nchat(lambda: told)", timeout=40)
    assert kept.repl.value("told") == [("connected", WIFI if after == "wl0" else ETHERNET)]
    assert kept.repl.value("(imp.diag.counters()['losses'], server.isconnected())") == (0, True)
    assert kept.repl.value("imp.diag.lastattempt()['interface']") == after
    kept.repl.run("chat(lambda: False, 300)")
    sent = kept.repl.value("sent")
    assert sent == list(range(len(sent))), "no send was refused"
    _all_arrive(kept, world, sent)
    links = "[control.job_on(links.get(kind)) is not None for kind in (0, 1)]"
    kept.repl.run("from connectwith import links")
    assert kept.repl.value(links) == [after == "wl0", after == "eth0"]


def test_the_status_is_online_after_the_last_will(kept, world):
    _begin(kept, kept.ethernet())
    kept.repl.run(f"move({kept.wifi()!r})\ncame(1)", timeout=40)
    kept.repl.run("settle(5000)", timeout=20)
    assert _statuses(world)[-3:] == [b'"offline"', b'"online"', b'"online"']


def test_a_move_that_fails_leaves_the_session(kept, world):
    _begin(kept, kept.ethernet())
    kept.repl.run(f"move({kept.wifi(key='wrong-wrong')!r}, 9000)\nchat(lambda: told)", timeout=40)
    assert kept.repl.value("told") == [("failed", WIFI, 1)]
    assert kept.repl.value("(imp.diag.counters()['losses'], server.isconnected())") == (0, True)
    sent = kept.repl.value("sent")
    assert sent == list(range(len(sent)))
    _all_arrive(kept, world, sent)
    assert kept.repl.value("imp.net.info()['ipv4']['address']") is not None


def test_the_live_link_is_lost_meanwhile(kept, world):
    _begin(kept, kept.ethernet())
    world.wifi["home"].dhcp(False)  # the move waits for a lease meanwhile
    kept.repl.run(f"move({kept.wifi()!r}, 60000)\nsettle(500)")
    world.ethernet.unplug()
    kept.repl.run("came(1)", timeout=30)
    world.wifi["home"].dhcp(True)
    kept.repl.run("came(2, 30000)", timeout=40)
    assert kept.repl.value("told") == [("lost", ETHERNET, NO_LINK, True), ("connected", WIFI)]
    assert kept.repl.value("server.isconnected()") is True


def test_a_call_of_the_users_ends_it(kept, world):
    _begin(kept, kept.ethernet())
    world.wifi["home"].association_ms(2000)
    # In one go: the move would be over after two seconds.
    kept.repl.run(f"move({kept.wifi()!r})\nsettle(500)\nattempt({kept.ethernet()!r})")
    assert kept.wait(2)[1][1:3] == (SERVER_CONNECTED, "eth0")
    assert kept.repl.value("(told, control.keeping, control.moving)") == (["dropped"], None, None)
    kept.repl.run("settle(3000)")
    assert kept.repl.value("(told, server.isconnected())") == (["dropped"], True)


@pytest.mark.parametrize("way", ["wl0 to cell0", "cell0 to eth0"])
def test_cellular(kept, world, modem, way):
    nics = {"cell0": {"interface": "cell0", "cellconfig": {"apn": "internet"}}}
    before, after = (nics.get(name) or kept.nic(name) for name in way.split(" to "))
    _begin(kept, before)
    kept.repl.run(f"move({after!r}, 60000)\nchat(lambda: told, 60000)", timeout=70)
    assert kept.repl.value("[event[0] for event in told]") == ["connected"]
    assert kept.repl.value("control.live.nic['interface']") == after["interface"]
    kept.repl.run("chat(lambda: False, 300)")
    sent = kept.repl.value("sent")
    assert sent == list(range(len(sent)))
    _all_arrive(kept, world, sent)


def test_acknowledged_sends(kept, world):
    """Each send waits for its acknowledgement, which the next session may get."""
    _begin(kept, kept.ethernet())
    kept.repl.run("server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_FOR_ACK, 10)")
    kept.repl.run(f"move({kept.wifi()!r})\nchat(lambda: told)", timeout=40)
    assert kept.repl.value("told") == [("connected", WIFI)]
    sent = kept.repl.value("sent")
    assert sent == list(range(len(sent))), "no send was refused"
    _all_arrive(kept, world, sent)


@pytest.mark.parametrize("again", ["wl0", "eth0"])
def test_messages_of_a_session_that_was_lost_are_sent_by_the_next(kept, world, again):
    _begin(kept, kept.ethernet())
    world.ethernet.cable.silence()
    kept.repl.run("for n in range(5): sent.append(n) if server.log(n) == 0 else None")
    kept.repl.run("keeping.check_path(control, 500)\ncame(1)", timeout=30)
    assert kept.repl.value("told") == [("lost", ETHERNET, NO_SERVER, False)]
    assert kept.repl.value("imp.diag.counters()['lastloss']") == "no answer to PINGREQ"
    world.ethernet.cable.restore()
    kept.repl.run(f"move({kept.nic(again)!r})\ncame(2)", timeout=40)
    assert kept.repl.value("(len(sent), told[1][0])") == (5, "connected")
    _all_arrive(kept, world, range(5))


def test_a_path_that_is_silent_is_found_by_a_message(kept, world):
    _begin(kept, kept.ethernet())
    kept.repl.run("control.session.mqtt.watch_path(60000, 1000, 1000)")
    kept.repl.run("settle(1500)")
    world.ethernet.cable.silence()
    kept.repl.run("server.log(1)\ncame(1)", timeout=30)
    assert kept.repl.value("told") == [("lost", ETHERNET, NO_SERVER, False)]


def test_a_handler_that_connects_during_a_move(kept, world):
    _begin(kept, kept.ethernet())
    world.wifi["home"].dhcp(False)  # the move goes on until the message has come
    kept.repl.run(
        "import agent\n"
        f"agent.on('go', lambda data: attempt({kept.ethernet()!r}))\n"
        f"move({kept.wifi()!r})\nsettle(500)"
    )
    topic = world.broker.wait_for("imp/*/status")[0].replace("status", "device/go")
    before = len(kept.calls())
    world.broker.publish(topic, b"1")
    kept.wait(before + 1)
    assert kept.calls()[-1][1:4] == (SERVER_CONNECTED, "eth0", True)
    assert kept.repl.value("(told, control.moving)") == (["dropped"], None)
    assert kept.repl.value("imp.diag.counters()['attempts']") == 3


def test_a_keeper_may_be_told_in_a_send(kept, world):
    """The user's code sends and waits while the session is lost and comes back."""
    _begin(kept, kept.ethernet())
    kept.repl.run("server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_FOR_ACK, 10)")
    world.ethernet.unplug()
    assert kept.repl.value("until(lambda: server.log(1) != 0)", timeout=30) is True
    assert kept.repl.value("told") == [("lost", ETHERNET, NO_LINK, False)]


def test_ctrl_c_during_a_move(kept, world, dut):
    _begin(kept, kept.ethernet())
    world.wifi["home"].association_ms(400)
    world.ethernet.link_ms(400)
    kept.repl.run(
        "def resist():\n"
        "    while True:\n"
        "        try:\n"
        "            while not told: pass\n"
        "            time.sleep_ms(300)\n"
        "            return\n"
        "        except KeyboardInterrupt:\n"
        "            pass\n"
    )
    for after in ("wl0", "eth0") * 3:
        kept.repl.run("told.clear()")
        kept.repl.send(f"move({kept.nic(after)!r})\nprint('begun')\nresist()")
        # At the prompt, before the code runs, Ctrl-C is an ordinary character.
        dut.expect(re.compile(rb"begun\r\n"), timeout=20)
        for _ in range(25):
            time.sleep(0.03)
            dut.write(b"\x03")
        # One that comes while another one is caught ends the code.
        kept.repl.enter()
        kept.repl.run("came(1)", timeout=40)
        assert kept.repl.value("told[-1][0]") == "connected"
        assert kept.repl.value("control.live.nic['interface']") == after
        assert kept.repl.value("(server.isconnected(), server.log(0))") == (True, 0)


def test_a_soft_reset_during_a_move(device, world):
    for wait_ms in (0, 50, 150, 300):
        device.repl.run(_KEEPER)
        _begin(device, device.ethernet())
        device.repl.run(f"move({device.wifi()!r})\nsettle({wait_ms})")
        device.repl.soft_reset()
        device.prepare()
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert device.connect(device.ethernet()) == SERVER_CONNECTED


def test_no_memory_is_left_by_moves(kept, world):
    _begin(kept, kept.ethernet())
    kept.repl.run(
        "import gc\n"
        "def used():\n    gc.collect()\n    return gc.mem_alloc()\n"
        "marks = []\n"
        "def there_and_back():\n"
        "    for config in here, there:\n"
        "        told.clear()\n        move(config)\n        came(1)\n"
        "        until(lambda: control.moving is None)\n"
        "    marks.append(used())\n"
        f"here, there = {kept.wifi()!r}, {kept.ethernet()!r}\n"
    )
    for _ in range(4):
        kept.repl.run("there_and_back()", timeout=40)
    marks = kept.repl.value("marks")
    assert max(marks[1:]) - min(marks[1:]) < 500, marks
