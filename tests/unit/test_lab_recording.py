# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a recording keeps, and what a step of it waits for."""

import pytest
from lab.recording import Devices, Item, Recording, Seen
from lab.recording.items import CHARACTERS_KEPT, DEVICE, ITEMS_KEPT, SEEN, STEPS
from lab.recording.moves import moves
from recordings import LOG, connected, outage, recording


def shown(made):
    return [(one.what, *one.values) for one in made.items]


def awaited(made):
    """By step: what it waits for, as words."""
    return [(move.step and move.step.words(), [one.words() for one in move.awaited])
            for move in moves(made.items)]  # fmt: skip


def test_steps_are_the_orders():
    assert STEPS == ("run_script", "type", "fault", "press_en", "soft_reset", "power", "publish")


def test_times_count_from_the_beginning():
    made = Recording(100.0)
    made.did(101.5, 0, "press_en")
    made.saw(102.0, 0, "booted")
    assert made.items == (Item(1.5, 0, "press_en"), Item(2.0, 0, "booted"))


@pytest.mark.parametrize("what", ["lost", "dance", "_add", ""])
def test_what_is_no_step_is_refused(what):
    with pytest.raises(ValueError, match="run_script, type"):
        Recording(0.0).did(0.0, 0, what)


@pytest.mark.parametrize("what", ["fault", "dance", ""])
def test_what_is_not_seen_is_refused(what):
    with pytest.raises(ValueError, match="attempt, session"):
        Recording(0.0).saw(0.0, 0, what)


def test_every_item_has_words():
    values = {"fault": ("ap-off",), "publish": ("a/" + DEVICE, "x"), "type": ("x\r",),
              "attempt": ("wl0", "NO_WIFI"), "message": ("a", b""), "power": (True,),
              "session": ("wl0",), "run_script": ("x",)}  # fmt: skip
    words = {what: Item(0, 0, what, values.get(what, ())).words() for what in (*STEPS, *SEEN)}
    assert words["publish"] == "publish to a/<id>" and words["type"] == r"type 'x\r'"
    assert words["attempt"] == "attempt over wl0: NO_WIFI" and words["power"] == "power on"
    assert words["lost"] == "no session"


# -- what is kept


def test_after_the_end_nothing_is_added():
    made = recording(*outage())
    before = made.items
    made.did(1001.0, 0, "press_en")
    made.saw(1001.0, 0, "lost")
    made.did(1001.0, 0, "type", "x\r")
    assert made.items == before and not made.full


def test_too_many_steps():
    made = recording(*[(n, 0, "press_en") for n in range(ITEMS_KEPT)])
    assert made.full is False
    made = recording(*[(n, 0, "press_en") for n in range(ITEMS_KEPT + 1)])
    assert made.full is True and len(made.items) == ITEMS_KEPT


@pytest.mark.parametrize("what", ["run_script", "type"])
def test_too_much_text(what):
    made = recording(*[(n, 0, what, "x" * 99_999 + "\r") for n in range(12)])
    assert made.full is True and len(made.items) == 10
    assert sum(len(one.values[0]) for one in made.items) <= CHARACTERS_KEPT


def test_keys_without_end_are_bounded():
    made = Recording(0.0)
    for n in range(30):
        made.did(n, 0, "type", "x" * 100_000)
    made.end(40.0)
    assert [len(one.values[0]) for one in made.items] == [CHARACTERS_KEPT]


def test_reports_that_come_again_and_again_are_kept_once_for_each_step():
    lines = [(1.0, 0, "run_script", "x")]
    for n in range(5000):
        lines += [
            (2.0 + n, None, "message", LOG, b"alive"),
            (2.0 + n, 0, "attempt", "wl0", "NO_IP"),
            (2.0 + n, None, "message", "imp/temperature", b"%d" % n),
            (2.0 + n, None, "message", "imp/noise", bytes([n % 20 + 65]) * 3),
            (2.0 + n, None, "message", "imp/noise", bytes([n % 20 + 65]) * 3),
        ]
    made = recording(*lines, (9000.0, 0, "press_en"), (9001.0, None, "message", LOG, b"alive"))
    assert [one.what for one in made.items] == [
        "run_script", *["message", "attempt", "message", "message", "message"], "press_en",
        "message",
    ]  # fmt: skip
    assert not made.full


def test_two_boots_are_two():
    made = recording((1.0, 0, "run_script", "x"), (2.0, 0, "booted"), (3.0, 0, "booted"))
    assert awaited(made)[1] == (None, ["boot", "boot"])


# -- what is typed


@pytest.mark.parametrize(
    "keys, lines",
    [
        (["a", "b", "\r"], ["ab\r"]),
        (["a", "x", "\x7f", "b", "\x08", "c", "\r"], ["ac\r"]),
        (["\x7f", "\x7f", "a\r"], ["a\r"]),
        (["one\rtwo\n", "three"], ["one\r", "two\n", "three"]),
        (["whi", "\x03"], ["whi\x03"]),
        (["\x03", "\x03", "\x04"], ["\x03", "\x03", "\x04"]),
        (["x", "\x1b[D", "\x7f", "\t", "\r"], ["x\x1b[D\x7f\t\r"]),
        (["é", "ß", "\x7f", "\r"], ["é\r"]),
        ([], []),
    ],
)
def test_keys_become_lines(keys, lines):
    made = recording(*[(n, 0, "type", key) for n, key in enumerate(keys)])
    assert [one.values[0] for one in made.items] == lines


def test_a_line_counts_from_its_last_key():
    made = recording(
        (1.0, 0, "type", "serv"), (2.0, 0, "lost"), (3.0, 0, "type", "er\r"),
        (4.0, 0, "type", "half"), (5.0, 0, "press_en"),
    )  # fmt: skip
    assert shown(made) == [("lost",), ("type", "server\r"), ("type", "half"), ("press_en",)]
    assert [one.at_s for one in made.items] == [2.0, 3.0, 5.0, 5.0]


def test_two_boards_are_typed_at_once():
    made = recording((1, 0, "type", "a"), (2, 1, "type", "b"), (3, 0, "type", "\r"),
                     (4, 1, "type", "\r"))  # fmt: skip
    assert [(one.board, one.values[0]) for one in made.items] == [(0, "a\r"), (1, "b\r")]


# -- topics


def test_the_device_s_id_is_replaced_and_tells_the_board():
    devices = Devices()
    devices.name(0, "aaaa")
    devices.name(1, "bbbb")
    item = devices.item(1.0, None, "message", ("imp/bbbb/log", b"x"))
    assert (item.board, item.values) == (1, (f"imp/{DEVICE}/log", b"x"))
    item = devices.item(1.0, None, "publish", ("xaaaa/aaaa\0/y", "x"))
    assert (item.board, item.values) == (0, (f"xaaaa/{DEVICE}/y", "x"))
    assert devices.values(item) == ("xaaaa/aaaa/y", "x")
    assert devices.item(1.0, None, "message", ("imp/log", b"x")).board is None


@pytest.mark.parametrize("payload", [b"{'from': '240ac43987d0'}", b"x" * 5000])
def test_a_payload_that_no_other_board_would_send_stands_for_any(payload):
    made = recording((1.0, 0, "run_script", "x"), (2.0, None, "message", LOG, payload))
    assert made.items[1].values == (f"imp/{DEVICE}/log", None)


# -- what is waited for


def test_an_outage():
    assert awaited(recording(*outage())) == [
        ("run the script", []),
        ("ap-off", ["attempt over wl0: SERVER_CONNECTED", "message at imp/<id>/log"]),
        ("ap-on", ["no session", "attempt over wl0: NO_WIFI"]),
        # How often it fails on the way back is chance.
        (None, ["session over wl0"]),
    ]


def test_gaps_begin_with_the_last_that_is_waited_for():
    found = moves(recording(*outage()).items)
    assert [round(move.gap_s, 3) for move in found] == [1.0, 17.9, 2.0, 0.0]
    assert [move.quiet for move in found] == [False, True, False, True]


def test_a_gap_in_which_an_attempt_runs_is_not_quiet():
    made = recording((1, 0, "run_script", "x"), (3, 0, "fault", "dns-drop"),
                     (9, 0, "attempt", "wl0", "NOT_RESOLVED"), (30, 0, "fault", "dns-restore"),
                     (35, 0, "attempt", "wl0", "NO_IP"), (60, 0, "run_script", "x"))  # fmt: skip
    found = moves(made.items)
    assert [(move.gap_s, move.quiet) for move in found[1:4]] == [
        (2, False), (21, False), (25, True),
    ]  # fmt: skip


def test_failures_before_the_first_session_are_waited_for():
    made = recording(
        (1, 0, "run_script", "x"), (2, 0, "attempt", "wl0", "NO_WIFI"),
        (3, 0, "attempt", "wl0", "NO_WIFI"), (4, 0, "attempt", "eth0", "NO_LINK"), *connected(5),
    )  # fmt: skip
    assert awaited(made)[1][1] == [
        "attempt over wl0: NO_WIFI", "attempt over eth0: NO_LINK",
        "attempt over wl0: SERVER_CONNECTED",
    ]  # fmt: skip


def test_the_last_failure_of_an_outage_is_waited_for():
    made = recording(
        (1, 0, "run_script", "x"), *connected(2), (3, 0, "fault", "ap-off"), (4, 0, "lost"),
        (5, 0, "attempt", "wl0", "NO_SERVER"), (6, 0, "attempt", "wl0", "NO_WIFI"),
        (7, 0, "fault", "ap-on"), (8, 0, "attempt", "wl0", "NO_WIFI"),
    )  # fmt: skip
    assert awaited(made)[2:] == [
        ("ap-on", ["no session", "attempt over wl0: NO_WIFI"]),
        (None, ["attempt over wl0: NO_WIFI"]),
    ]


def test_a_move_to_another_link_needs_no_loss():
    made = recording((1, 0, "run_script", "x"), *connected(2), (3, 0, "fault", "ethernet-plug"),
                     (5, 0, "session", "eth0"), (6, 0, "session", "eth0"))  # fmt: skip
    assert awaited(made)[2][1] == ["session over eth0"]


def test_a_reset_begins_anew():
    made = recording(
        (1, 0, "run_script", "x"), *connected(2), (3, 0, "fault", "ap-off"), (4, 0, "lost"),
        (5, 0, "press_en"), (6, 0, "booted"), (7, 0, "attempt", "wl0", "NO_WIFI"), *connected(9),
    )  # fmt: skip
    assert awaited(made)[3][1] == [
        "boot", "attempt over wl0: NO_WIFI", "attempt over wl0: SERVER_CONNECTED",
    ]  # fmt: skip


@pytest.mark.parametrize("late", [False, True])
def test_the_boot_after_power_on_may_go_unheard(late):
    lines = [(3, 0, "booted"), (4, 0, "run_script", "x")]
    made = recording((1, 0, "power", False), (2, 0, "power", True),
                     *(lines[::-1] if late else lines), (5, 0, "booted"))  # fmt: skip
    assert awaited(made)[2:] == [("run the script", []), (None, ["boot"])]


@pytest.mark.parametrize("step", [("power", True), ("press_en",), ("soft_reset",)])
def test_after_a_reset_the_session_is_neither_up_nor_lost(step):
    made = recording(
        (1, 0, "run_script", "x"), *connected(2), (3, 0, "fault", "ap-off"), (4, 0, "lost"),
        (5, 0, *step), (7, 0, "attempt", "wl0", "NO_WIFI"), *connected(8), (9, 0, *step),
        (10, None, "message", "a", b""), (12, 0, "fault", "ap-on"),
    )  # fmt: skip
    found = moves(made.items)
    assert [one.what for one in found[3].awaited] == ["attempt", "attempt"]
    assert (found[4].gap_s, found[4].quiet) == (2, False)


def test_the_boot_after_en_is_heard():
    made = recording((1, 0, "power", True), (2, 0, "press_en"), (3, 0, "booted"), (4, 1, "booted"))
    assert awaited(made)[2:] == [(None, ["boot", "boot"])]


def test_each_board_has_a_session_of_its_own():
    made = recording(
        (1, 0, "run_script", "x"), (1.1, 1, "run_script", "x"), *connected(2, 1), *connected(3, 0),
        (4, 0, "fault", "ap-off"), (5, 0, "lost"), (6, 1, "lost"), *connected(8, 1),
        (9, 0, "fault", "ap-on"), *connected(11, 0),
        devices=("aaaa", "bbbb"),
    )  # fmt: skip
    found = moves(made.items)
    assert [[(one.board, one.what) for one in move.awaited] for move in found[2:]] == [
        [(1, "attempt"), (0, "attempt")],
        [(0, "lost"), (1, "lost"), (1, "session")],
        [(0, "session")],
    ]
    assert [move.quiet for move in found[2:]] == [True, False, True]


# -- what has come


def item(what, *values, board=0):
    return Item(0, board, what, values)


def test_things_of_one_kind_come_in_their_order():
    seen = Seen()
    wanted = [item("lost"), item("session", "wl0")]
    seen.add(item("session", "wl0"))
    assert seen.missing(wanted) == wanted
    seen.add(item("lost"))
    assert seen.missing(wanted) == wanted[1:]
    seen.add(item("session", "eth0"))
    assert seen.missing(wanted[1:]) == wanted[1:]
    seen.add(item("session", "wl0"))
    assert seen.missing(wanted[1:]) == []
    assert seen.missing(wanted[1:]) == wanted[1:]  # it was found before


def test_kinds_topics_and_boards_come_in_any_order():
    seen = Seen()
    for one in (item("message", "b", b""), item("message", "a", b"x"), item("session", "wl0"),
                item("attempt", "wl0", "NO_IP"), item("lost", board=1)):  # fmt: skip
        seen.add(one)
    wanted = [item("attempt", "wl0", "NO_IP"), item("lost", board=1), item("session", "wl0"),
              item("message", "a", None), item("message", "b", b"")]  # fmt: skip
    assert seen.missing([item("message", "a", b"y"), item("lost")]) != []
    assert seen.missing(wanted[:3]) == [] and seen.missing(wanted[4:]) == []


def test_a_script_that_is_run_again_makes_attempts_of_its_own():
    seen = Seen()
    for step, left in (("type", []), ("fault", []), ("run_script", ["attempt"]),
                       ("press_en", ["attempt", "session", "booted"])):  # fmt: skip
        wanted = [item("attempt", "wl0", "NO_IP"), item("session", "wl0"), item("booted")]
        for one in wanted:
            seen.add(one)
        seen.before(item(step))
        seen.before(item("press_en", board=1))
        assert [one.what for one in seen.missing(wanted)] == left


def test_what_has_come_is_bounded():
    seen = Seen()
    for n in range(5000):
        seen.add(item("message", "a", b"%d" % n))
    assert seen.missing([item("message", "a", b"0")]) and not seen.missing(
        [item("message", "a", b"4999")]
    )
