# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Time to SERVER_CONNECTED against the shortest blocking script, runs interleaved."""

import statistics

import scripts
from bench import Board
from figures import Figure, spread

BAR_RATIO = 1.15

# Both scripts sleep in steps of 1 ms while they wait for the radio, so neither takes the processor
# from the bench.
_OURS = """
calls.clear()
gc.collect()
start = time.ticks_us()
server.connectwith({nic!r}, done)
while not calls: time.sleep_ms(1)
took = time.ticks_diff(time.ticks_us(), start)
assert calls == [5], calls
server.disconnect()
time.sleep_ms(200)
print('{{"us": %d}}' % took)
"""

_STOCK = """
gc.collect()
start = time.ticks_us()
s = blocking_connect()
took = time.ticks_diff(time.ticks_us(), start)
blocking_disconnect(s)
time.sleep_ms(200)
print('{"us": %d}' % took)
"""


def measure(world, binary, quick) -> list[Figure]:
    """The ratio of the medians, and both medians."""
    repeat = 5 if quick else 30
    ours, stock = [], []
    with Board(world, binary=binary) as board:
        board.exec(scripts.prelude(world) + scripts.blocking(world))
        board.exec(scripts.connected(world), timeout=30)
        for _ in range(repeat):
            code = _OURS.format(nic=scripts.wifi(world))
            ours.append(scripts.numbers(board, code)["us"] / 1000)
            stock.append(scripts.numbers(board, _STOCK)["us"] / 1000)
    ratio = statistics.median(ours) / statistics.median(stock)
    return [
        Figure(
            "time to SERVER_CONNECTED, Wi-Fi", statistics.median(ours), "ms", None, spread(ours)
        ),
        Figure("blocking script, Wi-Fi", statistics.median(stock), "ms", None, spread(stock)),
        Figure("ratio of the two", ratio, "x", BAR_RATIO, f"{repeat} interleaved runs of each"),
    ]
