# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The table of imp.uplink.keep's policy: the page has it, and its users have the same numbers."""

import re
from pathlib import Path

from connectwith.uplink import keeper, policy, status
from connectwith.uplink.policy import Policy


def test_the_page_has_the_table():
    page = (Path(__file__).parents[2] / "docs" / "uplink.md").read_text("utf-8")
    shown = re.findall(r"^\| ([A-Z]+) \| ([A-Z]+) \| ([A-Z]+) \|", page, re.MULTILINE)
    states = ("PAUSED", "TRYING", "LIVE", "LOOKING", "MOVING")
    events = (
        "CONNECTED",
        "FAILED",
        "LOST",
        "CLOSED",
        "SEEN",
        "UNSEEN",
        "DUE",
        "GOOD",
        "REST",
        "ROAMS",
    )
    rows = [(states[a], events[b], states[c]) for a, b, c, *_ in policy.TABLE]
    assert shown == rows


def test_the_owner_has_the_same_numbers():
    for owner in (keeper, status):
        shared = {name for name in vars(owner) if re.fullmatch("_[A-Z]+", name)} & set(
            vars(policy)
        )
        assert len(shared) >= 1
        for name in shared:
            assert getattr(owner, name) == getattr(policy, name)


def test_every_row_of_the_table_is_a_method_and_a_state():
    seen = set()
    for state, event, following, change, _ in policy.TABLE:
        assert (state, event) not in seen
        seen.add((state, event))
        assert callable(getattr(Policy, change))
        assert following in range(5)
