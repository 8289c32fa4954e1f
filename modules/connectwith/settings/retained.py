# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What `machine.RTC().memory()` keeps from one run of the firmware for the next: the table nv,
over deep sleep, and what the firmware itself has slept or restarted for.

The memory holds one record of ours, or something of the user's, which stays unless nv is used. A
record is good for one boot: the first look takes it out, so what an earlier sleep has left is not
taken for that of the last one.
"""

import binascii
import json

import _connectwith
import machine
from micropython import const

from connectwith.settings import json_values

# What a record says that the reset's cause does not. They are the imp's WAKEREASON_SNOOZE and
# WAKEREASON_SW_RESTART.
SNOOZE = const(7)
RESTART = const(10)

# A record: this, one byte for the reason (0: none), CRC-32 of the reason and all that follows, and
# nv as JSON, if there is one.
_MAGIC = const(b"cwnv")
_HEAD_BYTES = const(9)
_TEXT_MAX = const(2039)  # with it 2048, MICROPY_HW_RTC_USER_MEM_MAX of ports/esp32/machine_rtc.c

_before = None  # (reason, nv as JSON) of the record that was there at the boot, once looked at
_table = None  # nv, once it is used


def table():
    """nv: the dict that is kept over deep sleep. Empty after any other reset, and where nothing
    believable was kept."""
    global _table, _before
    if _table is None:
        with _connectwith.SchedulerLock():
            if _table is None:
                why, text = _look()
                _table = _parse(text)
                _before = why, b""
    return _table


def reason():
    """SNOOZE or RESTART, if that is what has led to this boot; else 0."""
    with _connectwith.SchedulerLock():  # of two looks at once, one would find nothing
        return _look()[0]


def save(why=0):
    """Keeps nv for the deep sleep that comes next, or notes that a restart does (RESTART).

    TypeError, ValueError: nv has something in it that JSON cannot say, or is too long; nothing has
    changed then.
    """
    memory = machine.RTC().memory
    with _connectwith.SchedulerLock():  # no callback changes nv meanwhile
        text = b"" if why == RESTART else _text()
        old = memory()
        ours = old[: len(_MAGIC)] == _MAGIC
        if text or why and (ours or not old):
            memory(_record(why, text))
        elif ours:
            memory(b"")


def erase():
    """Takes back what `save()` has kept: there is no sleep now."""
    memory = machine.RTC().memory
    with _connectwith.SchedulerLock():
        if memory()[: len(_MAGIC)] == _MAGIC:
            memory(b"")


def _text():
    """nv as JSON; b"" where it is empty. What nobody has asked for in this run stays as it is."""
    if _table is None:
        return _look()[1]
    if not _table:
        return b""
    return json_values.pack("nv", _table, _TEXT_MAX)


def _record(why, text):
    record = bytearray(_HEAD_BYTES + len(text))
    record[: len(_MAGIC)] = _MAGIC
    record[4] = why
    record[_HEAD_BYTES:] = text
    record[5:_HEAD_BYTES] = _check_sum(record).to_bytes(4, "little")
    return record


def _check_sum(record):
    return binascii.crc32(record[_HEAD_BYTES:], binascii.crc32(record[4:5]))


def _look():
    """(reason, nv as JSON), as far as the run before has left them for this boot."""
    global _before
    if _before is None:
        memory = machine.RTC().memory
        record = memory()
        _before = _read(record)
        if record[: len(_MAGIC)] == _MAGIC:
            memory(b"")
    return _before


def _read(record):
    if record[: len(_MAGIC)] != _MAGIC or len(record) < _HEAD_BYTES:
        return 0, b""
    if int.from_bytes(record[5:_HEAD_BYTES], "little") != _check_sum(record):
        return 0, b""
    cause = machine.reset_cause()
    why = record[4]
    if cause == machine.DEEPSLEEP_RESET:
        return (SNOOZE if why == SNOOZE else 0), record[_HEAD_BYTES:]
    return (RESTART if why == RESTART and cause == machine.HARD_RESET else 0), b""


def _parse(text):
    found = json.loads(text) if _connectwith.is_json(text) else None
    return found if isinstance(found, dict) else {}
