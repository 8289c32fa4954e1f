# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""SNTP packets: only an honest answer to our own question sets the clock."""

import struct

from connectwith import clock
from hypothesis import given
from hypothesis import strategies as st

NONCE = bytes(range(8))
FLOOR = 800_000_000  # in 2025, counted from 2000
NTP_2000 = 3_155_673_600  # 1 January 2000 in NTP's seconds: 36 524 days after 1900


def reply(seconds=FLOOR + 5, mode=4, leap=0, stratum=2, nonce=NONCE):
    stamp = (seconds + NTP_2000) & 0xFFFFFFFF
    head = struct.pack(">BBBb", leap << 6 | 4 << 3 | mode, stratum, 6, -20)
    return head + bytes(20) + nonce + bytes(8) + struct.pack(">II", stamp, 0)


def test_epochs():
    assert NTP_2000 == 36_524 * 86_400
    assert clock._EPOCH_1900 == NTP_2000


def test_request():
    packet = bytearray(b"\xaa" * 48)
    clock.request(packet, NONCE)
    assert packet == b"\x23" + bytes(39) + NONCE


def test_answer():
    packet = reply()
    assert len(packet) == 48
    assert clock.answer(packet, 48, NONCE, FLOOR) == FLOOR + 5


def test_after_the_wrap_of_2036():
    seconds = (1 << 32) - NTP_2000 + 7  # February 2036
    assert clock.answer(reply(seconds), 48, NONCE, FLOOR) == seconds


def test_refused():
    good = {"seconds": FLOOR}
    assert clock.answer(reply(**good), 48, NONCE, FLOOR) == FLOOR
    for change in (
        {"seconds": FLOOR - 1},
        {"mode": 3},
        {"leap": 3},
        {"stratum": 0},
        {"stratum": 16},
        {"nonce": bytes(8)},
    ):
        assert clock.answer(reply(**{**good, **change}), 48, NONCE, FLOOR) is None, change
    assert clock.answer(reply(), 47, NONCE, FLOOR) is None
    assert clock.answer(reply(-NTP_2000), 48, NONCE, FLOOR) is None  # no time at all


@given(st.binary(max_size=80))
def test_hostile_bytes(data):
    result = clock.answer(data, len(data), NONCE, FLOOR)
    assert result is None or result >= FLOOR and data[24:32] == NONCE
