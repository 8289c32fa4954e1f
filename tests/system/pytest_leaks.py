# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What failed, was replaced or was torn down leaves nothing behind."""

import pathlib

HOSTILE = [
    "mute-tcp", "mute-mqtt", "other-host", "expired", "reset", "close", "noise-tcp", "noise-64k",
    "connack-5", "half-connack",
]  # fmt: skip
ROUNDS = 6
# MicroPython's collector takes any word on the stack for a pointer, so now and then something dead
# looks alive. One object lost per round would be more than this.
HEAP_NOISE_BYTES = 1024


def _held(device, board):
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


def _assert_nothing_left(before, after, noise_bytes=HEAP_NOISE_BYTES):
    assert after.pop("heap") - before.pop("heap") <= noise_bytes
    assert after == before


def _hostile_round(device, world):
    for kind in HOSTILE:
        device.use_broker(world.peer(kind).url)
        assert device.connect(device.ethernet(), timeout=0.6) == 4
        world.restore()
    device.use_broker(world.broker.url)
    assert device.connect(device.ethernet()) == 5


def test_hostile_servers_leave_nothing(device, world, board):
    _hostile_round(device, world)  # caches and the worker come to life
    before = _held(device, board)
    for _ in range(ROUNDS):
        _hostile_round(device, world)
    _assert_nothing_left(before, _held(device, board))


def test_abandoned_attempts_leave_nothing(device, world, board):
    device.use_broker(world.peer("mute-tcp").url)

    def abandon(times):
        # From before the first step to deep in the handshake.
        for wait_ms in range(0, times * 10, 10):
            device.start(device.ethernet(), timeout=5)
            device.repl.run(f"time.sleep_ms({wait_ms})\nserver.disconnect()")
        assert device.calls() == []

    abandon(30)
    before = _held(device, board)
    abandon(30)
    _assert_nothing_left(before, _held(device, board))


def test_soft_reset_in_the_middle_leaves_nothing(device, world, board):
    def interrupt(times):
        for wait_ms in range(0, times * 25, 25):
            device.prepare()
            device.start(device.ethernet(), timeout=5)
            device.repl.run(f"time.sleep_ms({wait_ms})")
            device.repl.soft_reset()
        device.prepare()
        assert device.connect(device.ethernet()) == 5

    interrupt(10)
    before = _held(device, board)
    interrupt(10)
    _assert_nothing_left(before, _held(device, board))
