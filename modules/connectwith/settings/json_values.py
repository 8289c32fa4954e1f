# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What JSON can say. `json.dumps` writes what it does not know as text, and NaN as nan."""

from micropython import const

from connectwith.settings import nic

_DEPTH_MAX = const(16)


def check(name, value, most, depth=0):
    """TypeError, ValueError, which begin with `name` (str): JSON cannot say `value`, or a text in
    it has over `most` bytes."""
    if depth > _DEPTH_MAX:
        raise ValueError(name + ": nested too deeply")
    if value is None or isinstance(value, (bool, int)):
        return
    if isinstance(value, str):
        _check_text(name, value, most)
    elif isinstance(value, float):
        if value != value or value - value != 0:
            raise ValueError(name + ": not a finite number")
    elif isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise TypeError(name + ": keys must be str")
            _check_text(name, key, most)
            check(name, member, most, depth + 1)
    elif isinstance(value, (list, tuple)):
        for member in value:
            check(name, member, most, depth + 1)
    else:
        raise TypeError(name + ": JSON has no " + type(value).__name__)


def _check_text(name, text, most):
    if nic.utf8_size(name, text, most) > most:
        raise ValueError(name + ": too long")
