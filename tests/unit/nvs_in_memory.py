# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Non-volatile storage for CPython: `setting` and `set_setting` of `_connectwith`, in memory."""

# By namespace and key; outlives every object.
entries: dict[tuple[str, str], bytes] = {}


def setting(space: str, key: str) -> bytes | None:
    """As in the firmware: None for a missing entry and for an empty one."""
    assert max(len(space), len(key)) <= 15
    return entries.get((space, key)) or None


def set_setting(space: str, key: str, value: bytes | bytearray | None) -> None:
    """Stores bytes; None erases the entry, if there is one."""
    assert max(len(space), len(key)) <= 15
    if value is None:
        entries.pop((space, key), None)
    else:
        entries[space, key] = bytes(value)
