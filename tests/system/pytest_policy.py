# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The effects of a lost connection under each policy.

The minute of the retry and the nine of the deep sleep are attributes of the controller, so that
tests need not wait for them; what happens in them is not changed.
"""

import re
import time

import pytest

SERVER_CONNECTED, NO_LINK, NO_SERVER = 5, 1, 4

# Runs on the board. A handler that records, and time that runs faster.
_WATCH = """
from connectwith import connection
control = connection.get()
losses = []
def lost(result): losses.append((result, server.isconnected()))
server.onunexpecteddisconnect(lost)
control.retry_ms = {retry_ms}
"""

_SUSPEND = "server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, server.WAIT_TIL_SENT, 5)\n"


def _watch(device, retry_ms=2000):
    device.repl.run(_WATCH.format(retry_ms=retry_ms))


def _connect(device, retry_ms=2000):
    """Watches for losses, and connects over Ethernet."""
    _watch(device, retry_ms)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED


def _lose_the_cable(device, world):
    world.ethernet.unplug()
    _until(device, "not server.isconnected()")


def _once_lost(device, code):
    """Runs `code` as soon as the session is lost: the time of the retry has begun then."""
    device.repl.run(f"until(lambda: not server.isconnected(), 20000)\n{code}", timeout=30)


def _stop_by_ctrl_c(device, dut):
    dut.write(b"\x03")
    dut.expect(re.compile(rb"KeyboardInterrupt"), timeout=10)
    dut.expect(re.compile(rb"\x04>"), timeout=10)
    assert device.repl.value("server.isconnected()") is False


def _until(device, condition):
    assert device.repl.value(f"until(lambda: {condition}, 20000)", timeout=30) is True


def test_s41_policy_is_not_kept(device):
    device.repl.reset()
    out = device.repl.run(
        "import server\n"
        "try:\n    server.connectwith({'interface': 'wl0'})\n"
        "except RuntimeError: print('refused')\n"
        "from connectwith import connection\n"
        "control = connection.get()\n"
        "print(control.policy == server.SUSPEND_ON_ERROR, control.wait == server.WAIT_TIL_SENT,"
        " control.timeout_ms)\n"
    )
    assert out.split() == ["refused", "True", "True", "30000"]


def test_s48_deliberate_disconnect_is_no_loss(device):
    _connect(device, 1500)
    device.repl.run("server.disconnect()\ntime.sleep_ms(2500)")
    assert device.repl.value("losses") == []
    assert device.repl.value("imp.diag.counters()")["attempts"] == 1


def test_s51_silence_is_probed_then_ends_the_connection(device, world):
    _connect(device, 100_000)
    device.repl.run(
        "client = control.session.mqtt\nclient.watch_path(700, 3000)\ncontrol.schedule_step()"
    )
    device.repl.run("time.sleep_ms(2000)")
    assert device.repl.value("server.isconnected()") is True  # the probe was answered
    world.ethernet.cable.silence()
    _until(device, "client._ms[4] and server.isconnected()")  # PINGREQ is under way
    _until(device, "not server.isconnected()")
    assert device.repl.value("imp.diag.counters()")["lastloss"] == "no answer to PINGREQ"


def test_s52_loss_that_heals_stays_silent(device, world):
    _connect(device, 60_000)
    _lose_the_cable(device, world)
    world.ethernet.plug()
    _until(device, "server.isconnected()")
    assert device.repl.value("losses") == []
    assert len(device.calls()) == 1  # nor is connectwith's callback called again
    assert device.repl.value("server.log('back')") == 0
    world.broker.wait_for("imp/*/log")


def test_s53_loss_that_does_not_heal_is_told_once(device, world):
    _connect(device)
    world.ethernet.unplug()
    _until(device, "losses")
    device.repl.run("before = imp.diag.counters()['attempts']\ntime.sleep_ms(1000)")
    assert device.repl.value("losses") == [(NO_LINK, False)]
    assert device.repl.value("imp.diag.counters()['attempts'] == before") is True
    # There is no attempt by itself, even when the cable is back.
    world.ethernet.plug()
    device.repl.run("time.sleep_ms(1000)")
    assert device.repl.value("server.isconnected()") is False


def test_reason_is_why_the_retry_failed(device, world):
    _connect(device, 3500)
    world.broker.stop()
    _until(device, "losses")
    assert device.repl.value("losses") == [(NO_SERVER, False)]
    assert device.repl.value("imp.diag.counters()['attempts']") > 2


def test_pauses_of_the_retry_differ_from_board_to_board(device):
    _connect(device, 60_000)
    device.repl.run("import random\nfrom connectwith.connection import reconnect")
    code = "[reconnect._first_pause_ms(control)]"
    code += " + [reconnect._pause_ms(n) for n in (0, 1, 2, 3, 4, 9)]"
    rows = []
    for _ in range(8):
        device.repl.run("random.seed(1)")  # as in a script that all boards run
        rows.append(device.repl.value(code))
    first, *later = zip(*rows, strict=True)
    assert all(0 <= pause < 1000 for pause in first) and len(set(first)) > 1
    windows = (1000, 2000, 4000, 8000, 16000, 16000)
    for longest, pauses in zip(windows, later, strict=True):
        assert all(longest // 2 <= pause <= longest for pause in pauses)
        assert len(set(pauses)) > 1


# Random numbers with equal bytes, for a known result.
_CHANCE = """
from connectwith.connection import reconnect
class Chance:
    @staticmethod
    def urandom(n): return bytes([{byte}] * n)
reconnect.os = Chance
"""


@pytest.mark.parametrize("lost", ["broker", "link"])
def test_first_retry_waits_by_chance(device, world, lost):
    _watch(device, 6_000_000)
    device.repl.run(_CHANCE.format(byte=255))
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    if lost == "broker":
        world.broker.stop()
    else:
        _lose_the_cable(device, world)
    _until(device, "imp.diag.counters()['losses']")
    # The greatest chance of a hundred times the minute.
    job = device.repl.value("(control._next.delay_ms, control._next.timeout_ms)")
    assert job == (99_998, 6_000_000 - 99_998)
    assert device.repl.value("control.is_connecting()") is True
    assert device.repl.value("imp.diag.counters()")["attempts"] == 1


def test_broker_that_starts_anew_has_its_boards_back(device, world):
    _connect(device, 60_000)
    world.broker.stop()
    world.broker.start()
    _until(device, "imp.diag.counters()['losses'] and server.isconnected()")
    assert device.repl.value("losses") == []


def test_s54_first_retry_of_a_standstill_waits_by_chance_too(device, world, dut):
    _watch(device, 120_000)
    device.repl.run(_CHANCE.format(byte=128))
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    device.repl.run(
        _SUSPEND + "began = []\n"
        "imp.diag.ontransition(lambda stage, ms: began.append(time.ticks_ms()))\n"
    )
    device.repl.send(
        "print('begin')\n"
        "while not imp.diag.counters()['losses']:\n"
        "    before = time.ticks_ms()\n"
        "    time.sleep_ms(1)\n"
        "print(time.ticks_diff(began[0], before) >= 1000, server.isconnected())\n"
    )
    dut.expect(re.compile(rb"begin"), timeout=10)
    world.broker.stop()
    world.broker.start()
    dut.expect(re.compile(rb"True True"), timeout=40)
    dut.expect(re.compile(rb"\x04>"), timeout=10)


def test_s55_handler_may_connect(device, world):
    _connect(device)
    device.repl.run(
        "def lost(result):\n"
        "    losses.append(result)\n"
        f"    attempt({device.wifi()!r}, None, 'from the handler')\n"
        "server.onunexpecteddisconnect(lost)\n"
    )
    world.ethernet.unplug()
    _until(device, "len(calls) == 2")
    assert device.calls()[1][:3] == ("from the handler", SERVER_CONNECTED, "wl0")


def test_newer_call_ends_the_retry(device, world):
    _connect(device, 2500)
    world.ethernet.unplug()
    _once_lost(device, f"attempt({device.wifi()!r})")
    assert device.wait(2)[1][1:3] == (SERVER_CONNECTED, "wl0")
    device.repl.run("time.sleep_ms(2500)")
    assert device.repl.value("server.isconnected()") is True
    assert device.repl.value("losses") == []


def test_disconnect_ends_the_retry(device, world):
    _connect(device, 2000)
    world.ethernet.unplug()
    _once_lost(device, "server.disconnect()")
    world.ethernet.plug()
    device.repl.run("time.sleep_ms(2500)")
    assert device.repl.value("losses") == []
    assert device.repl.value("server.isconnected()") is False


def test_s54_suspend_stops_the_code_until_there_is_a_connection(device, world, dut):
    _connect(device, 30_000)
    device.repl.run(_SUSPEND)
    device.repl.send(
        "offline = longest = 0\nprint('begin')\nbefore = time.ticks_ms()\n"
        "while not imp.diag.counters()['losses']:\n"
        "    offline += not server.isconnected()\n"
        "    time.sleep_ms(5)\n"
        "    longest = max(longest, time.ticks_diff(time.ticks_ms(), before))\n"
        "    before = time.ticks_ms()\n"
        "longest = max(longest, time.ticks_diff(time.ticks_ms(), before))\n"
        "print(offline, longest > 700, server.isconnected())\n"
    )
    dut.expect(re.compile(rb"begin"), timeout=10)
    world.ethernet.unplug()
    time.sleep(1)
    world.ethernet.plug()
    dut.expect(re.compile(rb"0 True True"), timeout=40)
    dut.expect(re.compile(rb"\x04>"), timeout=10)
    assert device.repl.value("imp.diag.counters()")["losses"] == 1
    assert device.repl.value("losses") == []


def test_ctrl_c_ends_the_standstill(device, world, dut):
    _connect(device, 30_000)
    device.repl.run(_SUSPEND)
    device.repl.run("imp.diag.ontransition(lambda stage, ms: print('retry:', stage))")
    device.repl.send("print('begin')\nwhile True: time.sleep_ms(10)\n")
    # At the prompt, before the code runs, Ctrl-C is an ordinary character.
    dut.expect(re.compile(rb"begin"), timeout=10)
    world.ethernet.unplug()
    dut.expect(re.compile(rb"retry: HARDWARE"), timeout=20)
    _stop_by_ctrl_c(device, dut)
    assert device.repl.value("control.is_connecting()") is False


_MAIN = """
import server, time
from connectwith import connection
control = connection.get()
control.retry_ms, control.sleep_ms = 1500, 1000
import machine
print('boot', machine.reset_cause() == machine.DEEPSLEEP_RESET)
server.connect()
print('main goes on', server.isconnected())
"""


def test_s54_no_connection_means_deep_sleep_and_another_try(device, world, dut):
    world.ethernet.unplug()
    device.repl.run(f"with open('main.py', 'w') as f: f.write({_MAIN!r})\nimport os\nos.sync()")
    device.repl.send("import machine\nmachine.reset()\n")
    dut.expect(re.compile(rb"boot False"), timeout=20)
    for _ in range(2):
        dut.expect(re.compile(rb"deep sleep for 1 s"), timeout=20)
        dut.expect(re.compile(rb"boot True"), timeout=20)
    world.ethernet.plug()
    dut.expect(re.compile(rb"main goes on True"), timeout=30)


def test_ctrl_c_ends_a_blocking_connect(device, world, dut):
    world.ethernet.unplug()
    device.repl.run(_SUSPEND)
    device.repl.send("print('begin')\nserver.connect()\n")
    dut.expect(re.compile(rb"begin"), timeout=10)
    _stop_by_ctrl_c(device, dut)
    device.repl.run("server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)")
    assert device.connect(device.wifi()) == SERVER_CONNECTED
