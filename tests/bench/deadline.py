# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""How late the callback of an attempt that times out comes."""

import random

import scripts
from bench import Board
from figures import Figure, spread

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


def measure(world, binary, quick) -> list[Figure]:
    """The largest overrun of 200 attempts, spread over stages and kinds of user code."""
    repeat = 20 if quick else 200
    dice = random.Random(1)
    late_ms = []
    with Board(world, binary=binary) as board:
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
    within = sum(-CLOCK_MS <= late <= BAR_MS for late in late_ms)
    note = f"{within} of {repeat} at most {BAR_MS:g} ms late; {spread(late_ms)}"
    return [
        Figure("callback after the deadline, latest", max(late_ms), "ms", BAR_MS, note),
        Figure(
            "callback before the deadline", sum(late < -CLOCK_MS for late in late_ms), "runs", 0
        ),
    ]
