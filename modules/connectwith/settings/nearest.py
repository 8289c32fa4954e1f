# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What somebody may have meant who has written a key that does not exist."""

from micropython import const

_SHOWN = const(32)  # characters of it


def message(key, known):
    """The text of the exception: the key, and the nearest one of `known`."""
    text = key if isinstance(key, str) else repr(type(key))
    text = text[:_SHOWN]
    best = known[0]
    for name in known:
        if _distance(text, name) < _distance(text, best):
            best = name
    return text + ": unknown; the nearest key is " + best


def _distance(a, b):
    """How many letters have to be put in, taken out or changed (Levenshtein); case counts half."""
    row = [2 * i for i in range(len(b) + 1)]
    for i in range(len(a)):
        before, row[0] = row[0], 2 * i + 2
        for j in range(len(b)):
            change = 0 if a[i] == b[j] else 1 if a[i].lower() == b[j].lower() else 2
            cost = min(row[j] + 2, row[j + 1] + 2, before + change)
            before, row[j + 1] = row[j + 1], cost
    return row[len(b)]
