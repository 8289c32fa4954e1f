# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What the lab's code on the board costs: tests/bench/lab_notes_cost.py [--pairs N]

Three boards connect in turns: one without that code, one with it and without its 1 ms timer, one
with both. To be run with the Python of the project's environment.
"""

import argparse
import contextlib
import json
import random
import statistics
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tools"), str(_ROOT / "tests" / "system")]

from bench import Board, World  # noqa: E402
from lab_board import equipped  # noqa: E402

_KINDS = ("without", "notes", "pauses")

# A pause is the longest gap between two turns of a loop of the user's.
_CONNECT = """
import gc, time, server
from my_network import SSID, KEY
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
ends = []
def end(result, interface): ends.append(time.ticks_us())
def connect(nic):
    ends.clear()
    gc.collect()
    worst = 0
    last = start = time.ticks_us()
    server.connectwith(nic, end, 30)
    while not ends:
        now = time.ticks_us()
        gap = time.ticks_diff(now, last)
        if gap > worst: worst = gap
        last = now
    took = time.ticks_diff(ends[0], start)
    time.sleep_ms(50)
    server.disconnect()
    time.sleep_ms(50)
    print([took, worst])
"""
_NICS = {"wl0": '{"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}}',
         "eth0": '{"interface": "eth0"}'}  # fmt: skip

_HELD = """
import gc, json
def held():
    gc.collect()
    gc.collect()
    return gc.mem_alloc()
print(held())
"""

# Of each function the median in us, and the bytes that a call leaves.
_COSTS = """
import gc, json, time, lab_notes
def cost(function, n=101):
    took = []
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(n):
        start = time.ticks_us()
        function()
        took.append(time.ticks_diff(time.ticks_us(), start))
    left = gc.mem_alloc() - before - 8 * n
    gc.enable()
    return sorted(took)[n // 2], left // n
def idle(seconds):
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    time.sleep(seconds)
    left = gc.mem_alloc() - before
    gc.enable()
    return left // seconds
print(json.dumps({"attempt": cost(lab_notes._tell_attempt, 21),
                  "gaps": cost(lab_notes._tell_gaps), "idle": idle(5)}))
"""
_IDLE_S = 10


def _connect(lab, nic) -> tuple[float, float]:
    took_us, worst_us = json.loads(lab.run(f"connect({_NICS[nic]})"))
    return took_us / 1000, worst_us / 1000


def _pairs(labs, nic, count) -> None:
    runs = {kind: [] for kind in _KINDS}
    for kind in _KINDS:
        _connect(labs[kind], nic)  # the work of a first attempt
    for _ in range(count):
        for kind in random.sample(_KINDS, len(_KINDS)):
            runs[kind].append(_connect(labs[kind], nic))
    for index, what in enumerate(("time to CONNACK", "longest pause of a loop")):
        plain = [run[index] for run in runs["without"]]
        print(f"{nic}, {what}, ms: without {statistics.median(plain):.2f}", end="")
        for kind in _KINDS[1:]:
            values = [run[index] for run in runs[kind]]
            differences = [b - a for a, b in zip(plain, values, strict=True)]
            print(f"; {kind} {statistics.median(values):.2f}, median of the differences "
                  f"{statistics.median(differences):+.2f}", end="")  # fmt: skip
        print(f" (n = {count})")


def _busy_s(board) -> float:
    """How long the threads of a board have run on a processor so far."""
    files = Path(f"/proc/{board.pid}").glob("task/*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9


def _idle(boards) -> None:
    before = {kind: _busy_s(board) for kind, board in boards.items()}
    time.sleep(_IDLE_S)
    share = {kind: (_busy_s(board) - before[kind]) / _IDLE_S for kind, board in boards.items()}
    print("a board at its prompt, share of a processor:", {
        kind: f"{100 * value:.2f} %" for kind, value in share.items()
    })  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=60)
    pairs = parser.parse_args().pairs
    with contextlib.ExitStack() as stack:
        world = stack.enter_context(World())
        boards = {kind: stack.enter_context(Board(world)) for kind in _KINDS}
        labs = {
            kind: stack.enter_context(equipped(world, board, "" if kind == "without" else None))
            for kind, board in boards.items()
        }
        held = {kind: int(labs[kind].run(_HELD)) for kind in _KINDS}
        print("bytes of heap that stay after the boot:", held)
        print("the same, when imp and server are in use:", {
            kind: int(labs[kind].run("import imp, server\n_ = imp.diag.counters()\nprint(held())"))
            for kind in _KINDS
        })  # fmt: skip
        labs["notes"].run("import lab_notes\nlab_notes.pauses(False)")
        for kind in _KINDS:
            labs[kind].run(_CONNECT)
        _idle(boards)
        for nic in _NICS:
            _pairs(labs, nic, pairs)
        costs = json.loads(labs["pauses"].run(_COSTS))
        for kind in ("attempt", "gaps"):
            took_us, left = costs[kind]
            print(f"a note of the kind {kind}: {took_us} us, {left} bytes are left")
        print(f"without an attempt: {costs['idle']} bytes are left in a second")


main()
