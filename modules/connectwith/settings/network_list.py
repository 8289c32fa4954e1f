# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The record of the list of Wi-Fi networks, and which of two networks are the same.

Only boards with such a list import it.
"""

import _connectwith
from micropython import const

import connectwith
from connectwith.settings import nic

_VERSION = const(1)


def join(parts):
    """The record: a version byte, then the record of each network with its length in one byte."""
    record = bytearray((_VERSION,))
    for part in parts:
        record.append(len(part))
        record.extend(part)
    return record


def split(record):
    """The records of the networks; [] if the record of the list is invalid."""
    if record[0] != _VERSION:
        return []
    parts = []
    at = 1
    while at < len(record):
        end = at + 1 + record[at]
        if end > len(record):
            return []
        parts.append(record[at + 1 : end])
        at = end
    return parts


def is_same(one, other):
    """Whether two networks have one SSID and one key. A key that cannot be opened is another
    one."""
    if one["ssid"] != other["ssid"]:
        return False
    mine = yours = None
    try:
        mine = _plain(one)
        yours = _plain(other)
        return mine == yours
    except ValueError:
        return False
    finally:
        connectwith.overwrite(mine)
        connectwith.overwrite(yours)


def _plain(block):
    if not block["key"]:
        return bytearray()
    return _connectwith.unseal(block["key"], nic.context("wifi", block["ssid"]), True)
