# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The session and the outbox: when it is asked for a message, and which session asks."""

from test_session import SETTINGS, Stream, online, stream  # noqa: F401 - fixtures


class Kept:
    """An outbox, as a session sees it."""

    def __init__(self):
        self.fed = 0
        self.noted = []
        self.work = False

    def begin(self, current):
        self.current = current

    def feed(self, current, now_ms):
        assert current is self.current
        self.fed += 1

    def note(self, current):
        self.noted.append(list(current.mqtt.unacked))

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
    online.outstanding()
    assert kept.noted == [[3]]
    online.open(Stream(), SETTINGS, None, 0)
    assert online.kept is None  # it may be one beside the session in use


def test_without_an_outbox_in_flash_none_is_loaded(online):  # noqa: F811
    online.begin_kept()
    assert online.kept is None
