# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's model: events in, snapshot out."""

import pytest
from lab.drawing.attempts import pieces
from lab.model import Lab
from lab.model.attempts import ATTEMPTS_KEPT
from lab.model.board import CONSOLE_KEPT, GAPS_KEPT

PARTS = {"ap": "wifi.home", "ethernet": "ethernet", "broker": "broker"}


@pytest.fixture
def lab():
    return Lab(PARTS, "import imp\n", clock=lambda: "12:00:00")


@pytest.fixture
def board(lab):
    made = lab.add_board("board")
    made.powered("on")
    made.note({"boot": 1, "device": "240ac4"}, 0.0)
    return made


def note(number, stages, interface="wl0", name=None, cause=None, timeout=None):
    return {"attempt": {"number": number, "interface": interface, "stages": stages, "name": name,
                        "cause": cause, "result": None, "ms": 0, "timeout": timeout}}  # fmt: skip


def test_attempt_grows_and_ends(board):
    board.note(note(1, [["LINK", 150]], timeout=30), 10.0)
    assert board.running
    (attempt,) = board.view(12.0).attempts
    assert attempt.running and attempt.result is None and attempt.timeout_ms == 30000
    assert attempt.ms == 2150  # the bar of the present stage grows with time
    board.note(note(1, [["LINK", 150], ["TLS", 20]], name="SERVER_CONNECTED"), 13.0)
    (attempt,) = board.view(99.0).attempts
    assert not board.running
    assert attempt.ms == 170 and attempt.ok and not attempt.running
    assert board.view(99.0).session == "wl0"


def test_cause_is_told_once(lab, board):
    failed = note(1, [["LINK", 150]], name="NO_WIFI", cause="wrong key")
    board.note(failed, 1.0)
    board.note(failed, 1.0)
    assert [e for e in lab.snapshot(2.0).events if "wrong key" in e] == [
        "12:00:00 board: attempt wl0: NO_WIFI, 150 ms: wrong key"
    ]
    assert board.view(2.0).session is None


@pytest.mark.parametrize("heard", [True, False])
def test_numbers_begin_again_after_a_boot(board, heard):
    board.note(note(1, [["LINK", 1]], name="SERVER_CONNECTED"), 1.0)
    if heard:
        board.note({"boot": 1}, 2.0)
    else:
        board.powered("off")
        board.powered("on")
    assert board.view(2.0).session is None
    board.note(note(1, [["LINK", 2]], "eth0"), 3.0)
    assert [a.interface for a in board.view(3.0).attempts] == ["eth0", "wl0"]


@pytest.mark.parametrize("end", ["off", "crashed", "boot"])
def test_attempt_does_not_outlive_its_boot(board, end):
    board.note(note(1, [["LINK", 1]]), 1.0)
    if end == "boot":
        board.note({"boot": 1}, 2.0)
    else:
        board.powered(end)
    (attempt,) = board.view(50.0).attempts
    assert not board.running
    assert attempt.result == "ended by a reset" and attempt.ms == 1


@pytest.mark.parametrize("told", [True, False])
def test_attempt_that_a_call_has_ended(board, told):
    board.note(note(1, [["LINK", 1]]), 1.0)
    after = note(1, [["LINK", 3]]) if told else note(2, [])
    after["attempt"]["stopped"] = told
    board.note(after, 2.0)
    first = board.view(50.0).attempts[-1]
    assert (first.result, first.running, first.ok) == ("ended by a call", False, False)
    assert first.ms == (3 if told else 1)


def _attempt(value):
    return {"attempt": value}


@pytest.mark.parametrize(
    "bad",
    [{}, _attempt(None), _attempt([]), _attempt({"number": 1}), note("x", []), note(1, None),
     note(1, [["LINK"]]), note(1, [["LINK", "x"]]), note(None, []), note(1, 5),
     note(1, [], timeout="x"), note(1, [], timeout=float("inf")), {"gaps": 5, "each_ms": 50},
     {"gaps": [5, 5], "each_ms": float("inf")}, {"gaps": [5], "each_ms": float("nan")},
     {"gaps": [5], "each_ms": 0}, {"gaps": [5], "each_ms": "x"}, {"gaps": ["x"], "each_ms": 50}],
)  # fmt: skip
def test_what_is_no_note_changes_nothing(board, bad):
    before = board.view(1.0)
    board.note(bad, 1.0)
    assert board.view(1.0) == before


def test_session_is_what_the_board_says(lab, board):
    board.note(note(1, [["LINK", 1]], name="SERVER_CONNECTED"), 1.0)
    board.note({"session": "cell0"}, 2.0)
    assert board.view(2.0).session == "cell0"
    board.note({"session": None}, 2.0)
    assert board.view(2.0).session is None
    assert lab.snapshot(2.0).events[-1] == "12:00:00 board: no session any more"


def test_gaps_have_the_times_of_their_windows(board):
    board.note({"gaps": [100, 4000, 900], "each_ms": 50}, 10.0)
    times, gaps = zip(*board.view(10.0).gaps, strict=True)
    assert gaps == (100, 4000, 900) and times == pytest.approx((9.9, 9.95, 10.0))
    board.note({"gaps": None}, 11.0)
    assert board.view(11.0).gaps is None
    board.note({"gaps": [7], "each_ms": 50}, 12.0)
    assert board.view(12.0).gaps == [(12.0, 7)]


@pytest.mark.parametrize("kind", ["real", "virtual"])
def test_boot_ends_the_pauses_of_a_real_board_alone(lab, kind):
    board = lab.add_board("board", kind)
    board.powered("on")
    board.note({"gaps": [7], "each_ms": 50}, 10.0)
    assert board.view(10.0).gaps == [(10.0, 7)]
    board.note({"boot": 1}, 11.0)
    assert board.view(11.0).gaps == (None if kind == "real" else [(10.0, 7)])


def test_gap_that_no_clock_measures_is_bounded(board):
    board.note({"gaps": [10**400], "each_ms": 50}, 10.0)
    assert board.view(10.0).gaps == [(10.0, 3600 * 10**6)]


def test_boards_are_apart(lab, board):
    other = lab.add_board("other")
    board.note(note(1, [["LINK", 1]], name="SERVER_CONNECTED"), 1.0)
    other.problem("It has crashed.")
    first, second = lab.snapshot(1.0).boards
    assert first.problem == "" and first.attempts and first.session == "wl0"
    assert second.problem and not second.attempts and second.session is None


def test_faults_of_a_part(lab):
    lab.fault("ap", "off", "ap-off", ())
    lab.fault("ap", "cable.delay", "ap-cable-delay=5", ("5",))
    assert lab.snapshot(0.0).parts["ap"] == ("off", ("ap-off", "ap-cable-delay=5"))
    lab.fault("ap", "on", "ap-on", ())
    assert lab.snapshot(0.0).parts["ap"] == ("slow", ("ap-cable-delay=5",))
    lab.fault("ap", "cable.delay", "ap-cable-delay=0", ("0",))
    parts = lab.snapshot(0.0).parts
    assert set(parts) == set(PARTS) and set(parts.values()) == {("ok", ())}


def test_each_board_has_its_own_modem():
    lab = Lab({**PARTS, "modem": "modem"})
    for name in ("one", "two"):
        lab.add_board(name)
    lab.fault("modem", "deny", "modem-deny", (), 1)
    lab.fault("ap", "off", "ap-off", (), 1)
    view = lab.snapshot(0.0)
    one, two = (view.parts_of(board) for board in view.boards)
    assert one["modem"] == ("ok", ()) and two["modem"] == ("faulty", ("modem-deny",))
    assert one["ap"] == two["ap"] == ("off", ("ap-off",))
    assert view.faults() == [(0, "ap", ("ap-off",)), (1, "modem", ("modem-deny",))]


def test_the_plots_are_those_of_the_shown_board(lab):
    for name in ("one", "two"):
        each = lab.add_board(name)
        each.note({"gaps": [7], "each_ms": 50}, 1.0)
        each.waited(1.0, 5)
    one, two = lab.snapshot(1.0, 1).boards
    assert (one.gaps, one.waits) == (None, [])
    assert (two.gaps, two.waits) == ([(1.0, 7)], [(1.0, 5)])
    assert all(each.gaps and each.waits for each in lab.snapshot(1.0).boards)


def test_two_pages_and_a_late_one_agree(lab, board):
    board.console("one\n")
    first, at = board.console_from(0)
    board.console("two\n")
    assert first + board.console_from(at)[0] == board.console_from(0)[0] == "one\ntwo\n"
    assert lab.snapshot(1.0) == lab.snapshot(1.0)


def test_snapshot_shares_nothing(lab, board):
    board.note(note(1, [["LINK", 1]]), 1.0)
    lab.message("a", b"", "b")
    state = lab.snapshot(1.0)
    for shared in (state.boards[0].attempts, state.boards[0].gaps, state.messages, state.events):
        shared.clear()
    state.boards[0].traffic["ap"] = True
    state.parts.clear()
    again = lab.snapshot(1.0)
    assert again.boards[0].attempts and again.messages and again.events and again.parts
    assert again.boards[0].traffic == {}


def test_messages_and_events_have_the_time_of_day():
    times = iter(("09:59:59", "10:00:00", "10:00:01"))
    lab = Lab(PARTS, clock=lambda: next(times))
    lab.said("one")
    lab.message("imp/1/log", b'"hi"', "hi")
    lab.said("two")
    state = lab.snapshot(1.0)
    assert state.events == ["09:59:59 one", "10:00:01 two"]
    assert state.messages == [("10:00:00", "imp/1/log", "hi")]


def test_what_is_kept_is_bounded(lab, board):
    for number in range(ATTEMPTS_KEPT + 5):
        board.note(note(number, [["LINK", 1]], name="NO_WIFI"), 1.0)
    for _ in range(3):
        board.console("x" * CONSOLE_KEPT)
    for _ in range(500):
        lab.message("t" * 1000, b"", "x" * 5000)
        lab.said("x" * 5000)
        board.note({"gaps": [1] * 1000, "each_ms": 50}, 1.0)
        board.modem(board.view(1.0).modem, [(">", "AT")] * 10)
    state = lab.snapshot(1.0)
    seen = state.boards[0]
    assert len(seen.attempts) == ATTEMPTS_KEPT and seen.attempts[0].stages
    assert len(state.events) <= 200 and len(state.messages) <= 200
    assert max(len(text) for _, _, text in state.messages) < 1000
    assert max(map(len, state.events)) < 1000
    assert len(seen.gaps) == GAPS_KEPT and len(seen.modem_lines) <= 500
    text, at = board.console_from(0)
    assert len(text) == CONSOLE_KEPT and at == 3 * CONSOLE_KEPT
    assert board.console_from(at) == ("", at)


def test_version_tells_a_change(lab, board):
    before = lab.version
    board.console("text")
    assert lab.version == before  # pages ask for it apart
    lab.problem("no")
    assert lab.version != before and lab.snapshot(0.0).problem == "no"


def test_editor_is_kept(lab):
    assert lab.snapshot(0.0).script == "import imp\n"
    lab.edited("print(1)")
    assert lab.snapshot(0.0).script == "print(1)"


def test_what_happens_is_told_once(lab, board):
    seen = []
    lab.listeners.append(lambda *what: seen.append(what))
    lab.add_board("other").note({"boot": 1}, 1.0)
    board.note(note(1, [["LINK", 1]]), 1.0)
    for _ in range(2):
        board.note(note(1, [["LINK", 1]], name="SERVER_CONNECTED"), 1.0)
    board.note({"session": "wl0"}, 1.0)
    lab.message("imp/1/log", b'"hi"', "hi")
    board.note({"session": None}, 1.0)
    board.note({"session": None}, 1.0)
    board.powered("crashed")
    assert seen == [
        (1, "booted"), (0, "attempt", "wl0", "SERVER_CONNECTED"), (0, "session", "wl0"),
        (None, "message", "imp/1/log", b'"hi"'), (0, "lost"), (0, "crashed"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "forged",
    [{"timeout": 10**400}, {"timeout": 1e308}, {"stages": [["LINK", 10**310]]},
     {"stages": [["LINK", 10**305], ["TLS", 10**308]]}],
)  # fmt: skip
def test_a_forged_note_is_drawn(board, forged):
    board.note({"attempt": {**note(1, [["LINK", 1]])["attempt"], **forged}}, 1.0)
    assert pieces(board.view(2.0).attempts)


def test_the_editor_s_text_is_one_that_a_page_takes(lab):
    lab.edited("a\ud800b")
    assert lab.snapshot(0.0).script == "a?b"
    lab.edited("x" * 10**6)
    assert lab.snapshot(0.0).script == "a?b"
