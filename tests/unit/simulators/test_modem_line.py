# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The modem's parts without a state: command lines, and bytes at another rate."""

import pytest
from bench.modem.line import chunks, resample
from bench.modem.scene import lookup
from bench.modem.syntax import Command, SyntaxProblem, split


@pytest.mark.parametrize(
    "line, commands",
    [
        ("", []),
        ("E0", [Command("E", "=", "0")]),
        ("e0v1&d0", [Command("E", "=", "0"), Command("V", "=", "1"), Command("&D", "=", "0")]),
        ("+CSQ", [Command("+CSQ")]),
        ("+creg?;+cgreg?", [Command("+CREG", "?"), Command("+CGREG", "?")]),
        ("E0+CMEE=1;+CSQ", [Command("E", "=", "0"), Command("+CMEE", "=", "1"), Command("+CSQ")]),
        ("+COPS=?", [Command("+COPS", "=?")]),
        ('+CPIN="12;34"', [Command("+CPIN", "=", '"12;34"')]),
        ("D*99***1#", [Command("D", "=", "*99***1#")]),
        ("S0=1S7?", [Command("S0", "=", "1"), Command("S7", "?", "")]),
    ],
)
def test_split(line, commands):
    assert split(line) == commands


@pytest.mark.parametrize("line", ["+", "+CSQ?x", "?", "\x00", "9", '"'])
def test_split_refuses(line):
    with pytest.raises(SyntaxProblem):
        split(line)


def test_arguments():
    assert Command("+X", "=", '1,"IP","a,b"').arguments == ["1", "IP", "a,b"]
    assert Command("+X", "=", "").arguments == [""]
    assert Command("+X", "=", "1,,3").arguments == ["1", "", "3"]


def test_lookup_is_exact_or_by_prefix():
    table = {"AT+CPIN?": 1, "AT+CPIN=": 2}
    assert lookup(table, "at+cpin?") == 1
    assert lookup(table, 'AT+CPIN="1234"') == 2
    assert lookup(table, "AT+CPIN") is None


def test_same_rate_changes_nothing():
    every = bytes(range(256))
    assert resample(every, 115200, 115200) == every
    assert resample(every, 115200, 117000) == every  # 1.5 %, as crystals are


@pytest.mark.parametrize("sent_at, read_at", [(115200, 921600), (921600, 115200), (9600, 115200)])
def test_another_rate_makes_something_else(sent_at, read_at):
    heard = resample(b"AT\rAT\rAT\r", sent_at, read_at)
    assert b"AT" not in heard
    assert len(heard) <= 9 * max(1, read_at // sent_at)


def test_a_slower_sender_is_heard_as_a_receiver_samples_it():
    # 0x00 at half the rate: low for 18 bits of the receiver, one byte and a break.
    assert resample(b"\x00", 57600, 115200) == b"\x00"
    # 0xFF: a start bit of two bits' length, so the first data bit is low.
    assert resample(b"\xff", 57600, 115200) == b"\xfe"


def test_nothing_gives_nothing():
    assert resample(b"", 9600, 115200) == b""


def test_chunks():
    assert chunks(b"abcde", 2) == [b"ab", b"cd", b"e"]
    assert chunks(b"abcde", 1) == [b"a", b"b", b"c", b"d", b"e"]
    assert chunks(b"abcde", None) == [b"abcde"]
    assert chunks(b"", None) == chunks(b"", 1) == []
