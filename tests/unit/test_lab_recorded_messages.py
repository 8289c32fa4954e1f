# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Which messages of a recording are waited for: those that come again."""

import pytest
from lab.recording import Item
from lab.recording.moves import moves
from recordings import ID, LOG, connected, recording


@pytest.mark.parametrize(
    "payload, shape",
    [
        (b'"connected over wl0"', b'"connected over wl0"'),
        (b"23.5", b"#"),
        (b"-7", b"#"),
        (b'{"n":12,"data":[1,-2.25]}', b'{"n":#,"data":[#,#]}'),
        (b'{"id":"ad3c6724bce8"}', b'{"id":"#"}'),
        (b"decade facade beefcafe", b"decade facade beefcafe"),
        (b"v1 x2y 0x10 12:30:59", b"v1 x2y 0x10 #:#:#"),
        (b"\xff7\xfe", b"\xff#\xfe"),
        (b"", b""),
    ],
)
def test_what_varies_in_a_payload(payload, shape):
    assert Item(0, None, "message", ("a", payload)).shape == shape


def test_a_number_stands_for_any():
    wanted = Item(0, 0, "message", ("a", b"n: 1"), like=True)
    came = [Item(5, 0, "message", ("a", data)) for data in (b"n: 27.5", b"m: 1", None)]
    assert [wanted.matches(one) for one in came] == [True, False, False]
    exact = Item(0, 0, "message", ("a", b"n: 1"))
    assert [exact.matches(one) for one in (*came, wanted)] == [False, False, False, True]


def awaited(*lines):
    """By step: the payloads that it waits for, "~" before what may differ in numbers."""
    return [[("~" if one.like else "") + (one.values[1] or b"any").decode()
             for one in move.awaited if one.what == "message"]
            for move in moves(recording(*lines).items)]  # fmt: skip


RUN = (1, 0, "run_script", "x")
EN = (50, 0, "press_en")


def log(at_s, payload):
    return at_s, None, "message", LOG, payload


@pytest.mark.parametrize(
    "payloads, kept",
    [
        ([b"n=1", b"n=2"], "~n=1"),
        ([b"other", b"other"], "other"),
        ([b"other", b"n=1"], "any"),
        ([b"n=1", b"other", b"n=2"], "any"),
    ],
)
def test_one_of_each_topic(payloads, kept):
    lines = [log(2 + n, payload) for n, payload in enumerate(payloads)]
    assert awaited(RUN, *lines, EN)[1] == [kept]
    assert awaited(RUN, *lines, (9, None, "message", "same", b"x"), EN)[1] == [kept, "x"]


def test_the_status_is_told_by_the_session():
    assert awaited(RUN, (2, None, "message", f"imp/{ID}/status", b"online"), EN)[1] == []
    assert awaited(RUN, (2, None, "message", "imp/other/status", b"online"), EN)[1] == ["online"]


def test_what_a_step_has_sent_is_not_waited_for():
    sent = (2, 0, "publish", "a/b", "é")
    came = [(at, None, "message", "a/b", "é".encode()) for at in (3, 4)]
    assert awaited(RUN, sent, came[0], EN)[2] == []
    assert awaited(RUN, sent, EN, came[0], RUN, came[1], EN)[3:5] == [[], ["é"]]


def test_what_comes_again_and_again_is_not_caused_by_a_fault():
    """A program sends every second. Whether it does once more before a fault is felt is chance."""
    found = awaited(
        RUN, *connected(2), log(3, b"3"), (4, 0, "fault", "ap-rssi=-90"), log(5, b"5"),
        (6, 0, "fault", "ap-off"), (7, 0, "lost"), (8, 0, "fault", "ap-on"), *connected(9),
        log(10, b"10"), (11, 0, "fault", "ap-off"), log(12, b"12"), (13, 0, "power", False),
        log(14, b"14"), (15, 0, "type", "x\r"), log(16, b"16"),
    )  # fmt: skip
    assert found[1:] == [["~3"], [], [], ["~10"], [], [], ["~16"]]


def test_a_message_between_a_fault_and_the_loss_was_on_its_way():
    lines = [RUN, *connected(2), (3, 0, "fault", "broker-stop"), log(3.1, b"first")]
    assert awaited(*lines)[-1] == ["first"]
    assert awaited(*lines, (3.2, 0, "lost"))[-1] == []
    assert awaited(*lines, (3.2, 0, "lost"), log(3.3, b"second"))[-1] == ["second"]
