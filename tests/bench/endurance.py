# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The growth of memory and handles over hundreds of attempts, one in five of them failing."""

import pathlib

import scripts
from bench import Board
from figures import Row, ours

_BATCH = """
good = bad = 0
for number in range({first}, {last}):
    fails = number % 5 == 4
    if number % 2:
        nic = {{"interface": "eth0"}}
    else:
        nic = {wifi!r}
    if fails:
        nic = {wrong!r}
    calls.clear()
    server.connectwith(nic, done, 10)
    while not calls: time.sleep_ms(2)
    assert len(calls) == 1, calls
    if calls[0] == 5: good += 1
    else:
        assert fails and calls[0] == 1, (number, calls)
        bad += 1
server.disconnect()
time.sleep_ms(500)
nic = None
gc.collect()
print('{{"good": %d, "bad": %d, "heap": %d}}' % (good, bad, gc.mem_alloc()))
"""

_SOCKETS = """
import socket
free = []
try:
    while len(free) < 64: free.append(socket.socket())
except OSError: pass
count = len(free)
for s in free: s.close()
s = None; free = None
gc.collect()
print('{"free": %d}' % count)
"""


def _host(pid: int) -> dict:
    """File descriptors, threads and resident bytes of the board's process."""
    proc = pathlib.Path(f"/proc/{pid}")
    status = dict(
        line.split(":", 1) for line in (proc / "status").read_text().splitlines() if ":" in line
    )
    return {
        "fds": len(list((proc / "fd").iterdir())),
        "threads": int(status["Threads"]),
        "rss_kib": int(status["VmRSS"].split()[0]),
    }


def _batch(board, world, first, last):
    code = _BATCH.format(
        first=first,
        last=last,
        wifi=scripts.wifi(world),
        wrong=scripts.wifi(world, ssid="nobody-here"),
    )
    answer = scripts.numbers(board, code, timeout=600)
    answer["free"] = scripts.numbers(board, _SOCKETS)["free"]
    return {**answer, **_host(board.pid)}


def measure(setting) -> list[Row]:
    """Growth over three hundred attempts in ten batches. Earlier attempts fill the caches.

    The collector takes any word on the stack for a pointer, so one reading of the heap may be a
    little high; a leak raises the lowest of several, too.
    """
    world = setting.world
    warm, batch = setting.repeat(50, 10), setting.repeat(30, 5)
    with Board(setting.world, binary=setting.kit.binary) as board:
        board.exec(scripts.prelude(world))
        _batch(board, world, 0, warm)
        firsts = range(warm, warm + 10 * batch, batch)
        steps = [_batch(board, world, first, first + batch) for first in firsts]
    first, last = steps[0], steps[-1]
    good, bad = (sum(step[key] for step in steps) for key in ("good", "bad"))
    heaps = [step["heap"] for step in steps]
    grown = {key: last[key] - first[key] for key in ("fds", "threads", "rss_kib")}
    note = f"{good} connected, {bad} failed as meant"
    live = f"live bytes after each of ten batches: {min(heaps)} to {max(heaps)}"
    # One block (32 bytes) more or less is chance; one object lost per attempt would be 32 here.
    heap = (min(heaps[-3:]) - min(heaps[:3])) / (7 * batch)
    return [
        ours("attempts with a wrong outcome", 10 * batch - good - bad, "", 0, note),
        ours("MicroPython heap growth after gc.collect()", heap, "bytes/attempt", 1, live),
        ours("lwIP sockets lost", first["free"] - last["free"], "sockets", 0),
        ours("host file descriptors gained", grown["fds"], "", 0),
        ours("host threads gained", grown["threads"], "", 0),
        ours("host RSS growth", grown["rss_kib"], "KiB", 1024),
    ]
