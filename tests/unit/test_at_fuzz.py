# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The AT engine against arbitrary bytes: no exception, no growth, the same in every split."""

import itertools
import sys
from pathlib import Path

import pytest
from at_transcripts import COMMANDS, feed
from connectwith.links.modem import at
from hypothesis import given, settings
from hypothesis import strategies as st

FUZZ = Path(__file__).parents[1] / "fuzz"
sys.path.append(str(FUZZ))

from targets.at import WHOLE  # noqa: E402
from targets.at import run as checked  # noqa: E402

CORPUS = sorted((FUZZ / "corpus/at").glob("*.bin"))

# Texts of modems, so that arbitrary sequences come close to valid lines.
WORDS = st.sampled_from(
    [b"OK", b"ERROR", b"\r", b"\n", b"\r\n", b"+CME ERROR: ", b"+CMS ERROR:", b"CONNECT ", b" ",
     b"NO CARRIER", b"+CREG: ", b"0,1", b",", b'"', b"> ", b"AT", b"AT+CREG?", b"ATD*99#", b"RDY",
     b"\x00", b"\xff", b"~", b"9" * 600]
)  # fmt: skip
STREAMS = st.one_of(
    st.binary(max_size=700),
    st.lists(st.one_of(WORDS, st.binary(max_size=4)), max_size=40).map(b"".join),
)


def run(*arguments):
    """The events and the bytes for PPP; the bounds are checked."""
    return checked(*arguments)[:2]


@pytest.mark.parametrize("command", COMMANDS)
@settings(deadline=None)
@given(data=STREAMS, sizes=st.lists(st.integers(1, 200), min_size=1, max_size=20))
def test_arbitrary_bytes_in_arbitrary_pieces(command, data, sizes):
    whole = run(command, data, itertools.repeat(WHOLE))
    assert run(command, data, itertools.cycle(sizes)) == whole
    assert run(command, data, itertools.repeat(1)) == whole


@given(data=st.binary(max_size=300))
def test_the_engine_works_again_after_anything(data):
    engine = at.At()
    engine.begin(b"ATD*99#")
    feed(engine, data, itertools.repeat(7))
    engine.reset()
    engine.begin(b"AT")
    assert feed(engine, b"AT\r\r\nOK\r\n", itertools.repeat(3)) == (["OK OK"], b"")


def test_there_is_a_corpus():
    assert len(CORPUS) >= 12


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
@pytest.mark.parametrize("command", COMMANDS)
def test_corpus(path, command):
    data = path.read_bytes()
    whole = run(command, data, itertools.repeat(WHOLE))
    for size in (1, 2, 5, 128):
        assert run(command, data, itertools.repeat(size)) == whole


@given(st.text(max_size=60))
def test_fields_of_any_text(text):
    found = at.fields(text)
    assert found and sum(map(len, found)) <= len(text)


@given(st.text(max_size=60))
def test_what_quote_lets_through_comes_back(value):
    try:
        quoted = at.quote("key", value)
    except ValueError:
        assert not value.isascii() or not value.isprintable() or '"' in value
        return
    assert at.fields("+X: 1," + quoted + ",2") == ["1", value, "2"]
