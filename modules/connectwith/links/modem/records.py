# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What the cellular link must not forget over a reset: a PIN that was tried, failures in a row."""

import _connectwith
from micropython import const

_SPACE = const("connectwith.gsm")  # at most 15 characters
_BOUND = const(b"pin tried")
_MOST = const(3)  # further failures change nothing, and flash wears out

# The record of a PIN: what is known, the tries that were left then, refusals without a try less,
# how long the card's number is, that number, the PIN.
_SENT = const(2)  # what has become of it is not known
_WRONG = const(3)
_HEADER = const(4)
_UNUSED = const(3)  # tries of a SIM whose PIN was not refused
_REFUSALS_MAX = const(2)


def _record():
    """The record in the clear, or None."""
    try:
        blob = _connectwith.setting(_SPACE, "pin")
        return None if blob is None else bytes(_connectwith.unseal(blob, _BOUND))
    except (OSError, ValueError):
        return None  # storage fails, or it was sealed by a device key that is no more


def _save(record):
    """Seals it: a hash of four digits would be no secret."""
    _connectwith.set_setting(_SPACE, "pin", _connectwith.seal(record, _BOUND))


def may_try(pin, card, tries):
    """Whether `pin` may be sent to `card` (bytes; empty if not known), which has `tries` left."""
    record = _record()
    if record is None:
        return True
    if len(record) < _HEADER or record[0] not in (_SENT, _WRONG):
        return record != pin or tries >= _UNUSED  # of an older firmware: the PIN alone
    end = _HEADER + record[3]
    known = record[_HEADER:end]
    if record[end:] != pin or known and card and known != card:
        return True  # another PIN, or another card
    if record[0] == _WRONG:
        return tries > record[1]  # a person has opened it since, so it may have a PIN anew
    return tries >= record[1] and record[2] < _REFUSALS_MAX


def record_try(pin, card, tries):
    """Records, before it is sent, that `pin` is. OSError: it cannot be recorded, and so must not
    be sent. Returns how often it was refused already without a try less."""
    record = _record()
    refusals = 0
    if record is not None and len(record) > _HEADER and record[0] == _SENT:
        end = _HEADER + record[3]
        if record[end:] == pin and record[_HEADER:end] == card and record[1] == tries:
            refusals = record[2]
    record_refusals(pin, card, tries, refusals)
    return refusals


def record_refusals(pin, card, tries, refusals):
    """The SIM still has `tries`, and the PIN was refused `refusals` times."""
    _save(bytes((_SENT, min(tries, 99), refusals, len(card))) + card + pin)


def record_wrong(tries):
    """The PIN on record is wrong, which has left `tries`."""
    record = _record()
    if record is not None and len(record) > _HEADER:
        try:
            _save(bytes((_WRONG, max(0, tries))) + record[2:])
        except OSError:
            pass  # it still says how many tries there were


def forget():
    """The PIN on record has opened the SIM, or the user's settings are erased."""
    try:
        _connectwith.set_setting(_SPACE, "pin", None)
    except OSError:
        pass  # it stays on record, and is judged by the tries


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
            pass  # the flash is full or broken: the modem is only asked again
