# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The records of the cellular link in flash: a PIN that was tried, and consecutive failures."""

import _connectwith
from micropython import const

_SPACE = const("connectwith.gsm")  # at most 15 characters
_BOUND = const(b"pin tried")
_MOST = const(3)  # more failures are not counted, to spare the flash

# The record of a PIN: its state, the tries that were left before it was sent, the number of
# refusals that did not cost a try, the length of the card's number, that number, the PIN.
_SENT = const(2)  # the result is not known
_WRONG = const(3)
_HEADER = const(4)
_UNUSED = const(3)  # the tries of a SIM after a correct PIN
_REFUSALS_MAX = const(2)


def _record():
    """The record in plain text, or None."""
    try:
        blob = _connectwith.setting(_SPACE, "pin")
        return None if blob is None else bytes(_connectwith.unseal(blob, _BOUND))
    except (OSError, ValueError):
        return None  # the flash is broken, or the record was sealed with an earlier device key


def _save(record):
    """Seals and stores a record. A hash would not do: four digits can be found by trying all."""
    _connectwith.set_setting(_SPACE, "pin", _connectwith.seal(record, _BOUND))


def may_try(pin, card, tries):
    """Whether `pin` may be sent to `card` (bytes; empty if not known), which has `tries` left."""
    record = _record()
    if record is None:
        return True
    if len(record) < _HEADER or record[0] not in (_SENT, _WRONG):
        return record != pin or tries >= _UNUSED  # a record of an older firmware: the PIN alone
    end = _HEADER + record[3]
    known = record[_HEADER:end]
    if record[end:] != pin or known and card and known != card:
        return True  # another PIN, or another card
    if record[0] == _WRONG:
        return tries > record[1]  # a person has unlocked the SIM since, and may have set this PIN
    return tries >= record[1] and record[2] < _REFUSALS_MAX


def record_try(pin, card, tries):
    """Records that `pin` is about to be sent. Returns how many refusals of it did not cost a try.
    OSError: it cannot be recorded, and so must not be sent."""
    record = _record()
    refusals = 0
    if record is not None and len(record) > _HEADER and record[0] == _SENT:
        end = _HEADER + record[3]
        if record[end:] == pin and record[_HEADER:end] == card and record[1] == tries:
            refusals = record[2]
    record_refusals(pin, card, tries, refusals)
    return refusals


def record_refusals(pin, card, tries, refusals):
    """Records that the PIN was refused `refusals` times, and that the SIM still has `tries`."""
    _save(bytes((_SENT, min(tries, 99), refusals, len(card))) + card + pin)


def record_wrong(tries):
    """Records that the recorded PIN is wrong. `tries`: how many are left."""
    record = _record()
    if record is not None and len(record) > _HEADER:
        try:
            _save(bytes((_WRONG, max(0, tries))) + record[2:])
        except OSError:
            pass  # the old record still has the tries before


def forget():
    """Erases the record of the PIN, which has unlocked the SIM."""
    try:
        _connectwith.set_setting(_SPACE, "pin", None)
    except OSError:
        pass  # the record stays; the tries of the SIM will show that the PIN was right


def failures():
    """The number of consecutive failures of the link, at most 3."""
    try:
        record = _connectwith.setting(_SPACE, "failed")
    except OSError:
        return 0
    return 0 if record is None else min(record[0], _MOST)


def count(failed):
    """Counts a failure; False: resets the count."""
    before = failures()
    after = min(before + 1, _MOST) if failed else 0
    if before != after:
        try:
            _connectwith.set_setting(_SPACE, "failed", bytes((after,)) if after else None)
        except OSError:
            pass  # the flash is full or broken: the modem will not be restarted for its failures
