# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The outbox: order, acknowledgements, bounds, damage, and errors of the flash."""

import errno
import json
import time

import _connectwith
import flash_files
import micropython
import pytest
from connectwith.outbox import box, records
from flash_files import Flash, Session

NOW = 800_000_000


@pytest.fixture
def flash(monkeypatch):
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now: 5, raising=False)
    monkeypatch.setattr(time, "time", lambda: NOW)
    return Flash(monkeypatch)


def keep(kept, *values, name="reading"):
    return [kept.accept(name, json.dumps(value).encode()) for value in values]


def values(session):
    return [json.loads(payload)["data"] for _, _, payload in session.sent]


def numbers(session):
    return [json.loads(payload)["n"] for _, _, payload in session.sent]


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


@pytest.mark.parametrize(
    "number, text",
    [(errno.ENOSPC, "full"), (errno.EROFS, "read-only"), (errno.ENODEV, "no file system"),
     (errno.ENOTDIR, "of other code"), (errno.EIO, "cannot be written")],
)  # fmt: skip
def test_errors_of_the_flash_name_what_to_do(flash, number, text):
    kept = flash_files.boot()
    keep(kept, "before")
    flash.error = number
    with pytest.raises(OSError, match="outbox: .*" + text) as raised:
        keep(kept, "lost")
    assert raised.value.errno == number
    flash.error = 0
    keep(kept, "after")
    session = Session(kept)
    session.run()
    assert values(session) == ["before", "after"] and numbers(session) == [1, 2]


def test_a_file_in_place_of_the_folder(flash):
    flash.files["/outbox"] = b"mine"
    kept = flash_files.boot()
    with pytest.raises(OSError, match="other code"):
        keep(kept, 1)
    Session(kept).run()  # and a session does not mind
    assert flash.files == {"/outbox": b"mine"}


def test_flash_that_cannot_be_read_is_tried_again_and_loses_nothing(flash):
    kept = flash_files.boot()
    keep(kept, 1, 2)
    session = Session(kept)
    flash.broken = errno.EIO
    kept.feed(session, 0)
    assert session.sent == [] and not kept.has_work()
    flash.broken = 0
    kept.feed(session, 4999)
    assert session.sent == []
    kept.feed(session, 5000)
    session.run(5000)
    assert values(session) == [1, 2]


def test_a_file_that_cannot_be_removed_does_not_stop_the_others(flash):
    kept = flash_files.boot()
    keep(kept, *["x" * 200, "y" * 200])
    session = Session(kept)
    flash.error = errno.EROFS
    session.run()
    assert numbers(session) == [1, 2] and len(flash.files) == 2
    flash.error = 0
    again = Session(flash_files.boot())
    again.run()
    assert again.sent == session.sent and flash.files == {}


def test_files_that_somebody_has_removed(flash):
    kept = flash_files.boot()
    keep(kept, *["x" * 200] * 3)
    del flash.files["/outbox/00000001"]
    session = Session(kept)
    kept.feed(session, 0)
    session.run(5000)
    assert numbers(session) == [2, 3]
    keep(kept, "x" * 200)
    flash.files.clear()
    session.run(9000)
    keep(kept, 1)
    session.run(20000)
    assert numbers(session) == [2, 3, 5]  # a number that was given is not given again


@pytest.mark.parametrize(
    "name, data",
    [("notes.txt", b"mine"), ("0000000g", b"x"), ("f0000000", b"x" * 50),
     ("00000003", b"x" * 9000)],
)  # fmt: skip
def test_files_of_others_stay(flash, name, data):
    flash.folders.add("/outbox")
    flash.files["/outbox/" + name] = data
    kept = flash_files.boot()
    keep(kept, *["x" * 200] * 5)
    session = Session(kept)
    session.run()
    assert values(session) == ["x" * 200] * 5
    assert flash.files == {"/outbox/" + name: data}


@pytest.mark.parametrize("data", [b"x", b"\x01abcdef", b"\x02abcdef" + b"x" * 50, bytes(4096)])
def test_a_file_of_garbage_costs_nothing_else(flash, data):
    kept = flash_files.boot()
    keep(kept, "before" * 30)
    flash.put(2, data)
    kept = flash_files.boot()
    keep(kept, "behind")
    session = Session(kept)
    session.run()
    assert values(session) == ["before" * 30, "behind"] and flash.files == {}
    assert kept.state()["damaged"] == 1


def test_one_wrong_bit_loses_one_message_at_most_of_those_behind_it(flash):
    kept = flash_files.boot()
    keep(kept, *range(4), name="n")
    keep(kept, "other file" * 12)
    (first, data), (second, _) = whole = sorted(flash.files.items())
    for bit in range(8 * len(data)):
        flash.files.clear()
        flash.files.update(whole)
        bent = bytearray(data)
        bent[bit // 8] ^= 1 << bit % 8
        flash.files[first] = bytes(bent)
        kept = flash_files.boot()
        keep(kept, "new")
        session = Session(kept)
        session.run()
        got = values(session)
        assert got[-2:] == ["other file" * 12, "new"] and got[:-2] == sorted(got[:-2])
        where = (bit // 8 - 7) % 13
        if 7 <= bit // 8 and where > 1:  # not the length of one
            assert len(got) == 5 and kept.state()["damaged"] == 1
        elif not 1 <= bit // 8 < 7:  # the ID's bits make it another outbox
            assert kept.state()["damaged"] >= 1


def test_little_memory_is_tried_again(flash, monkeypatch):
    kept = flash_files.boot()
    keep(kept, 1)
    session = Session(kept)

    def none(*arguments):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(records, "read", none)
        kept.feed(session, 0)
    assert session.sent == []
    kept.feed(session, 5000)
    assert values(session) == [1]


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
