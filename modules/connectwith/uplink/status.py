# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The dict of `imp.uplink.status()`."""

import time

from micropython import const

_STATES = const(("waiting", "trying", "connected", "connected", "moving"))


def report(keeper):
    """A new dict. It holds no secret."""
    now_ms = time.ticks_ms()
    keeper.count(now_ms)
    policy = keeper.policy
    candidates = []
    for index in range(len(keeper.kinds)):
        good_ms = policy.good_ms(index, now_ms)
        candidates.append(
            {
                "interface": keeper.name(index),
                "metered": policy.is_metered(index),
                "result": keeper.results[index],
                "penalty": policy.penalties[index],
                "leftalone": bool(policy.left_alone >> index & 1),
                "good": None if good_ms is None else good_ms // 1000,
            }
        )
    trying = policy.target if _STATES[policy.state] in ("trying", "moving") else -1
    return {
        "state": _STATES[policy.state],
        "interface": keeper.name(policy.current),
        "trying": keeper.name(trying),
        "since": keeper.seconds - keeper.since_s,
        "why": keeper.why,
        "moves": keeper.moves,
        "candidates": candidates,
    }
