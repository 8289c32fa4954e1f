# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the board did to the modem, each kind in a list of its own."""

from __future__ import annotations

RECORD_MAX = 10_000  # of each kind; then the oldest is forgotten


def record(kept: list, what: object) -> None:
    """Adds one more."""
    kept.append(what)
    del kept[:-RECORD_MAX]
