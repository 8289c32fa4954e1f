# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The dict of `imp.uplink.status()`."""

import time

from micropython import const

# As in policy.py.
_TRYING = const(1)
_MOVING = const(4)

_STATES = const(("waiting", "trying", "connected", "connected", "moving"))


def report(keeper):
    """A new dict. It holds no secret."""
    now_ms = time.ticks_ms()
    keeper.count(now_ms)
    policy = keeper.policy
    candidates = []
    for index in range(len(keeper.kinds)):
        good = policy.good[index]
        candidates.append(
            {
                "interface": keeper.name(index),
                "metered": index >= policy.free,
                "result": keeper.results[index],
                "penalty": policy.penalties[index],
                "leftalone": bool(policy.left_alone >> index & 1),
                "good": None if good is None else time.ticks_diff(now_ms, good) // 1000,
            }
        )
    trying = policy.target if policy.state in (_TRYING, _MOVING) else -1
    return {
        "state": _STATES[policy.state],
        "interface": keeper.name(policy.current),
        "trying": keeper.name(trying),
        "since": keeper.seconds - keeper.since_s,
        "why": keeper.why,
        "moves": keeper.moves,
        "candidates": candidates,
    }
