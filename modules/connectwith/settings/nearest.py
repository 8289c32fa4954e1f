# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The message for an unknown key, with the most similar known one."""

from micropython import const

_SHOWN = const(32)  # characters of the key in the message


def message(key, known):
    """The text of the exception: the key, and the most similar one of `known`."""
    text = key if isinstance(key, str) else repr(type(key))
    text = text[:_SHOWN]
    best = known[0]
    for name in known:
        if _distance(text, name) < _distance(text, best):
            best = name
    return text + ": unknown; the nearest key is " + best


def _distance(a, b):
    """Twice the Levenshtein distance. A change of case alone counts half of another change."""
    row = [2 * i for i in range(len(b) + 1)]
    for i in range(len(a)):
        before, row[0] = row[0], 2 * i + 2
        for j in range(len(b)):
            change = 0 if a[i] == b[j] else 1 if a[i].lower() == b[j].lower() else 2
            cost = min(row[j] + 2, row[j + 1] + 2, before + change)
            before, row[j + 1] = row[j + 1], cost
    return row[len(b)]
