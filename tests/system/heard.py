# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the broker has acknowledged, as the bench hears of it."""

MARK = "imp/mark"


def heard(world):
    """All messages that have come to the broker: (topic, payload, retained). The bench hears of a
    message a moment after the broker has acknowledged it, and before what is published later."""
    seen = len(world.broker.messages)
    world.broker.publish(MARK, b"1")
    world.broker.wait_for(MARK, since=seen)
    return list(world.broker.messages)
