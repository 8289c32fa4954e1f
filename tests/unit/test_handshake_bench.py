# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""How the cost of a handshake is read: TLS records of a stream, and the output of callgrind."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "bench"))

from handshake import ratio_row, read_total
from tls_records import Records

HELLO = b"\x16\x03\x03\x00\x04\x02abc"
TICKET = b"\x16\x03\x03\x00\x0d\x04\0\0\x09\0\0\x1c\x20\0\x03xyz"
FINISHED = b"\x14\x03\x03\x00\x01\x01" + b"\x16\x03\x03\x00\x06secret"
DATA = b"\x17\x03\x03\x00\x05hello"


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_records_count_up_to_the_first_data(chunk):
    records = Records()
    stream = HELLO + TICKET + FINISHED + DATA + HELLO
    for at in range(0, len(stream), chunk):
        records.feed(stream[at : at + chunk])
    assert records.bytes == len(HELLO + TICKET + FINISHED)
    assert records.ticket_bytes == 3 and records.over


def test_half_a_record_does_not_count():
    records = Records()
    records.feed(HELLO[:-1])
    assert records.bytes == 0 and not records.over


def test_the_total_of_callgrind():
    assert read_total("events: Ir\nsummary: 17\n\nfn=x\ntotals: 17\n") == 17
    with pytest.raises(ValueError):
        read_total("events: Ir\n")


def test_a_bar_holds_up_to_its_value():
    assert ratio_row("x", 100, 40, "bytes", 0.4) == ["x [bytes]", 100, 40, 0.4, True]
    assert ratio_row("x", 100, 41, "bytes", 0.4)[3:] == [0.41, False]
    assert ratio_row("x", 3, 1, "ms", None)[3:] == [0.333, None]
