# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The memory and handles of the watched board, and their growth."""

import ast
from dataclasses import dataclass
from pathlib import Path

import growth
import kept_connection
import on_board
from player import STREAK

# Lists and buffers keep the size that they had at their longest, and the collector takes any word
# on the stack for a pointer. One object lost per attempt is more than this within minutes.
HEAP_BYTES = 4096
# Memory that malloc keeps: the bound of tests/bench/endurance.py for a thousand attempts.
RSS_KIB = 1024
# The bound for a leak of each loss with a reconnect, in a streak without a call of the user. One
# reading of the heap is up to a kilobyte off.
SLOPE_BYTES = 64
WINDOWS, _WARM = 9, 2
_MOVE_WINDOWS = 7
_LOWEST_OF = 3  # samples: a leak raises the lowest of them, chance does not


@dataclass(frozen=True)
class Sample:
    """At `seconds` after the begin, with everything at rest."""

    seconds: float
    attempts: int
    heap: int
    free_sockets: int
    fds: int
    threads: int
    rss_kib: int


def process(pid: int) -> tuple[int, int, int]:
    """File descriptors, threads and resident KiB of a process."""
    proc = Path(f"/proc/{pid}")
    lines = (proc / "status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines if ":" in line)
    fds = len(list((proc / "fd").iterdir()))
    return fds, int(status["Threads"]), int(status["VmRSS"].split()[0])


def take(player, seconds: float, attempts: int) -> Sample:
    """Disconnects and looks."""
    player.disconnect()
    heap, sockets = ast.literal_eval(player.run(on_board.HELD, 60).strip())
    return Sample(seconds, attempts, heap, sockets, *process(player.board.pid))


def slope(player) -> float:
    """Bytes that each loss with a reconnect leaves behind. Ends connected."""
    return growth.slope(player.heal(WINDOWS)[_WARM:]) / STREAK


def slope_of_moves(player) -> float:
    """Bytes that each move to a link and back leaves behind, under imp.uplink.keep."""
    return growth.slope(player.uplink.moves(_MOVE_WINDOWS)[1:]) / kept_connection.MOVES


def enough(samples: list[Sample]) -> bool:
    """Whether the first and the last are not the same."""
    return len(samples) >= 2 * _LOWEST_OF


def grown(samples: list[Sample]) -> dict[str, int]:
    """By how much the lowest of the last samples is above the lowest of the first."""
    first, last = samples[:_LOWEST_OF], samples[-_LOWEST_OF:]

    def rise(name: str) -> int:
        return min(getattr(s, name) for s in last) - min(getattr(s, name) for s in first)

    sockets = max(s.free_sockets for s in first) - max(s.free_sockets for s in last)
    names = ("heap", "fds", "threads", "rss_kib")
    return {"sockets": sockets, **{name: rise(name) for name in names}}


def too_much(samples: list[Sample], sanitized: bool = False) -> list[str]:
    """What has grown beyond its bound; [] while there are too few samples to tell."""
    if not enough(samples):
        return []
    bounds = {"sockets": 0, "heap": HEAP_BYTES, "fds": 0, "threads": 0}
    if not sanitized:  # a sanitizer keeps freed memory
        bounds["rss_kib"] = RSS_KIB
    rises = grown(samples)
    return [f"{name} +{rises[name]}" for name, bound in bounds.items() if rises[name] > bound]
