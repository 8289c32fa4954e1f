# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The AT engine on the board: the same events as on CPython, and no memory for a byte received."""

from pathlib import Path

_UNIT = Path(__file__).parents[1] / "unit"

# Receives `data` in pieces of `size`, one event after the other in `events`, as they are told or,
# with `events` None, only counted.
_FEED = """
import gc
from connectwith.links.modem import at
engine = at.At()
def feed(data, size, events):
    count = start = 0
    end = len(data)
    while start < end:
        room = engine.space()
        n = min(size, end - start, len(room))
        if not n:
            break
        for i in range(n):
            room[i] = data[start + i]
        start += n
        engine.received(n)
        while True:
            event = engine.next()
            if not event:
                break
            count += 1
            if events is not None:
                events.append((event, engine.number, engine.text()))
    return count
"""

_GROWTH = """
def growth(data, size):
    feed(data, size, None)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    count = feed(data, size, None)
    after = gc.mem_alloc()
    gc.enable()
    return count, after - before
"""

_PLAY = """
def play(steps, size):
    engine.reset()
    events = []
    for step in steps:
        if step[0] == "begin":
            engine.begin(step[1], step[2])
        elif step[0] == "reset":
            engine.reset()
        else:
            feed(step[1], size, events)
    return events
"""


def test_receiving_allocates_nothing(repl):
    repl.run(_FEED + _GROWTH)
    data = (
        b"\xff\0RDY\r\n+CREG: 1\r\nAT+CREG?\r\r\n+CREG: 0,1\r\n\r\n+CME ERROR: 10\r\n> \r\n"
        b"a\0b\r\n" + b"x" * 600 + b"\r\nNO CARRIER\r\nVOICE CALL: BEGIN\r\n"
    )
    for size in (1, 7, 128):
        # The first query waits for its result, so that every kind of line is judged.
        repl.run("engine.reset(); engine.begin(b'AT+CREG?', b'+CREG:')")
        assert repl.value(f"growth({data!r}, {size})") == (7, 0)


def test_transcripts(repl, monkeypatch):
    monkeypatch.syspath_prepend(str(_UNIT))
    import transcript_file

    repl.run(_FEED + _PLAY)
    events = transcript_file.EVENTS
    names = dict(repl.value(f"[(getattr(at, name), name) for name in {events!r}]"))
    for name, transcript in transcript_file.transcripts().items():
        repl.run(f"steps = {transcript.steps!r}")
        for size in (1, 128):
            told = repl.value(f"play(steps, {size})", timeout=30)
            found = [transcript_file.describe(names[event], *rest) for event, *rest in told]
            assert found == transcript.events, (name, size)
