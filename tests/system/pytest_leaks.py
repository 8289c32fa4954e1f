# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What failed, was replaced or was torn down leaves nothing behind."""

from holdings import assert_nothing_left, held

HOSTILE = [
    "mute-tcp", "mute-mqtt", "other-host", "expired", "reset", "close", "noise-tcp", "noise-64k",
    "connack-5", "half-connack",
]  # fmt: skip
ROUNDS = 6


def _hostile_round(device, world, timeout_s):
    for kind in HOSTILE:
        device.use_broker(world.peer(kind).url)
        assert device.connect(device.ethernet(), timeout=timeout_s) == 4
        world.restore()
    device.use_broker(world.broker.url)
    assert device.connect(device.ethernet()) == 5


def test_hostile_servers_leave_nothing(device, world, board):
    # Enough to get to the server, on this machine.
    assert device.connect(device.ethernet()) == 5
    assert device.connect(device.ethernet()) == 5
    timeout_s = max(0.6, 5 * device.last_attempt()["ms"] / 1000)
    _hostile_round(device, world, timeout_s)  # caches and the worker come to life
    before = held(device, board)
    for _ in range(ROUNDS):
        _hostile_round(device, world, timeout_s)
    assert_nothing_left(before, held(device, board))


def test_abandoned_attempts_leave_nothing(device, world, board):
    device.use_broker(world.peer("mute-tcp").url)

    def abandon(times):
        # From before the first step to deep in the handshake.
        for wait_ms in range(0, times * 10, 10):
            device.start(device.ethernet(), timeout=5)
            device.repl.run(f"time.sleep_ms({wait_ms})\nserver.disconnect()")
        assert device.calls() == []

    abandon(30)
    before = held(device, board)
    abandon(30)
    assert_nothing_left(before, held(device, board))


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
    before = held(device, board)
    interrupt(10)
    assert_nothing_left(before, held(device, board))
