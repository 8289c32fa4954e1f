# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The outbox and a flash that is full, broken, damaged, or has files of others."""

import errno

import flash_files
import pytest
from connectwith.outbox import records
from flash_files import Session, keep, numbers, values


@pytest.fixture
def flash(monkeypatch):
    return flash_files.board(monkeypatch)


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
