# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What the cellular link must not forget over a reset: a PIN that was tried, failures in a row."""

import _connectwith
from esp32 import NVS
from micropython import const

_SPACE = const("connectwith.gsm")  # at most 15 characters
_BOUND = const(b"pin tried")
_BLOB_BYTES = const(96)
_MOST = const(3)  # further failures change nothing, and flash wears out


def tried(pin):
    """Whether `pin` (bytes) is the one that was tried last and did not open the SIM."""
    blob = bytearray(_BLOB_BYTES)
    try:
        n = NVS(_SPACE).get_blob("pin", blob)
        return n > 0 and _connectwith.unseal(bytes(blob[:n]), _BOUND) == pin
    except (OSError, ValueError):
        return False  # none, or sealed by a device key that is no more


def remember(pin):
    """Records, before it is tried, that `pin` (bytes) was. A hash of four digits would be no
    secret: it is sealed. OSError: it cannot be recorded, and so must not be tried."""
    space = NVS(_SPACE)
    space.set_blob("pin", _connectwith.seal(pin, _BOUND))
    space.commit()


def forget():
    """The PIN that was tried has opened the SIM."""
    space = NVS(_SPACE)
    try:
        space.erase_key("pin")
    except OSError:
        return
    space.commit()


def failures():
    """Attempts in a row that the link failed, at most 3."""
    try:
        return NVS(_SPACE).get_i32("failures")
    except OSError:
        return 0


def count(failed):
    """Adds a failure, or with False sets them back to 0."""
    before = failures()
    after = min(before + 1, _MOST) if failed else 0
    if before != after:
        space = NVS(_SPACE)
        try:
            space.set_i32("failures", after)
            space.commit()
        except OSError:
            pass  # the flash is full or broken: the ladder begins at its lowest step
