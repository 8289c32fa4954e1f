# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The Attempt object of the C module alone, without the API above it."""

import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "core"))

from on_board.script import script

_PREPARE = """
import time, _connectwith as cw
steps = []
settled = []
ends = []
action = lambda: 10
def step():
    steps.append(1) if len(steps) < 1000 else None
    return action()
def settle(result, exc):
    settled.append((result, repr(exc)))
def callback(result, interface):
    ends.append((result, interface, a.elapsed_ms()))
a = cw.Attempt(step, settle)
"""


def test_everything_that_needs_no_world(repl):
    out = repl.run(script(), timeout=60)
    counts = re.findall(r"^(\d+) passed, (\d+) failed\r?$", out, re.MULTILINE)
    assert len(counts) == 1 and int(counts[0][0]) > 20 and counts[0][1] == "0", out


@pytest.mark.parametrize(
    "occupation",
    [
        "while time.ticks_diff(time.ticks_ms(), t) < 1500: pass",
        "time.sleep(1.5)",
        "for i in range(3): time.sleep_ms(500)",
    ],
)
def test_deadline_while_user_code_is_busy(repl, occupation):
    repl.run(_PREPARE)
    repl.run(
        f"a.start(0, 600, callback, 'wl0')\nt = time.ticks_ms()\n{occupation}\nmet = list(ends)",
        timeout=20,
    )
    assert repl.value("met == ends") is True, "while the code was busy, not after it"
    ends = repl.value("ends")
    assert [end[:2] for end in ends] == [(0, "wl0")]
    assert ends[0][2] >= 600


def test_steps_without_pause_leave_the_user_code_running(repl):
    repl.run(_PREPARE)
    repl.run("action = lambda: 0\na.start(0, 500, callback, 'wl0')")
    assert repl.value("sum(1 for i in range(20000))", timeout=20) == 20000
    repl.run("time.sleep_ms(600)")
    assert repl.value("len(steps)") > 10 and len(repl.value("ends")) == 1


def test_soft_reset_during_an_attempt(repl):
    for _ in range(5):
        repl.run(_PREPARE)
        repl.run("action = lambda: 0\na.start(0, 300, lambda *x: print('too late'), 'wl0')")
        repl.soft_reset()
        assert repl.run("import time\ntime.sleep_ms(500)\nprint('quiet')").strip() == "quiet"
    repl.run(_PREPARE)
    repl.run("a.start(0, 100, callback, 'wl0')\ntime.sleep_ms(200)")
    assert len(repl.value("ends")) == 1


def test_interrupt_reaches_the_user_code_and_not_the_attempt(repl, dut):
    repl.run(_PREPARE)
    # Most of the time is spent in the step, so that Ctrl-C comes while it runs.
    repl.run("action = lambda: (time.sleep_ms(20), 0)[1]")
    repl.send(
        "a.start(0, 3000, callback, 'wl0')\n"
        "try:\n print('begin')\n while True: pass\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    # At the prompt, before the code runs, Ctrl-C is an ordinary character.
    dut.expect(re.compile(rb"OKbegin\r\n"), timeout=10)
    dut.write(b"\x03")
    dut.expect(re.compile(rb"^interrupted\r\n\x04\x04>"), timeout=10)
    assert repl.value("a.running()") is True
    repl.run("time.sleep_ms(3100)")
    assert [end[:2] for end in repl.value("ends")] == [(0, "wl0")]
    assert repl.value("settled") == [(0, "None")]
