# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The bytes of kept messages: literal, round trips, and damage."""

import json

import pytest
from connectwith.outbox import records
from hypothesis import given
from hypothesis import strategies as st

# Written by hand; the CRC bit by bit, of the first 16 bytes, begun with 17.
RECORD = bytes.fromhex("1400 78563412 03 616263 7b7d2020 2020 7f4883d9".replace(" ", ""))
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64).filter(
    lambda text: len(text.encode()) <= 64
)


def test_a_record_is_these_bytes():
    assert records.record(17, 0x12345678, b"abc", b"{}    ") == RECORD
    assert records.size(RECORD, 0) == len(RECORD) == records.OVERHEAD + 3 + 6
    assert records.read(RECORD, 17) == (0x12345678, "abc", b"{}    ")


def test_a_head_is_these_bytes():
    assert records.head(b"abcdef") == b"\x01abcdef"
    assert records.box_id(b"\x01abcdefrest") == b"abcdef"
    for wrong in (b"", b"\x01abcde", b"\x02abcdef", b"\x00abcdef"):
        assert records.box_id(wrong) is None


def test_an_envelope_is_json_with_the_data_in_it():
    text = records.envelope(b"\x00\xa1cdef", 17, b'{"celsius":21.5}')
    assert text == b'{"outbox":"00a163646566","n":17,"data":{"celsius":21.5}}'
    assert json.loads(text)["data"] == {"celsius": 21.5}


@given(st.integers(1, 0xEFFFFFFF), st.integers(0, 2**32 - 1), NAMES, st.binary(max_size=300))
def test_what_goes_in_comes_out(number, at_s, name, payload):
    data = records.record(number, at_s, name.encode(), payload)
    assert records.size(data, 0) == len(data)
    assert records.read(data, number) == (at_s, name, payload)
    assert records.read(data, number + 1) is None
    assert records.read(data[:-1], number) is None


@pytest.mark.parametrize("bit", range(8 * len(RECORD)))
def test_one_wrong_bit_is_noticed(bit):
    data = bytearray(RECORD)
    data[bit // 8] ^= 1 << bit % 8
    assert records.read(data, 17) is None


@pytest.mark.parametrize(
    "length, expected",
    [(0, 0), (10, 0), (11, 0), (12, 12), (8267, 8267), (8268, 0), (0xFFFF, 0)],
)
def test_a_length_has_bounds(length, expected):
    assert records.size(bytes((length & 0xFF, length >> 8)), 0) == expected
    assert records.size(bytes((length & 0xFF,)), 0) == 0


def test_a_name_of_another_length_than_its_record_is_damage():
    for n in (0, 14, 65, 255):  # its payload would begin behind the CRC, or before the name
        data = bytearray(RECORD)
        data[6] = n
        data[-4:] = records._check_sum(data, 17).to_bytes(4, "little")
        assert records.read(data, 17) is None
    data = bytearray(RECORD)
    data[7] = 0xFF  # not UTF-8, and the CRC fits
    data[-4:] = records._check_sum(data, 17).to_bytes(4, "little")
    assert records.read(data, 17) is None


def test_names_of_files():
    assert records.file_name(0x1F) == "0000001f" and records.number_of("0000001f") == 31
    assert records.number_of("efffffff") == 0xEFFFFFFF
    for other in ("", "1f", "0000001F", "0000001g", "+000001f", "f0000000", "00000000", "1f.x"):
        assert records.number_of(other) == 0
