# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The AT line: late answers, the log without secrets, silence."""

import pytest
from connectwith.links.modem import at
from connectwith.links.modem.line import Line, Restart, pause
from modem_script import line_of, lines


def test_a_late_answer_is_not_the_next_ones(clock):
    line = line_of(("AT+A", None), ("AT+B", lines("+B: 2", "OK")))
    assert clock.drive(line.ask(b"AT+A", 100, b"+A:"))[0] == at.NONE
    line.uart.pending = lines("+A: 1", "ERROR")
    assert clock.drive(line.ask(b"AT+B", 100, b"+B:"))[0] == at.OK
    assert line.text == "+B: 2" and not line.uart.pending


@pytest.mark.parametrize("text", [b"\r\nNEWS\r\n", b"\r\n+STIN: 25\r\n\r\n\r"])
def test_a_modem_that_writes_without_end_is_not_read_for_ever(clock, text):
    line = line_of(("AT", None))
    line.uart.readinto = lambda space: space.__setitem__(slice(len(text)), text) or len(text)
    result, took_ms = clock.drive(line.ask(b"AT", 500))
    assert result == at.NONE and 2000 <= took_ms <= 2600


@pytest.mark.parametrize(
    ("limit_ms", "answer_ms", "result"), [(150, 140, at.OK), (150, 160, at.NONE)]
)
def test_how_long_an_answer_is_awaited(clock, limit_ms, answer_ms, result):
    line = line_of(("AT", None))
    work = line.ask(b"AT", limit_ms)
    next(work)
    clock.now_ms += answer_ms
    line.uart.pending = lines("OK") if result == at.OK else b""
    assert clock.drive(work)[0] == result
    assert line.asked == 1


def test_the_error_and_its_number(clock):
    line = line_of(("AT+A", lines("+CME ERROR: 14")), ("AT+B", lines("OK")))
    assert clock.drive(line.ask(b"AT+A", 100))[0] == at.CME
    assert (line.number, line.text) == (14, "+CME ERROR: 14")
    clock.drive(line.ask(b"AT+B", 100))
    assert (line.number, line.text) == (-1, "")


def test_a_restart_that_is_expected_is_none(clock):
    line = line_of(("AT", lines("RDY", "OK")))
    line.expected = True
    assert clock.drive(line.ask(b"AT", 100))[0] == at.OK and line.ready
    line.expect_restart()
    assert not line.ready
    line.expected = False
    line.uart.script = [("AT", lines("*ATREADY: 1"))]
    with pytest.raises(Restart):
        clock.drive(line.ask(b"AT", 100))


def test_the_log(clock):
    line = Line()
    line.note("> AT")
    assert line.log == [], "not recording yet"
    line.recording = True
    for text in ("> AT", "> AT", "< ERROR", "> AT", "< ERROR", "> AT+CSQ"):
        line.note(text)
    assert line.log == ["> AT", "< ERROR", "> AT+CSQ"]
    for number in range(20):
        line.note(f"> {number}")
    assert line.log == [f"> {number}" for number in range(8, 20)]
    line.note("x" * 100)
    assert line.log[-1] == "x" * 80


def test_no_secret_is_logged(clock):
    line = line_of(("AT+CPIN=4711", lines("AT+CPIN=4711", "+X: 4711", "ERROR")))
    line.hide("4711")
    line.hide("")
    line.hide("4711")
    assert line.hidden == ["4711"]
    clock.drive(line.ask(b"AT+CPIN=4711", 100, shown="AT+CPIN=***"))
    assert line.log == ["> AT+CPIN=***", "< ERROR"]
    line.note("< 4711 and 4711")
    assert line.log[-1] == "< *** and ***" and line.without_secrets("1234") == "1234"


def test_draining_waits_for_silence(clock):
    line = line_of()
    line.uart.pending = b"noise"
    assert clock.drive(line.drain())[1] == 200
    line.uart.readinto = lambda space: 1
    assert clock.drive(line.drain())[1] == 2000


@pytest.mark.parametrize(("tries", "script", "answers"), [
    (1, [("AT", None)], False), (2, [("AT", None), ("AT", lines("OK"))], True),
    (2, [("AT", lines("ERROR"))] * 2, False),
])  # fmt: skip
def test_answers(clock, tries, script, answers):
    line = line_of(*script)
    assert clock.drive(line.answers(tries, 50))[0] is answers and not line.uart.script


def test_pauses(clock):
    assert clock.drive(pause(250))[1] == 250 and clock.drive(pause(0))[1] == 0
