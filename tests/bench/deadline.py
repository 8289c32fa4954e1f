# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The delay of the callback after the timeout of an attempt."""

import random

import scripts
from bench import Board
from figures import Cell, Row, ours, quantile
from figures import number as number_of

BAR_MS = 50.0
CLOCK_MS = 1.0  # the attempt's clock counts whole milliseconds, so it may end this much early

_ATTEMPT = """
calls.clear()
start = time.ticks_us()
server.connectwith({nic!r}, late, {timeout})
{occupation}
wait_end = time.ticks_add(time.ticks_ms(), 2000)
while not calls and time.ticks_diff(wait_end, time.ticks_ms()) > 0: time.sleep_ms(1)
assert len(calls) == 1 and calls[0] != 5, calls
print('{{"us": %d}}' % (time.ticks_diff(late_at, start) - {timeout_us}))
"""

_PRELUDE = """
late_at = 0
def late(result, interface):
    global late_at
    late_at = time.ticks_us()
    calls.append(result)
"""

_OCCUPATIONS = ["while not calls: pass", "time.sleep(1)"]


def _scenes(world):
    return [
        lambda: world.wifi["home"].association_ms(60_000),
        lambda: world.wifi["home"].dhcp(False),
        lambda: world.dns.drop(),
        lambda: world.dns.answer(world.broker.host, "192.0.2.1"),
    ]


def measure(setting) -> list[Row]:
    """The delays of 120 attempts, spread over stages and kinds of user code."""
    world, repeat = setting.world, setting.repeat(120, 8)
    dice = random.Random(1)
    late_ms = []
    with Board(world, binary=setting.kit.binary) as board:
        board.exec(scripts.prelude(world) + _PRELUDE)
        board.exec(scripts.connected(world), timeout=30)
        scenes = _scenes(world)
        for number in range(repeat):
            world.restore()
            scenes[number % len(scenes)]()
            timeout_ms = dice.randrange(400, 900)
            code = _ATTEMPT.format(
                nic=scripts.wifi(world),
                timeout=timeout_ms / 1000,
                timeout_us=timeout_ms * 1000,
                occupation=_OCCUPATIONS[number // len(scenes) % 2],
            )
            late_ms.append(scripts.numbers(board, code)["us"] / 1000)
    p50, p99 = quantile(late_ms, 0.5), quantile(late_ms, 0.99)
    note = f"median {number_of(p50)} ms, 99th percentile {number_of(p99)} ms; in half of the runs "
    note += "user code is a busy loop"
    row = Row("callback after the deadline", "ms", {"ours": Cell(late_ms)}, True, note)
    row.cells.update({name: Cell(text="no deadline") for name in setting.others})
    early = sum(late < -CLOCK_MS for late in late_ms)
    return [row.at_most(BAR_MS), ours("callback before the deadline", early, "runs", 0)]
