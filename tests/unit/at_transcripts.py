# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Plays the transcripts of a modem to the AT engine."""

import transcript_file
from connectwith.links.modem import at
from transcript_file import transcripts  # noqa: F401

NAMES = {getattr(at, name): name for name in transcript_file.EVENTS}

# Commands under way while arbitrary bytes arrive, as At.begin() takes them; None for no command.
COMMANDS = (
    None,
    (b"AT", b""),
    (b"AT+CREG?", b"+CREG:"),
    (b"AT+CGMR", b""),
    (b'AT+CPIN="1234"', b""),
    (b"ATD*99#", b""),
)


def describe(engine, event):
    """The last event of `engine`, as a transcript writes it."""
    assert event in (at.CME, at.CMS) or engine.number == -1
    return transcript_file.describe(NAMES[event], engine.number, engine.text())


def feed(engine, data, sizes):
    """Feeds `data` in pieces of `sizes` (an iterator). Returns the events and the bytes of PPP."""
    events = []
    rest = b""
    while data:
        room = engine.space()
        if not len(room):
            return events, rest + data
        piece = data[: min(next(sizes), len(room))]
        data = data[len(piece) :]
        room[: len(piece)] = piece
        engine.received(len(piece))
        while (event := engine.next()) != at.NONE:
            events.append(describe(engine, event))
            if event == at.CONNECT:
                rest = bytes(engine.rest())
    return events, rest


def play(transcript, sizes, engine=None):
    """All events of a transcript, and the bytes for PPP without the line feed after CONNECT."""
    engine = engine or at.At()
    events = []
    ppp = b""
    for step in transcript.steps:
        if step[0] == "begin":
            engine.begin(step[1], step[2])
        elif step[0] == "reset":
            engine.reset()
        else:
            found, rest = feed(engine, step[1], sizes)
            events += found
            ppp += rest
    return events, ppp
