# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A thousand attempts, Wi-Fi and Ethernet in turn, one in five failing: what grows?"""

import pathlib

import scripts
from bench import Board
from figures import Figure

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


def measure(world, binary, quick) -> list[Figure]:
    """Growth from the 100th to the 1,100th attempt; the first hundred warm caches up."""
    warm, total = (20, 100) if quick else (100, 1000)
    with Board(world, binary=binary) as board:
        board.exec(scripts.prelude(world))
        before = _batch(board, world, 0, warm)
        after = {"good": 0, "bad": 0}
        for first in range(warm, warm + total, 100):
            step = _batch(board, world, first, min(first + 100, warm + total))
            step["good"] += after["good"]
            step["bad"] += after["bad"]
            after = step
    note = f"{after['good']} connected, {after['bad']} failed as meant"
    grown = {key: after[key] - before[key] for key in ("heap", "fds", "threads", "rss_kib")}
    return [
        Figure("attempts with a wrong outcome", total - after["good"] - after["bad"], "", 0, note),
        Figure("MicroPython heap growth after gc.collect()", grown["heap"], "bytes", 0),
        Figure("lwIP sockets lost", before["free"] - after["free"], "sockets", 0),
        Figure("host file descriptors gained", grown["fds"], "", 0),
        Figure("host threads gained", grown["threads"], "", 0),
        Figure("host RSS growth", grown["rss_kib"], "KiB", 1024),
    ]
