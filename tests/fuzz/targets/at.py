# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The AT engine: no exception, no growth, and the same events however the bytes are cut."""

import itertools

from at_transcripts import COMMANDS, feed
from connectwith.links.modem import at as engine
from targets.choices import Choices

WHOLE = 1 << 20
LINE_BYTES = 512
INBOX_BYTES = 128


def run(command, data, sizes):
    """Feeds `data` in pieces of `sizes`: (events, bytes for PPP, engine). Checks all bounds."""
    modem = engine.At()
    if command:
        modem.begin(*command)
    events, rest = feed(modem, data, sizes)
    assert len(modem._line) == LINE_BYTES and len(modem._inbox) == INBOX_BYTES
    assert 0 <= modem._n <= LINE_BYTES and len(modem.text()) == modem._n
    for event in events:
        line = event.split(" ", 1)[1]
        assert line.isascii() and len(line) <= LINE_BYTES + 8 and not set(line) & set("\r\n\0")
        found = engine.fields(line)
        assert found and sum(map(len, found)) <= len(line)
    return events, rest, modem


def one(data: bytes) -> None:
    """The first byte chooses the command under way, the second the size of the pieces."""
    choices = Choices(data)
    command = choices.pick(COMMANDS)
    size = 1 + choices.byte() % INBOX_BYTES
    stream = choices.rest()
    events, rest, modem = run(command, stream, itertools.repeat(WHOLE))
    assert run(command, stream, itertools.repeat(size))[:2] == (events, rest)
    # After whatever it was, the next command is answered.
    modem.reset()
    modem.begin(b"AT")
    assert feed(modem, b"AT\r\r\nOK\r\n", itertools.repeat(size)) == (["OK OK"], b"")
