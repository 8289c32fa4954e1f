# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What the cellular link must not forget over a reset: a PIN that was tried, failures in a row."""

import _connectwith
from micropython import const

_SPACE = const("connectwith.gsm")  # at most 15 characters
_BOUND = const(b"pin tried")
_MOST = const(3)  # further failures change nothing, and flash wears out


def tried(pin):
    """Whether `pin` (bytes) is the one that was tried last and did not open the SIM."""
    try:
        blob = _connectwith.setting(_SPACE, "pin")
        return blob is not None and _connectwith.unseal(blob, _BOUND) == pin
    except (OSError, ValueError):
        return False  # storage fails, or it was sealed by a device key that is no more


def remember(pin):
    """Records, before it is tried, that `pin` (bytes) was. A hash of four digits would be no
    secret: it is sealed. OSError: it cannot be recorded, and so must not be tried."""
    _connectwith.set_setting(_SPACE, "pin", _connectwith.seal(pin, _BOUND))


def forget():
    """The PIN that was tried has opened the SIM."""
    try:
        _connectwith.set_setting(_SPACE, "pin", None)
    except OSError:
        pass  # it stays barred, and the next one as well is recorded or not tried


def failures():
    """Attempts in a row that the link failed, at most 3."""
    try:
        record = _connectwith.setting(_SPACE, "failed")
    except OSError:
        return 0
    return 0 if record is None else min(record[0], _MOST)


def count(failed):
    """Adds a failure, or with False sets them back to 0."""
    before = failures()
    after = min(before + 1, _MOST) if failed else 0
    if before != after:
        try:
            _connectwith.set_setting(_SPACE, "failed", bytes((after,)) if after else None)
        except OSError:
            pass  # the flash is full or broken: the ladder begins at its lowest step
