# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What JSON can say. `json.dumps` writes what it does not know as text, and NaN as nan."""

import json

import _connectwith
from micropython import const

from connectwith.settings import nic

_DEPTH_MAX = const(16)


def pack(name, value, most):
    """`value` as JSON: bytes, `most` of them at most. TypeError, ValueError, which begin with
    `name` (str): JSON cannot say it, or it is longer."""
    _check(name, value, most, 0)
    text = json.dumps(value).encode()
    if len(text) > most:
        raise ValueError(name + ": too long, over " + str(most) + " bytes as JSON")
    if not _connectwith.is_json(text):
        # A named tuple, as os.uname(), and what has a __repr__ of its own write themselves.
        raise TypeError(name + ": JSON has no named tuples and no classes")
    return text


def _check(name, value, left, depth):
    """Returns how many of `left` bytes are left after `value`, at most. So the same list in many
    places is counted in each of them, and the check ends."""
    if depth > _DEPTH_MAX:
        raise ValueError(name + ": nested too deeply")
    left -= 1
    if left < 0:
        raise _too_long(name)
    if value is None or isinstance(value, (bool, int)):
        return left
    if isinstance(value, str):
        return _check_text(name, value, left)
    if isinstance(value, float):
        if value != value or value - value != 0:
            raise ValueError(name + ": not a finite number")
    elif isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise TypeError(name + ": keys must be str")
            left = _check(name, member, _check_text(name, key, left), depth + 1)
    elif isinstance(value, (list, tuple)):
        for member in value:
            left = _check(name, member, left, depth + 1)
    else:
        raise TypeError(name + ": JSON has no " + type(value).__name__)
    return left


def _check_text(name, text, left):
    left -= nic.utf8_size(name, text, left)
    if left < 0:
        raise _too_long(name)
    return left


def _too_long(name):
    return ValueError(name + ": too long")
