# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cellular link: the time added to a real modem's, the longest step, pulled modems."""

import random
import time

import scripts
from bench import Board
from figures import Row, ours, spread

BAR_COLD_S = 2.0
BAR_WARM_S = 1.5
BAR_STEP_MS = 5.0

_NIC = {"interface": "cell0", "cellconfig": {"apn": "internet"}}
_PWRKEY = "4"  # MODEM_PWRKEY in boards/VIRTUAL/pins.csv

# `worst` is the longest poll of the link in microseconds, as the scheduler sees it.
_PRELUDE = """
import json
from connectwith import links
from machine import Pin, RTC
RTC().datetime((2026, 11, 22, 0, 20, 0, 0, 0))
link = links.get(2)
worst = 0
poll = link.poll
def measured():
    global worst
    start = time.ticks_us()
    stage = poll()
    took = time.ticks_diff(time.ticks_us(), start)
    if took > worst: worst = took
    return stage
link.poll = measured
def connect(nic, timeout):
    global worst
    worst = 0
    calls.clear()
    gc.collect()
    start = time.ticks_ms()
    server.connectwith(nic, done, timeout)
    while not calls: time.sleep_ms(1)
    took = time.ticks_diff(time.ticks_ms(), start)
    print(json.dumps({"ms": took, "worst": worst, "result": calls[0], "calls": len(calls)}))
"""


def _connect(board, timeout=60) -> dict:
    return scripts.numbers(board, f"connect({_NIC!r}, {timeout})", timeout=timeout + 20)


def _switch_off(board, modem) -> None:
    board.exec("server.disconnect()")
    end = time.monotonic() + 60
    while modem.state != "off":
        if time.monotonic() > end:
            raise SystemExit("the modem is not switched off")
        time.sleep(0.05)
    time.sleep(0.3)  # for the link to see STATUS


class _Key:
    """The time of the last press of the power key, by the host's clock."""

    def __init__(self, world):
        self.pressed = 0.0
        world.netsim.listeners.append(self._event)

    def _event(self, event):
        words = event.split(" ")
        if words[0] == "gpio" and words[2:] == [_PWRKEY, "1"]:
            self.pressed = time.monotonic()


def _modem_s() -> float:
    """The least time that a cold start takes in the modem itself, from the key on: it reads the
    card, finds the network, and puts the call through. The time of its replies is
    counted as added."""
    from bench.modem.profile import Profile

    profile = Profile()
    return profile.sim_s + profile.registration_s + profile.dial_s


def _cold(world, board, modem, repeat) -> list[Row]:
    key = _Key(world)
    added, totals = [], []
    for _ in range(repeat):
        modem.restore()
        modem.scale(1.0)
        run = _connect(board, timeout=120)
        if run["result"] != 5:
            raise SystemExit(f"cold start: result {run['result']}")
        total = time.monotonic() - key.pressed
        totals.append(total)
        added.append(total - _modem_s())
        modem.scale(0.01)
        _switch_off(board, modem)
    note = f"{spread(totals)} s in all, {repeat} runs; the modem is as slow as a real one"
    return [ours("added to the modem's own times, cold", max(added), "s", BAR_COLD_S, note)]


def _warm(board, modem, repeat) -> list[Row]:
    times, steps, ends = [], [], []
    for _ in range(repeat):
        modem.scale(1.0)
        modem.warm()
        # With the APN that it had at the cold start; another would make it attach anew, for 5 s.
        run = _connect(board)
        if run["result"] != 5:
            raise SystemExit(f"warm start: result {run['result']}")
        times.append(run["ms"] / 1000)
        steps.append(run["worst"] / 1000)
        modem.scale(0.01)
        board.exec("worst = 0")
        _switch_off(board, modem)
        ends.append(scripts.numbers(board, "print(worst)") / 1000)
    note = f"{spread(ends)}; network.PPP.active(False) of MicroPython 1.25 sleeps 10 ms in itself"
    return [
        ours("time to SERVER_CONNECTED, modem on and registered", max(times), "s", BAR_WARM_S,
               spread(times)),
        ours("longest poll of the link, connecting", max(steps), "ms", BAR_STEP_MS,
               spread(steps)),
        ours("longest poll of the link, powering down", max(ends), "ms", None, note),
    ]  # fmt: skip


_CODES = {"HARDWARE": 8, "LINK": 10, "ADDRESS": 12, "RESOLVE": 13, "DIAL": 13, "TLS": 4,
          "SESSION": 4}  # fmt: skip


def _is_right(board, result) -> bool:
    """Whether the code is that of the stage at the timeout, or that of the link."""
    if result == 5:
        return True
    report = scripts.numbers(board, "print(json.dumps(imp.diag.lastattempt()))")
    if report["cause"] == "timeout":
        return result == _CODES[report["stages"][-1][0]]
    return result in (8, 12)


def _pulls(board, modem, repeat) -> list[Row]:
    chance = random.Random(1)
    wrong = after = 0
    modem.warm()
    usual_s = _connect(board)["ms"] / 1000
    for turn in range(repeat):
        _switch_off(board, modem)
        modem.warm()
        board.exec(f"calls.clear()\nserver.connectwith({_NIC!r}, done, 3)")
        time.sleep((turn + chance.random()) / repeat * usual_s)
        (modem.power_off if turn % 2 else modem.pull)()
        calls = scripts.numbers(
            board,
            "while not calls: time.sleep_ms(5)\ntime.sleep_ms(200)\nprint(json.dumps(calls))",
        )
        modem.plug()
        wrong += len(calls) != 1 or not _is_right(board, calls[0])
        after += _connect(board)["result"] != 5
    return [
        ours("modem pulled: wrong code or number of callbacks", wrong, "", 0,
               f"{repeat} moments, cable and power by turns"),
        ours("modem pulled: next attempt failed", after, "", 0),
    ]  # fmt: skip


def measure(setting) -> list[Row]:
    """Rows of cold and warm starts, of the longest step, and of modems that are pulled."""
    world, repeat = setting.world, setting.repeat
    with Board(world, binary=setting.kit.binary) as board:
        modem = world.fit_modem(board)
        board.exec(scripts.prelude(world) + _PRELUDE)
        rows = _cold(world, board, modem, repeat(2, 1))
        rows += _warm(board, modem, repeat(10, 3))
        rows += _pulls(board, modem, repeat(25, 5))
        world.remove_modem(modem)
    return rows
