# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The growth of a board's heap over repeated work: a slope in bytes, not a level."""

import statistics

WINDOWS = 9
# The least size of an object that is lost each time: a block of the heap has 16 bytes on a chip
# and 32 on a 64-bit board. The collector takes any word on the stack for a pointer, so single
# levels are up to a kilobyte off.
LEAST_BYTES = 16

# Runs on the board. `level()` allocates nothing that stays.
PRELUDE = """
import gc
def level():
    for _ in range(3): gc.collect()
    return gc.mem_alloc()
"""


def slope(levels):
    """Bytes per window: the median of what each window of the last half is above the one half of
    the run before it, so that single levels that are off do not count."""
    half = len(levels) // 2
    return statistics.median(
        (levels[i + half] - levels[i]) / half for i in range(len(levels) - half)
    )


def assert_level(levels, rounds):
    """`levels`: after each window of so many `rounds`, the warm-up left out."""
    rise = slope(levels) / rounds
    assert rise < LEAST_BYTES, f"{rise:.1f} bytes are lost each time: {levels}"
