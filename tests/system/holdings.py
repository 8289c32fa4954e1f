# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a board holds when nothing is going on: to be compared before and after."""

import pathlib

# MicroPython's collector takes any word on the stack for a pointer, so now and then something dead
# looks alive. One object lost in each of several rounds would be more than this.
HEAP_NOISE_BYTES = 1024


def held(device, board):
    """Live heap after a collection, and what the process holds: counts, not times."""
    device.repl.run("server.disconnect()\ncalls.clear()\ntime.sleep_ms(400)")
    device.repl.run("import gc\nfor _ in range(3): gc.collect()")
    heap = device.repl.value("gc.mem_alloc()")
    process = pathlib.Path(f"/proc/{board.pid}")
    files = len(list((process / "fd").iterdir()))
    threads = len(list((process / "task").iterdir()))
    sockets = device.repl.run(
        "import socket\nfree = []\n"
        "try:\n"
        "    while len(free) < 64: free.append(socket.socket())\n"
        "except OSError: pass\n"
        "print(len(free))\n"
        "for s in free: s.close()\n"
        "free = s = None\n"
    )
    return {"heap": heap, "files": files, "threads": threads, "free sockets": int(sockets)}


def assert_nothing_left(before, after, noise_bytes=HEAP_NOISE_BYTES):
    """Compares what `held()` gave."""
    assert after.pop("heap") - before.pop("heap") <= noise_bytes
    assert after == before
