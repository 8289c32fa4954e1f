# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The bytes of kept messages and of their files, without I/O.

A file has a head, then records without gaps. Its name is the number of its first record in hex;
each record that follows has the next number. All numbers are little-endian.

    head     version (1 byte), ID of the outbox (6)
    record   bytes of the record (2), time of its acceptance (4), bytes of the name (1), name,
             payload, CRC-32 (4) of all that, begun with the record's number
"""

import binascii

from micropython import const

HEAD_BYTES = const(7)
ID_BYTES = const(6)
OVERHEAD = const(11)  # bytes of a record beside name and payload
PAYLOAD_MAX = const(8192)
NAME_MAX = const(64)
RECORD_MAX = const(8267)  # OVERHEAD + NAME_MAX + PAYLOAD_MAX

_VERSION = const(1)
_NAME = const(7)  # where the name begins
_DIGITS = const(8)  # of a file's name
_NUMBER_MAX = const(0xEFFFFFFF)  # a number behind it is free, whatever files are there


def head(box_id):
    """The head of a file (bytearray)."""
    data = bytearray(HEAD_BYTES)
    data[0] = _VERSION
    data[1:] = box_id
    return data


def box_id(data):
    """The ID in a file's head (bytes), or None if it is not one."""
    if len(data) < HEAD_BYTES or data[0] != _VERSION:
        return None
    return bytes(data[1:HEAD_BYTES])


def record(number, at_s, name, payload):
    """The record of a message (bytearray). `name`, `payload`: bytes, within their bounds. `at_s`:
    the time, 0 if it is not known."""
    n = OVERHEAD + len(name) + len(payload)
    data = bytearray(n)
    data[0] = n & 0xFF
    data[1] = n >> 8
    data[2:6] = (at_s & 0xFFFFFFFF).to_bytes(4, "little")
    data[6] = len(name)
    data[_NAME : _NAME + len(name)] = name
    data[_NAME + len(name) : n - 4] = payload
    data[n - 4 :] = _check_sum(data, number).to_bytes(4, "little")
    return data


def size(data, at):
    """The bytes of the record that begins at `at`, as it says itself; 0: it is not one. Only two
    bytes of it need be there."""
    if at + 2 > len(data):
        return 0
    n = data[at] | data[at + 1] << 8
    return n if OVERHEAD < n <= RECORD_MAX else 0


def read(data, number):
    """(time or 0, name (str), payload (bytes)) of a record; None: it is damaged, or not that of
    `number`."""
    n = len(data)
    if n <= OVERHEAD or size(data, 0) != n:
        return None
    end = _NAME + data[6]
    if not 1 <= data[6] <= NAME_MAX or end > n - 4:
        return None
    if int.from_bytes(data[n - 4 :], "little") != _check_sum(data, number):
        return None
    try:
        name = str(data[_NAME:end], "utf-8")
    except UnicodeError:
        return None
    return int.from_bytes(data[2:6], "little"), name, bytes(data[end : n - 4])


def envelope(box_id, number, payload):
    """The message as it is sent: JSON (bytes) around the JSON of the payload. ID and number are
    the same each time that it is sent."""
    text = '{"outbox":"%s","n":%d,"data":' % (binascii.hexlify(box_id).decode(), number)
    return b"".join((text.encode(), payload, b"}"))


def file_name(number):
    return "%08x" % number


def number_of(name):
    """The number that a file's name says, 1 or more; 0: it is not one of ours."""
    if len(name) != _DIGITS:
        return 0
    for digit in name:
        if digit not in "0123456789abcdef":
            return 0
    number = int(name, 16)
    return number if number <= _NUMBER_MAX else 0


def _check_sum(data, number):
    return binascii.crc32(memoryview(data)[: len(data) - 4], number) & 0xFFFFFFFF
