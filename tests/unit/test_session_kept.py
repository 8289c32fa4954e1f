# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The session and the outbox: when it is asked for a message, and which session asks."""

import os
import sys
import types

import flash_files
import pytest
from connectwith import session
from test_session import CONNACK, SETTINGS, Stream, online, publish, stream  # noqa: F401 - fixtures


class Kept:
    """An outbox, as a session sees it."""

    def __init__(self):
        self.fed = 0
        self.noted = []
        self.work = False
        self.own = None

    def begin(self, current):
        self.current = current

    def feed(self, current, now_ms):
        assert current is self.current
        self.fed += 1

    def end(self, current):
        self.note(current)

    def note(self, current):
        self.noted.append(list(current.mqtt.unacked))

    def without(self, current, messages):
        self.note(current)
        return [message for message in messages if message[2] != self.own]

    def is_waiting(self):
        return self.work

    def has_work(self):
        return self.work


def test_the_outbox_is_asked_in_the_session_that_is_in_use_and_in_no_other(online, stream):  # noqa: F811
    kept = Kept()
    online.poll(0)
    assert kept.fed == 0 and not online.busy()
    online.begin_kept(kept)
    online.begin_kept(Kept())  # the same session: nothing begins anew
    online.poll(0)
    assert kept.fed == 1 and online.kept is kept
    kept.work = True
    assert online.busy() and online.is_drained()
    stream.room = 0
    online.enqueue("log", b"x")
    assert not online.is_drained()
    online.poll(0)
    assert not online.is_drained()
    assert online.is_waiting()
    kept.own = online.enqueue("agent/kept", b"y")
    other = online.enqueue("log", b"z")
    messages, again = online.outstanding()
    assert [message[2] for message in messages] == [other] and again == 0
    online.holds = True
    stream.room = 1 << 30
    for _ in range(4):
        online.poll(0)
    messages, again = online.outstanding()
    assert [message[2] for message in messages] == [other] and again == 1
    kept.noted.clear()
    online.close(False)
    assert kept.noted == [[kept.own - 1, kept.own, other]] and online.kept is None
    online.begin_kept(kept)
    online.open(Stream(), SETTINGS, None, 0)
    assert online.kept is None  # it may be one beside the session in use


def test_the_server_and_not_the_link_is_asked_why_it_ends_a_session_with_a_message(
    online,  # noqa: F811
    monkeypatch,
):
    flash_files.board(monkeypatch)
    kept = flash_files.boot()
    flash_files.keep(kept, "x")
    sent = []
    for end in (0, 0, None, None, None, 0, None):
        peer = Stream()
        online.open(peer, SETTINGS, None, 0)
        peer.incoming = CONNACK
        for _ in range(4):
            online.poll(0)
        online.begin_kept(kept)
        for _ in range(3):
            online.poll(0)
        sent.append(peer.sent.count(b"agent/reading"))
        peer.end = end
        online.poll(0)
        online.close(False)  # with a link that was lost, if the server has not ended it
    assert sent == [1] * 6 + [0]


def test_flush_waits_for_the_outbox_of_a_session_that_is_open(online):  # noqa: F811
    kept = Kept()
    assert not online.is_waiting()
    online.begin_kept(kept)
    assert not online.is_waiting()
    kept.work = True
    assert online.is_waiting() and not online.is_waiting(5)
    online.close(False)
    assert not online.is_waiting()


@pytest.fixture
def left(monkeypatch):
    """An earlier run has left files, and nothing was looked at in this one."""
    monkeypatch.setattr(os, "ilistdir", lambda folder: iter([("00000001", 0x8000, 0, 50)]))
    monkeypatch.delitem(sys.modules, "connectwith.outbox", raising=False)
    monkeypatch.delattr("connectwith.outbox", raising=False)


def test_files_in_flash_are_found(online, left):  # noqa: F811
    online.begin_kept()
    assert online.kept is sys.modules["connectwith.outbox"].get()


def test_files_in_flash_and_a_firmware_without_the_outbox(online, left, monkeypatch):  # noqa: F811
    monkeypatch.setitem(sys.modules, "connectwith.outbox", None)
    online.begin_kept()
    assert online.kept is None


def test_flash_is_looked_at_once_and_an_outbox_in_use_is_found(online, left, monkeypatch):  # noqa: F811
    monkeypatch.setattr(os, "ilistdir", lambda folder: iter(()))
    online.begin_kept()
    monkeypatch.setattr(os, "ilistdir", lambda folder: 1 / 0)
    online.begin_kept()
    assert online.kept is None
    from connectwith import outbox

    online.begin_kept()
    assert online.kept is outbox.get()


def test_a_persistent_session_is_asked_for_and_its_messages_come_at_once(stream):  # noqa: F811
    current = session.Session()
    asked = types.SimpleNamespace(clientid=None, username=None, persistent=True)
    current.open(stream, asked, None, 0)
    # Session Present, and two messages that have waited, before the subscriptions are sent.
    stream.incoming = b"\x20\x02\x01\x00" + publish(b"device/a", b"1", 1)
    stream.incoming += publish(b"device/a", b"2", 2)
    got = []
    for _ in range(10):
        assert current.poll(0) >= 0
        while current.inbound:
            got.append(current.take())
    assert got == [("device/a", b"1"), ("device/a", b"2")]
    assert stream.sent[9] == 0x2C  # the flags of CONNECT, without Clean Session
    for wanted in (b"\x40\x02\x00\x01", b"\x40\x02\x00\x02", b"device/#", b"restart"):
        assert wanted in stream.sent
