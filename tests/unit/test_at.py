# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The AT engine: every transcript in every split, the buffer's bound, parameters."""

import itertools
import random
import sys

import pytest
from at_transcripts import describe, feed, play, transcripts
from connectwith.links.modem import at

TRANSCRIPTS = transcripts()
SPLITS = 1000
WHOLE = 1 << 20


@pytest.fixture(params=TRANSCRIPTS.values(), ids=TRANSCRIPTS.keys())
def transcript(request):
    return request.param


def expected(transcript):
    return transcript.events, transcript.rest


def test_there_are_transcripts():
    assert len(TRANSCRIPTS) >= 12
    assert all(transcript.events for transcript in TRANSCRIPTS.values())


@pytest.mark.parametrize("size", [WHOLE, 1, 2, 3, 127], ids=["whole", "1", "2", "3", "127"])
def test_pieces_of_one_size(transcript, size):
    assert play(transcript, itertools.repeat(size)) == expected(transcript)


def test_random_splits(transcript):
    engine = at.At()
    for seed in range(SPLITS):
        chance = random.Random(seed)
        longest = chance.choice((2, 5, 20, 128))
        sizes = iter(lambda c=chance, n=longest: c.randint(1, n), None)
        engine.reset()
        assert play(transcript, sizes, engine) == expected(transcript), f"seed {seed}"


def test_long_lines_take_no_more_room():
    engine = at.At()
    sizes = [len(engine._inbox), len(engine._line)]
    for size in (1, WHOLE):
        engine.begin(b"AT+CSQ", b"+CSQ:")
        line = b"+CSQ: " + b"9" * 10000 + b"\r\n"
        events, _ = feed(engine, line + b"+CSQ: 9\r\nOK\r\n", itertools.repeat(size))
        assert events == ["INFO +CSQ: 9", "OK OK"]
    assert engine.overlong == 2
    assert [len(engine._inbox), len(engine._line)] == sizes


def test_what_is_dropped_is_counted():
    engine = at.At()
    data = b"a\x00b\r\n" + b"c" * 600 + b"\r\nd\x07" + b"e" * 600 + b"\n\x00\xff\r\n"
    assert feed(engine, data, itertools.repeat(WHOLE)) == ([], b"")
    assert (engine.noise, engine.overlong) == (2, 2)


def test_running_ends_with_the_final_result():
    engine = at.At()
    assert not engine.running
    engine.begin(b"AT+CSQ", b"+CSQ:")
    feed(engine, b"\r\n+CSQ: 9,99\r\n", itertools.repeat(WHOLE))
    assert engine.running
    feed(engine, b"\r\nOK\r\n", itertools.repeat(WHOLE))
    assert not engine.running


def test_events_wait_until_they_are_asked_for():
    engine = at.At()
    data = b"\r\nRDY\r\n\r\nSMS DONE\r\n"
    engine.space()[: len(data)] = data
    engine.received(len(data))
    assert len(engine.space()) == 0  # the owner must not overwrite the bytes in the buffer
    assert engine.next() == at.URC
    assert engine.text() == "RDY" == engine.text()
    assert len(engine.space()) == 0
    assert engine.next() == at.URC
    assert engine.next() == at.NONE == engine.next()
    assert len(engine.space()) > 0
    engine.received(None)  # there was nothing to read
    engine.received(0)
    assert engine.next() == at.NONE


def test_nothing_is_parsed_in_data_mode():
    engine = at.At()
    engine.begin(b"ATD*99#")
    data = b"\r\nCONNECT\r\n~OK\r\n"
    engine.space()[: len(data)] = data
    engine.received(len(data))
    assert engine.next() == at.CONNECT
    assert not engine.running
    assert len(engine.space()) == 0
    assert bytes(engine.rest()) == b"\n~OK\r\n" == bytes(engine.rest())
    assert engine.next() == at.NONE
    engine.begin(b"AT")
    assert engine.next() == at.NONE and bytes(engine.rest()) == b""
    assert len(engine.space()) > 0


def test_reset_forgets_the_command_and_half_a_line():
    engine = at.At()
    engine.begin(b"AT")
    feed(engine, b"\r\nO", itertools.repeat(WHOLE))
    engine.reset()
    assert not engine.running
    assert feed(engine, b"K\r\n", itertools.repeat(WHOLE))[0] == ["URC K"]


class Interrupt(Exception):
    """Stands for Ctrl-C."""


def interrupted(call, lines):
    """What `call` returns; None if it was stopped after so many lines, as Ctrl-C would stop it.
    Lines are coarser than byte codes, but every jump ends one."""
    left = lines

    def trace(frame, kind, _):
        nonlocal left
        if kind == "line" and frame.f_code.co_name not in STRAIGHT:
            left -= 1
            if left < 0:
                sys.settrace(None)
                raise Interrupt
        return trace

    sys.settrace(trace)
    try:
        return call()
    except Interrupt:
        return None
    finally:
        sys.settrace(None)


# Methods without a jump after their first change of state: not to be stopped in between.
STRAIGHT = {"_report", "_drop", "_forget_line", "_take_in"}


def test_what_was_cut_short_is_called_again():
    data = b"\xffRDY\r\n+CREG: 1\r\na\x00b\r\nAT+CREG?\r\r\n+CREG: 0,1\r\nOK\r\nPB DONE\r\n"
    wanted = ["URC RDY", "URC +CREG: 1", "INFO +CREG: 0,1", "OK OK", "URC PB DONE"]
    stops = 0
    for first in range(0, 400, 7):
        engine = at.At()
        engine.begin(b"AT+CREG?", b"+CREG:")
        engine.space()[: len(data)] = data
        engine.received(len(data))
        events = []
        while True:
            while (event := interrupted(engine.next, first)) is None:
                stops += 1
                first += 5
            if event == at.NONE:
                break
            events.append(describe(engine, event))
        assert events == wanted, first
        assert engine.noise == 1
    assert stops > 100


@pytest.mark.parametrize(
    "text, found",
    [
        ("+CSQ: 20,99", ["20", "99"]),
        ("+CREG: 0, 1", ["0", "1"]),
        ('+COPS: 0,0,"a,b",7', ["0", "0", "a,b", "7"]),
        ('+CCLK: "26/11/22,20:00:00+04"', ["26/11/22,20:00:00+04"]),
        ("+CPIN: SIM PIN", ["SIM PIN"]),
        ("+CPIN:READY", ["READY"]),
        ("+CPIN:", [""]),
        ("+CPIN", [""]),
        ("LE20B03SIM7600M22", ["LE20B03SIM7600M22"]),
        ("Manufacturer: SIMCOM", ["Manufacturer: SIMCOM"]),
        ('+X: ,"",', ["", "", ""]),
        ('+X: "open,1', ['"open,1']),
        ('+X: "', ['"']),
        ("", [""]),
    ],
)
def test_fields(text, found):
    assert at.fields(text) == found


def test_quote():
    assert at.quote("apn", "internet.example") == '"internet.example"'
    assert at.quote("apn", "") == '""'
    assert at.quote("password", " ~,;\\'") == '" ~,;\\\'"'


@pytest.mark.parametrize("bad", ["\r", "\n", '"', "\0", "\x1a", "\x1b", "\x7f", "\x80", "\u00e4"])
@pytest.mark.parametrize("where", ["{}", "a{}", "{}b", "a{}b"])
def test_quote_names_the_key_and_not_the_value(bad, where):
    with pytest.raises(ValueError, match="^password: ") as refused:
        at.quote("password", where.format(bad))
    assert bad not in str(refused.value)
