# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The outbox loses nothing that it has accepted: power cuts and Ctrl-C everywhere, random runs."""

import json
import random
import sys

import flash_files
import pytest
from clockwork import press_ctrl_c
from flash_files import PowerCut, Session

RUNS = 400


@pytest.fixture
def flash(monkeypatch):
    return flash_files.board(monkeypatch)


class Receiver:
    """Drops doubles by the ID, as an agent does."""

    def __init__(self):
        self.last = {}
        self.got = []
        self.seen = {}

    def take(self, session):
        for _, _, payload in session.sent:
            message = json.loads(payload)
            key = message["outbox"], message["n"]
            # The same ID is the same message, whatever happened in between.
            assert self.seen.setdefault(key, message["data"]) == message["data"]
            if message["n"] > self.last.get(message["outbox"], 0):
                self.last[message["outbox"]] = message["n"]
                self.got.append(message["data"])


def _check(accepted, got, maybe):
    """All that was accepted has come once, in order; `maybe`: of these no call has said it."""
    assert [value for value in got if value not in maybe] == accepted
    assert len(set(got)) == len(got) and got == sorted(got)


def _work(kept, receiver, accepted, tried, chance):
    """What a program and a session do in one run of the firmware."""
    session = Session(kept)
    for _ in range(chance.randrange(1, 60)):
        what = chance.random()
        if what < 0.45:
            tried.append(len(tried))
            size = chance.choice((3, 90, 100, 300, 1500))
            if kept.accept("n", json.dumps(f"{tried[-1]:06d}" + "x" * size).encode()):
                accepted.append(tried[-1])
        elif what < 0.9:
            kept.feed(session, 0)
            session.acknowledge(chance.randrange(3))
        elif what < 0.95:
            receiver.take(session)
            session = Session(kept)
        else:
            session.is_full = not session.is_full
        receiver.take(session)
        session.sent = [(0, "", message[2]) for message in session.sent]


def _drain(receiver):
    session = Session(flash_files.boot())
    session.run()
    receiver.take(session)


@pytest.mark.parametrize("seed", range(RUNS // 20))
def test_power_cuts_at_random_lose_nothing(flash, seed):
    chance = random.Random(seed)
    receiver, accepted, tried = Receiver(), [], []
    for _ in range(20):
        flash.cut_after = flash.writes + chance.randrange(40)
        try:
            _work(flash_files.boot(), receiver, accepted, tried, chance)
        except PowerCut:
            pass
        flash.cut_after = None
    _drain(receiver)
    got = [int(text[:6]) for text in receiver.got]
    _check(accepted, got, set(tried) - set(accepted))
    assert not any(flash.files.values())  # one may be left empty, for the next message


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_a_power_cut_at_each_write_of_a_run_loses_nothing(flash, seed):
    cut = 0
    while True:
        flash.folders.clear()
        flash.files.clear()
        receiver, accepted, tried = Receiver(), [], []
        flash.cut_after = flash.writes + cut
        try:
            _work(flash_files.boot(), receiver, accepted, tried, random.Random(seed))
            ended = True
        except PowerCut:
            ended = False
        flash.cut_after = None
        _drain(receiver)
        got = [int(text[:6]) for text in receiver.got]
        _check(accepted, got, set(tried) - set(accepted))
        if ended:
            break
        cut += 1
    assert cut > 10


class _Interruption:
    """Presses Ctrl-C at one line of the outbox's own code."""

    def __init__(self, at):
        self.left = at

    def __call__(self, frame, event, argument):
        if "connectwith/outbox/" not in frame.f_code.co_filename:
            return None
        if event == "line":
            self.left -= 1
            if not self.left:
                sys.settrace(None)
                press_ctrl_c()
        return self


def test_ctrl_c_anywhere_loses_nothing(flash):
    at = 1
    while True:
        flash.folders.clear()
        flash.files.clear()
        receiver, accepted, tried = Receiver(), [], []
        kept = flash_files.boot()
        chance = random.Random(5)
        sys.settrace(_Interruption(at))
        try:
            _work(kept, receiver, accepted, tried, chance)
            ended = True
        except KeyboardInterrupt:
            ended = False
        finally:
            sys.settrace(None)
        _work(kept, receiver, accepted, tried, chance)  # it goes on in the same run
        session = Session(kept)
        session.run()
        receiver.take(session)
        _drain(receiver)
        got = [int(text[:6]) for text in receiver.got]
        _check(accepted, got, set(tried) - set(accepted))
        assert not any(flash.files.values())
        if ended:
            break
        at += 7 if at > 400 else 1
    assert at > 500
