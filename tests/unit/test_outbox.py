# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The outbox: order, acknowledgements, bounds."""

import errno
import json
import os
import time

import _connectwith
import flash_files
import micropython
import pytest
from connectwith.outbox import box, records
from flash_files import NOW, Session, keep, numbers, values


@pytest.fixture
def flash(monkeypatch):
    return flash_files.board(monkeypatch)


def test_messages_are_sent_in_order_and_leave_the_flash(flash):
    kept = flash_files.boot()
    assert keep(kept, "a", {"b": 1}) == [True, True]
    session = Session(kept)
    session.run()
    assert [name for _, name, _ in session.sent] == ["agent/reading"] * 2
    assert values(session) == ["a", {"b": 1}] and numbers(session) == [1, 2]
    assert flash.names() == [] and kept.state()["count"] == 0


def test_the_next_run_sends_what_is_left_with_the_same_ids(flash):
    kept = flash_files.boot()
    keep(kept, *range(6))
    first = Session(kept)
    for _ in range(20):
        kept.feed(first, 0)
    assert values(first) == [0, 1, 2, 3]  # the window
    kept = flash_files.boot()
    second = Session(kept)
    second.run()
    assert second.sent[:4] == first.sent and values(second) == list(range(6))


def test_numbers_and_id_go_on_after_a_reset_and_in_an_empty_outbox(flash):
    kept = flash_files.boot()
    keep(kept, 0)
    kept = flash_files.boot()
    keep(kept, 1)
    session = Session(kept)
    session.run()
    keep(kept, 2)
    session.run()
    assert numbers(session) == [1, 2, 3]
    assert len({json.loads(payload)["outbox"] for _, _, payload in session.sent}) == 1
    # Nothing in flash says what was given before, so that is another outbox.
    kept = flash_files.boot()
    keep(kept, 3)
    other = Session(kept)
    other.run()
    assert numbers(other) == [1]
    assert json.loads(other.sent[0][2])["outbox"] != json.loads(session.sent[0][2])["outbox"]


def test_a_lost_session_repeats_from_the_first_unacknowledged_message(flash):
    kept = flash_files.boot()
    keep(kept, *range(6))
    session = Session(kept)
    for _ in range(4):
        kept.feed(session, 0)
    session.acknowledge(2)
    kept.feed(session, 0)
    assert len(session.sent) == 5
    again = Session(kept)
    again.run()
    assert values(again) == [2, 3, 4, 5]


def test_another_session_cannot_acknowledge_or_take_what_was_moved(flash):
    kept = flash_files.boot()
    keep(kept, *["x" * 200] * 3)
    old = Session(kept)
    kept.feed(old, 0)
    kept.feed(old, 0)
    assert kept.without(old, [("a", b"", 1), ("b", b"", 7), ("c", b"", 2)]) == [("b", b"", 7)]
    new = Session(kept)
    kept.feed(new, 0)
    old.unacked.clear()  # the end of the one before, which may be noticed late
    kept.note(old)
    kept.feed(old, 0)
    assert numbers(old) == [1, 2] and numbers(new) == [1] and kept.state()["count"] == 3
    new.run()
    assert numbers(new) == [1, 2, 3]


def test_a_message_that_ends_each_session_does_not_make_the_device_useless(flash, clock):
    kept = flash_files.boot()
    keep(kept, "poison" * 40, "y" * 200)
    sessions = []

    def connect(steps=3):
        if sessions:
            sessions[-1].end("closed by the server")
        sessions.append(Session(kept))
        for _ in range(steps):
            kept.feed(sessions[-1], clock.now_ms)
        return len(sessions[-1].sent)

    # The broker closes the connection at the first message: three times, then there is a pause.
    assert [connect() for _ in range(4)] == [2, 2, 2, 0]
    keep(kept, "z" * 200)
    assert kept.is_waiting() and not kept.has_work()
    for pause_s in (60, 120, 240, 480, 960, 1920, 3840, 3840):
        clock.now_ms += pause_s * 1000 - 1
        kept.feed(sessions[-1], clock.now_ms)
        assert sessions[-1].sent == [] and kept.due_ms(clock.now_ms, 60000) == 1
        clock.now_ms += 1
        kept.feed(sessions[-1], clock.now_ms)
        assert numbers(sessions[-1]) == [1]
        assert connect() == 0
    kept.clear()
    keep(kept, "after")
    sessions[-1].run(clock.now_ms)
    assert values(sessions[-1]) == ["after"]


def test_an_acknowledgement_ends_the_suspicion(flash, clock):
    kept = flash_files.boot()
    keep(kept, *["x" * 200] * 2)
    for _ in range(3):
        session = Session(kept)
        kept.feed(session, 0)
        session.end("closed by the server")
    session = Session(kept)
    clock.now_ms += 60000
    kept.feed(session, clock.now_ms)
    session.acknowledge()
    kept.feed(session, clock.now_ms)
    session.end("closed by the server")
    for _ in range(2):
        session = Session(kept)
        kept.feed(session, clock.now_ms)
        assert numbers(session) == [2]
        session.end("errno", errno.ECONNRESET)


@pytest.mark.parametrize(
    "cause, code",
    [("link lost", 0), ("no answer to PINGREQ", 0), ("errno", errno.ECONNABORTED), ("", 0)],
)
def test_a_loss_that_is_not_the_doing_of_the_server_is_not_the_fault_of_a_message(
    flash, clock, cause, code
):
    kept = flash_files.boot()
    keep(kept, "x" * 200)
    for _ in range(20):
        session = Session(kept)
        kept.feed(session, clock.now_ms)
        assert numbers(session) == [1]
        session.end(cause, code)
    # Three ends by the server count, whatever comes between them, and one that Ctrl-C breaks off
    # counts once.
    for why in ("closed by the server", cause, "closed by the server"):
        session = Session(kept)
        kept.feed(session, 0)
        session.end(why, code)
        session.end(why, code)
        assert numbers(session) == [1]
    session = Session(kept)
    kept.feed(session, 0)
    assert numbers(session) == [1]
    session.end("closed by the server")
    session = Session(kept)
    kept.feed(session, 0)
    assert numbers(session) == [] and kept.due_ms(clock.now_ms, 120000) == 60000


def test_a_server_that_replaces_a_moved_session_does_not_refuse_a_message(flash):
    kept = flash_files.boot()
    keep(kept, "x" * 200)
    for _ in range(6):
        old = Session(kept)
        kept.feed(old, 0)
        session = Session(kept)
        kept.feed(session, 0)
        old.end("closed by the server")
        assert numbers(session) == [1]


def test_long_messages_are_sent_one_at_a_time(flash):
    kept = flash_files.boot()
    keep(kept, *["x" * 600] * 3)
    session = Session(kept)
    for expected in (1, 2, 3):
        for _ in range(3):
            kept.feed(session, 0)
        assert len(session.sent) == expected
        session.acknowledge()


def test_delivery_does_not_read_what_only_accepting_needs(flash, monkeypatch):
    kept = flash_files.boot()
    keep(kept, *["x" * 200] * 3)
    kept = flash_files.boot()
    with monkeypatch.context() as patch:
        patch.setattr(box.Box, "_find_end", lambda self: 1 / 0)  # reads up to 4 KB at once
        session = Session(kept)
        session.run()
    keep(kept, "after")
    session.run()
    assert values(session)[3:] == ["after"]
    # Nobody knows the name of the outbox any more: the number begins another one.
    boxes = [json.loads(payload)["outbox"] for _, _, payload in session.sent]
    assert boxes[0] == boxes[2] != boxes[3]


def test_a_step_opens_or_removes_one_file(flash, monkeypatch):
    kept = flash_files.boot()
    keep(kept, *range(6))
    kept = flash_files.boot()
    used = []
    opens, remove = box.open, os.remove
    monkeypatch.setattr(box, "open", lambda *args: used.append(args[0]) or opens(*args))
    monkeypatch.setattr(os, "remove", lambda path: used.append(path) or remove(path))
    session = Session(kept)
    counts = set()
    for _ in range(40):
        used.clear()
        kept.feed(session, 0)
        counts.add(len(used))
        session.acknowledge()
    assert counts == {0, 1}
    assert values(session) == list(range(6)) and flash.names() == []


def test_the_messages_of_the_program_go_first(flash):
    kept = flash_files.boot()
    keep(kept, 1)
    session = Session(kept)
    session.is_full = True
    kept.feed(session, 0)
    assert session.sent == []
    session.is_full = False
    kept.feed(session, 0)
    assert len(session.sent) == 1


def test_all_files_go_also_if_two_are_acknowledged_at_once_in_a_full_session(flash):
    kept = flash_files.boot()
    keep(kept, "x" * 200, "y" * 200)
    session = Session(kept)
    for _ in range(3):
        kept.feed(session, 0)
    session.acknowledge(2)
    session.is_full = True
    kept.feed(session, 0)
    assert len(flash.files) == 1 and kept.has_work()
    kept.feed(session, 0)
    assert flash.files == {}


def test_few_messages_get_files_of_their_own_and_many_are_appended(flash):
    kept = flash_files.boot()
    keep(kept, *["x" * 200] * 40)
    sizes = [len(data) for data in flash.files.values()]
    assert len(sizes) == 32 and sizes[:31] == [227] * 31 and sizes[31] == 227 + 8 * 220
    keep(kept, *["x" * 200] * 12)
    assert max(len(data) for data in flash.files.values()) <= 4096 and len(flash.files) == 33
    session = Session(kept)
    session.run()
    assert numbers(session) == list(range(1, 53)) and flash.files == {}


def test_short_messages_share_a_file_that_littlefs_stores_in_the_folder(flash):
    kept = flash_files.boot()
    keep(kept, *range(10), name="n")
    assert [len(data) for data in flash.files.values()] == [7 + 9 * 13, 7 + 13]


def test_a_full_outbox_refuses_and_keeps_what_it_has(flash):
    kept = flash_files.boot()
    kept.box.size = 1024
    accepted = keep(kept, *["x" * 200] * 6)
    assert accepted == [True] * 4 + [False] * 2
    session = Session(kept)
    session.run()
    assert numbers(session) == [1, 2, 3, 4] and kept.state()["dropped"] == 0
    assert keep(kept, 1) == [True]


def test_a_full_outbox_drops_the_oldest_and_says_how_many(flash):
    told = []
    kept = flash_files.boot()
    kept.box.size, kept.box.drops_oldest, kept.on_dropped = 1024, True, told.append
    assert all(keep(kept, *["x" * 200] * 6))
    assert told == [1, 1] and kept.state()["dropped"] == 2 and kept.state()["count"] == 4
    session = Session(kept)
    session.run()
    assert numbers(session) == [3, 4, 5, 6]  # the gap shows at the agent


def test_what_is_sent_and_not_acknowledged_can_be_dropped(flash):
    kept = flash_files.boot()
    kept.box.size, kept.box.drops_oldest = 1024, True
    keep(kept, *["x" * 200] * 4)
    session = Session(kept)
    for _ in range(4):
        kept.feed(session, 0)
    keep(kept, *["y" * 200] * 3)
    session.run()
    assert numbers(session) == [1, 2, 3, 4, 5, 6, 7] and flash.files == {}


def test_age_counts_from_a_believed_clock(flash, monkeypatch):
    kept = flash_files.boot()
    keep(kept, "old")
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now: 2)
    keep(kept, "undated")  # the firmware's build date is no time of acceptance
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now: 5)
    monkeypatch.setattr(time, "time", lambda: NOW + 3600)
    assert kept.state()["oldest"] == 3600
    keep(kept, "x" * 200)
    kept.box.age_s = 3600
    assert kept.state()["count"] == 3
    monkeypatch.setattr(time, "time", lambda: NOW + 3601)
    session = Session(kept)
    session.run()
    assert values(session) == ["undated", "x" * 200] and kept.state()["dropped"] == 1


def test_accepting_drops_files_whose_messages_are_all_too_old(flash, monkeypatch):
    told = []
    kept = flash_files.boot()
    kept.box.age_s, kept.on_dropped = 60, told.append
    keep(kept, "x" * 100, "x" * 100)
    monkeypatch.setattr(time, "time", lambda: NOW + 61)
    keep(kept, "new")
    assert told == [2] and len(flash.files) == 1
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now: 0)
    monkeypatch.setattr(time, "time", lambda: 1)
    keep(kept, "newer")
    assert kept.state()["count"] == 2 and kept.state()["oldest"] is None


def test_too_long_a_message_is_refused_with_the_reason(flash):
    kept = flash_files.boot()
    assert keep(kept, "x" * (records.PAYLOAD_MAX - 2)) == [True]
    with pytest.raises(ValueError, match="data: too long"):
        keep(kept, "x" * (records.PAYLOAD_MAX - 1))
    kept.box.size = 1024
    with pytest.raises(ValueError, match="data: too long"):
        keep(kept, "x" * 1024)
    session = Session(kept)
    session.run()
    assert len(values(session)[0]) == records.PAYLOAD_MAX - 2


def test_clearing(flash):
    kept = flash_files.boot()
    keep(kept, *["x" * 200] * 3)
    session = Session(kept)
    kept.feed(session, 0)
    assert kept.clear() == 3 and flash.files == {} and kept.clear() == 0
    keep(kept, "after")
    session.run()
    assert values(session)[1:] == ["after"] and numbers(session) == [1, 4]


def test_a_callback_that_the_scheduler_has_no_room_for_is_called_later(flash, monkeypatch):
    told = []
    kept = flash_files.boot()
    kept.box.size, kept.box.drops_oldest, kept.on_dropped = 1024, True, told.append

    def full(call, value):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(micropython, "schedule", full)
        keep(kept, *["x" * 200] * 6)
    assert told == []
    Session(kept).run()
    assert told == [2]


def test_nothing_is_looked_at_while_nothing_is_to_do(flash, monkeypatch):
    kept = flash_files.boot()
    session = Session(kept)
    session.run()
    flash.broken = errno.EIO
    kept.feed(session, 0)
    assert not kept.has_work()
    monkeypatch.setattr(box.Box, "look", lambda self: 1 / 0)
    kept.feed(session, 0)
