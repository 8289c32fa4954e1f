# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The demo's verdict on the lines of the board and the broker: all of them must be there."""

import ast
import io

import pytest
from bench.inbox import Inbox

from commands.demo import SCRIPT, Demo, expected_attempts
from commands.session import BrokerLines, text_of
from setup.report import Report

GOOD = [
    "attempt wl0 Wi-Fi",
    "stage LINK 151",
    "stage TLS 24",
    "result wl0 SERVER_CONNECTED 190 None",
    ("imp/1/log", "hello over wl0"),
    ("imp/1/log", "connected over wl0 in 190 ms"),
    "attempt eth0 Ethernet",
    "stage TLS 22",
    "result eth0 SERVER_CONNECTED 80 None",
    ("imp/1/log", "hello over eth0"),
    ("imp/1/log", "connected over eth0 in 80 ms"),
    "attempt cell0 cellular",
    "stage HARDWARE 1800",
    "result cell0 SERVER_CONNECTED 2100 None",
    ("imp/1/log", "hello over cell0"),
    ("imp/1/log", "connected over cell0 in 2100 ms"),
    ("imp/1/status", "offline"),
    "attempt wl0 wrong key",
    "stage LINK 2100",
    "result wl0 NO_WIFI 2101 status 202",
]


def play(events):
    """A demo that has read these events, and its output."""
    demo = Demo(Report(io.StringIO()))
    for event in events:
        if isinstance(event, str):
            demo.board_line(event)
        else:
            demo.broker_line(*event)
    while demo.waits:
        demo.release()
    return demo, demo._report.stream.getvalue()


def test_all_as_it_must_be():
    demo, shown = play(GOOD)
    assert demo.ok and demo.complete
    assert demo.attempts[0].stages == [{"stage": "LINK", "ms": 151}, {"stage": "TLS", "ms": 24}]
    assert demo.attempts[3].cause == "status 202"
    for text in ("LINK", "151 ms", "SERVER_CONNECTED after 190 ms", "NO_WIFI", "over TLS"):
        assert text in shown


def test_line_of_the_broker_stands_under_its_own_attempt():
    late = ("imp/1/log", "connected over wl0 in 190 ms")
    first_of_next = next(e for e in GOOD if str(e).startswith("attempt eth0"))
    events = [e for e in GOOD if e != late]
    # The broker's line of Wi-Fi comes after the whole Ethernet attempt.
    end = max(i for i, e in enumerate(events) if "eth0" in str(e)) + 1
    demo, shown = play([*events[:end], late, *events[end:]])
    assert demo.ok
    assert shown.index(late[1]) < shown.index("Ethernet (eth0)") < shown.index("hello over eth0")
    assert first_of_next.endswith("Ethernet")
    # A line that never comes does not hide the next attempt.
    demo, shown = play(events)
    assert not demo.ok and "Ethernet (eth0)" in shown and "cellular (cell0)" in shown


# A missing stage or a message of another topic proves nothing either way.
NEEDED = [e for e in GOOD if e[0] == "imp/1/log" or str(e).startswith(("attempt", "result"))]


@pytest.mark.parametrize("missing", NEEDED)
def test_each_missing_event_fails_it(missing):
    demo, _ = play([e for e in GOOD if e != missing])
    assert not demo.ok


def test_nothing_at_all_fails_it():
    demo, _ = play([])
    assert not demo.ok and not demo.complete


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("result wl0 SERVER_CONNECTED 190 None", "result wl0 NO_SERVER 190 -0x2700"),
        ("result eth0 SERVER_CONNECTED 80 None", "result eth0 NO_LINK 80 no carrier"),
        ("result wl0 NO_WIFI 2101 status 202", "result wl0 SERVER_CONNECTED 2101 None"),
        ("result wl0 NO_WIFI 2101 status 202", "result wl0 NOT_CONNECTED 2101 None"),
    ],
)
def test_each_wrong_result_fails_it(good, bad):
    demo, _ = play([bad if e == good else e for e in GOOD])
    assert not demo.ok


@pytest.mark.parametrize(
    "extra",
    [
        "result wl0 NO_WIFI 2101 status 202",
        ("imp/1/log", "hello over wl0"),
        ("imp/1/log", "something else"),
        "Traceback (most recent call last):",
        "attempt wl0 a fifth one",
    ],
)
def test_each_event_too_many_fails_it(extra):
    demo, _ = play([*GOOD, extra])
    assert not demo.ok


def test_script_is_plain_user_code_for_what_is_expected():
    text = SCRIPT.read_text()
    imported = {a.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import)
                for a in n.names}  # fmt: skip
    assert imported == {"time", "imp", "server"}
    for attempt in expected_attempts():
        assert f'"{attempt.title}"' in text and f'"{attempt.interface}"' in text


def test_broker_lines_come_once_each():
    class World:
        broker = Inbox()

    broker = World.broker
    broker.record("old", b"x", False)
    lines = BrokerLines(World())
    assert lines.new() == []
    broker.record("imp/1/log", b'"hello"', False)
    assert lines.new() == [("imp/1/log", "hello")]
    assert lines.new() == []
    broker.record("imp/1/log", b'"lost"', False)
    broker.forget()
    broker.record("imp/1/log", b'"again"', False)
    assert lines.new() == [("imp/1/log", "again")]
    assert broker.messages == [], "a board may stand for days"


def test_payloads_for_people():
    assert text_of(b'"hello"') == "hello"
    assert text_of(b'"\\ud800"') == "?"  # half a character, which no terminal and no page takes
    assert text_of(b'{"a": 1}') == '{"a": 1}'
    assert text_of(b"\xff not json") == "\ufffd not json"
