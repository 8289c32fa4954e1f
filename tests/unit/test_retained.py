# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""nv and the reason for a boot: what RTC memory keeps, for how long, and what it may hold."""

import importlib
import json
import types

import hardware
import machine
import nv
import pytest
from connectwith.settings import retained

PWRON, HARD, WDT, DEEPSLEEP, SOFT = range(1, 6)  # machine.reset_cause() of ports/esp32
EXT0, EXT1, TIMER, TOUCH, ULP = range(2, 7)  # machine.wake_reason()


@pytest.fixture
def board(monkeypatch):
    """`memory`: of RTC; `boot(cause)`: the next run of the firmware begins."""
    board = types.SimpleNamespace(memory=b"", cause=PWRON, wake=0, writes=0)

    def memory(data=None):
        if data is None:
            return board.memory
        assert len(data) <= 2048, "as upstream's buffer too long"
        board.memory = bytes(data)
        board.writes += 1
        return None

    def boot(cause, wake=0):
        board.cause, board.wake = cause, wake
        monkeypatch.setattr(retained, "_before", None)
        monkeypatch.setattr(retained, "_table", None)

    board.boot = boot
    for name, value in (
        ("RTC", lambda: types.SimpleNamespace(memory=memory)),
        ("reset_cause", lambda: board.cause), ("wake_reason", lambda: board.wake),
        ("PWRON_RESET", PWRON), ("HARD_RESET", HARD), ("WDT_RESET", WDT),
        ("DEEPSLEEP_RESET", DEEPSLEEP), ("SOFT_RESET", SOFT), ("TIMER_WAKE", TIMER),
    ):  # fmt: skip
        monkeypatch.setattr(machine, name, value, False)
    boot(PWRON)
    return board


VALUES = {
    "count": 3, "big": -(2**31), "half": 0.5, "text": "gr\u00fc\u00dfe \"'\\\n", "none": None,
    "yes": True, "list": [1, [2, {"a": []}]], "table": {"": {}},
}  # fmt: skip


def test_deep_sleep_keeps_it(board):
    nv.nv.update(VALUES)
    for _ in range(3):
        retained.save()
        board.boot(DEEPSLEEP, TIMER)
        assert nv.nv == VALUES
        assert nv.nv is nv.nv and nv.nv is retained.table()
        assert [type(nv.nv[key]) for key in VALUES] == [type(value) for value in VALUES.values()]
        assert board.memory == b"", "it is good for one boot"


@pytest.mark.parametrize("cause", [PWRON, HARD, WDT, SOFT, 0])
def test_nothing_else_does(board, cause):
    nv.nv["count"] = 3
    retained.save()
    board.boot(cause)
    assert nv.nv == {} and board.memory == b""


def test_it_is_kept_over_runs_that_do_not_use_it(board):
    nv.nv["count"] = 3
    retained.save()
    kept = board.memory
    for look in (lambda: None, hardware.wakereason):
        board.boot(DEEPSLEEP, TIMER)
        look()
        retained.save()
        assert board.memory == kept
    board.boot(DEEPSLEEP, TIMER)
    assert nv.nv == {"count": 3}


def test_what_an_earlier_sleep_has_left_is_gone_after_another_reset(board):
    nv.nv["count"] = 3
    retained.save()
    board.boot(HARD)  # nobody looks
    retained.save()
    assert board.memory == b""
    board.boot(DEEPSLEEP, TIMER)
    assert nv.nv == {}


def test_what_was_kept_for_a_sleep_that_did_not_come_is_erased(board):
    nv.nv["a"] = 1
    retained.save()
    assert board.memory
    retained.erase()
    assert board.memory == b"" and nv.nv == {"a": 1}
    board.memory = b"mine"
    retained.erase()
    assert board.memory == b"mine"


def test_machine_deepsleep_alone_keeps_nothing(board):
    nv.nv["count"] = 3
    retained.save()
    board.boot(DEEPSLEEP, TIMER)
    nv.nv["count"] += 1
    board.boot(DEEPSLEEP, TIMER)
    assert nv.nv == {}


def test_the_memory_is_the_users_where_nv_is_not_used(board):
    board.memory = b"mine"
    for why in (0, retained.SNOOZE, retained.RESTART):
        assert retained.reason() == 0
        retained.save(why)
        assert board.memory == b"mine" and board.writes == 0
    assert nv.nv == {} and board.memory == b"mine"
    retained.save()
    assert board.memory == b"mine", "an empty nv is none"
    nv.nv["a"] = 1
    retained.save()
    assert board.memory != b"mine"
    nv.nv.clear()
    retained.save()
    assert board.memory == b""


def record(why=0, text=b'{"a":1}'):
    return bytes(retained._record(why, text))


@pytest.mark.parametrize(
    "memory",
    [b"", b"c", b"cwnv", record()[:8], record(text=b""), record(text=b"{"), record(text=b"[1]"),
     record(text=b"null"), record(text=b"\xff\xfe"), record(text=b'{"a":1}x'), b"\xa5" * 2048,
     record() + b" ", record()[:-1], b"x" + record(), b"cwnv" + b"\xff" * 2044],
)  # fmt: skip
def test_hostile_content_is_none(board, memory):
    board.memory = memory
    board.boot(DEEPSLEEP, TIMER)
    assert nv.nv == {}
    assert hardware.wakereason() == hardware.WAKEREASON_TIMER
    nv.nv["a"] = 2
    retained.save()
    board.boot(DEEPSLEEP, TIMER)
    assert nv.nv == {"a": 2}


def test_each_changed_bit_is_noticed(board):
    good = record(retained.SNOOZE, b'{"a":11}')
    board.memory = good
    board.boot(DEEPSLEEP, TIMER)
    assert nv.nv == {"a": 11} and hardware.wakereason() == hardware.WAKEREASON_SNOOZE
    for bit in range(8 * len(good)):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        board.memory = bytes(bad)
        board.boot(DEEPSLEEP, TIMER)
        assert nv.nv == {} and hardware.wakereason() == hardware.WAKEREASON_TIMER, bit


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [(b"x", TypeError, "nv: JSON has no bytes"), ({1: 2}, TypeError, "nv: keys must be str"),
     (object(), TypeError, "nv: JSON has no object"), (float("nan"), ValueError, "nv: not a fini"),
     (float("inf"), ValueError, "nv: not a finite"), ("x" * 2031, ValueError, "nv: too long"),
     ("x" * 5000, ValueError, "nv: too long"), ("\udc80", ValueError, "nv: not UTF-8")],
)  # fmt: skip
def test_what_it_cannot_keep_is_refused_and_nothing_changes(board, value, error, words):
    board.memory = b"mine"
    nv.nv["a"] = value
    with pytest.raises(error, match=words):
        retained.save()
    assert board.memory == b"mine" and board.writes == 0


def test_nesting_has_a_bound(board):
    for _ in range(20):
        nv.nv["a"] = dict(nv.nv)
    with pytest.raises(ValueError, match="nv: nested too deeply"):
        retained.save()


def test_it_takes_all_that_fits(board):
    nv.nv["a"] = "x" * (2039 - len(json.dumps({"a": ""})))
    retained.save()
    assert len(board.memory) == 2048
    whole = dict(nv.nv)
    board.boot(DEEPSLEEP, TIMER)
    assert nv.nv == whole
    nv.nv["a"] += "x"
    with pytest.raises(ValueError, match="too long, over 2039"):
        retained.save()


@pytest.mark.parametrize(
    ("cause", "wake", "name"),
    [(PWRON, 0, "POWER_ON"), (DEEPSLEEP, TIMER, "TIMER"), (DEEPSLEEP, EXT0, "PIN"),
     (DEEPSLEEP, EXT1, "PIN"), (DEEPSLEEP, TOUCH, "PIN"), (DEEPSLEEP, ULP, "PIN"),
     (HARD, 0, "SW_RESET"), (WDT, 0, "SW_RESET"), (0, 0, "SW_RESET"), (SOFT, 0, "NEW_SQUIRREL"),
     (HARD, TIMER, "SW_RESET")],
)  # fmt: skip
def test_why_it_has_booted(board, cause, wake, name):
    board.boot(cause, wake)
    for _ in range(2):
        assert hardware.wakereason() == getattr(hardware, "WAKEREASON_" + name)


@pytest.mark.parametrize(
    ("why", "cause", "wake", "name"),
    [("SNOOZE", DEEPSLEEP, TIMER, "SNOOZE"), ("SNOOZE", DEEPSLEEP, EXT0, "PIN"),
     ("SNOOZE", HARD, 0, "SW_RESET"), ("SNOOZE", PWRON, 0, "POWER_ON"),
     ("RESTART", HARD, 0, "SW_RESTART"), ("RESTART", WDT, 0, "SW_RESET"),
     ("RESTART", DEEPSLEEP, TIMER, "TIMER"), ("RESTART", SOFT, 0, "NEW_SQUIRREL")],
)  # fmt: skip
def test_what_the_firmware_has_done_itself(board, why, cause, wake, name):
    nv.nv["a"] = 1
    retained.save(getattr(retained, why))
    board.boot(cause, wake)
    for _ in range(2):
        assert hardware.wakereason() == getattr(hardware, "WAKEREASON_" + name)
    assert nv.nv == ({"a": 1} if (why, cause) == ("SNOOZE", DEEPSLEEP) else {})
    board.boot(cause, wake)
    assert hardware.wakereason() not in (7, 10), "it was for one boot"


def test_the_other_names(board):
    with pytest.raises(AttributeError, match="'nv' has no attribute 'other'"):
        nv.other  # noqa: B018
    assert hardware.getdeviceid() == "240ac4000001"
    with pytest.raises(NotImplementedError, match=r"machine\.ADC"):
        hardware.voltage()


def test_nothing_is_loaded_at_import(board):
    importlib.reload(nv)
    assert "nv" not in vars(nv) and retained._table is None
