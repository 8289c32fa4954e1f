# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Scheduled code between any two byte codes of user code: their shared state stays consistent.

A chip is slow enough to meet this now and then. The virtual board has a mode for it (--eager).
"""

import pytest
from storm import STORM

SERVER_CONNECTED = 5

pytestmark = pytest.mark.virtual("the scheduler runs wherever the VM lets it")


@pytest.fixture(params=[1, 2, 5])
def board(rig, world, request):
    """A board on which so few points pass, at most, from one early timer to the next."""
    with rig.another_board(world, arguments=["--eager", str(request.param)]) as board:
        yield board


@pytest.fixture
def stormy(device):
    """The board with what the storms need."""
    device.repl.run(STORM)
    device.repl.run(f"NICS = [{device.wifi()!r}, {device.ethernet()!r}]")
    return device


def _wrong(stormy):
    return stormy.repl.run("for one in wrong: print(one)").strip()


def test_timers_started_and_stopped_while_others_ring(stormy):
    out = stormy.repl.run(
        "CALLS = [start_timer] * 3 + [stop_timer]\n"
        "for _ in range(1500):\n    act()\n    timers = timers[-9:]\n"
        "left = [imp.wakeup(0, rung) for _ in range(20)]\n"
        "CALLS = [lambda: None]\nsettle(200)",
        timeout=60,
    )
    assert out == "" and _wrong(stormy) == ""
    # Each one was cancelled or has run, and the service rings on.
    assert stormy.repl.value("imp._timers()._timers") == []
    assert stormy.repl.value("ran[0] > 20") is True


def test_each_timer_runs_once(stormy):
    stormy.repl.run(
        "counts = [0] * 300\ndef count(i):\n    counts[i] += 1\n"
        "for i in range(300):\n    imp.wakeup(roll(20) / 1000, lambda i=i: count(i))\n"
        "settle(300)",
        timeout=30,
    )
    assert stormy.repl.value("set(counts)") == {1}


def test_everything_at_once(stormy):
    out = stormy.repl.run("print(storm(4000))", timeout=60)
    assert _wrong(stormy) == ""
    assert out.strip().isdigit(), out
    # And when it is over, it is over.
    stormy.repl.run(
        "CALLS = [lambda: None]\nfor interface in opened: interface.close()\n"
        "opened.clear()\nimp.onidle(None)\nserver.disconnect()\nsettle(300)\n"
        "server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_FOR_ACK, 5)"
    )
    assert _wrong(stormy) == ""
    assert stormy.connect(stormy.wifi()) == SERVER_CONNECTED
    assert stormy.repl.value("server.log('after the storm')") == 0


def test_sending_while_callbacks_disconnect(stormy):
    out = stormy.repl.run(
        "CALLS = [server.disconnect, connect, log, lambda: imp.wakeup(0.05, rung)]\n"
        "server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_FOR_ACK, 1)\n"
        "def again():\n    imp.wakeup(roll(40) / 100, again)\n    act()\n"
        "again()\nconnect()\nbegin = time.ticks_ms()\nsent = [0] * 5\n"
        "while time.ticks_diff(time.ticks_ms(), begin) < 4000:\n    sent[server.log('x')] += 1\n"
        "    server.flush(0.01)\n",
        timeout=60,
    )
    assert out == "" and _wrong(stormy) == ""


def test_ctrl_c_releases_the_lock(device, dut):
    device.repl.run("import _connectwith\ngot = []\nimp.wakeup(0.3, lambda: got.append(1))")
    device.repl.send(
        "with _connectwith.SchedulerLock():\n    time.sleep_ms(900)\n    print(got)\n"
        "    time.sleep(20)\n"
    )
    dut.expect(r"\[\]", timeout=10)  # in the lock nothing scheduled runs
    dut.write(b"\x03")
    dut.expect("KeyboardInterrupt", timeout=10)
    dut.expect(r"\x04>", timeout=10)
    assert device.repl.value("until(lambda: got, 5000)") is True


def test_onidle_comes_inside_a_running_loop(device):
    """A loop that computes looks like one that waits: see docs/api.md."""
    device.repl.run(
        "got = []\nimp.onidle(lambda: got.append(time.ticks_ms()))\n"
        "begin = time.ticks_ms()\n"
        "while not got and time.ticks_diff(time.ticks_ms(), begin) < 5000: pass"
    )
    assert len(device.repl.value("got")) == 1
