# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The memory and handles of an idle board, for a comparison before and after."""

import pathlib

# MicroPython's collector takes any word on the stack for a pointer, so a dead object may look
# alive. One object lost in each of several rounds would be more than this.
HEAP_NOISE_BYTES = 1024


def held(device, board):
    """Live heap after a collection, what the process holds, and what a chip would have taken from
    ESP-IDF (the virtual board's module _board): counts, not times."""
    device.repl.run("server.disconnect()\ncalls.clear()\ntime.sleep_ms(400)")
    device.repl.run("import gc\nfor _ in range(3): gc.collect()")
    heap = device.repl.value("gc.mem_alloc()")
    process = pathlib.Path(f"/proc/{board.pid}")
    files = len(list((process / "fd").iterdir()))
    threads = len(list((process / "task").iterdir()))
    counts = device.repl.value("__import__('_board').counts()")
    return {"heap": heap, "files": files, "threads": threads, **counts}


def assert_nothing_left(before, after, noise_bytes=HEAP_NOISE_BYTES):
    """Compares two results of `held()`."""
    assert after.pop("heap") - before.pop("heap") <= noise_bytes
    assert after == before
