# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's desk, between a model and a board at a UART that has no flow control."""

import contextlib
import threading
import time
from functools import partial
from types import SimpleNamespace

import pytest
import waiting
from lab.desk import memory, pacing, serial
from lab.desk.serial import SerialDesk
from lab.desk.serial_line import SerialLine
from lab.model import Lab
from uart_board import UartBoard

from commands.typed_faults import PARTS
from setup.problem import Problem

LIMIT_S = 60.0
# Lines of many lengths; each is another one.
LINES = [f"x = {number}, '{'abcdefghij' * (number % 19)}'" for number in range(210)]
TEXT = "\n".join(LINES) + "\n"
NOTE = 'print("\\x1e{\\"boot\\": 1, \\"device\\": \\"d1\\"}\\x1f", end="")\npauses = 1\n'


until = partial(waiting.until, limit_s=LIMIT_S)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Short waits, and a program in place of lab_notes.py, which needs a real MicroPython. The
    board is of this machine, which may be busy: it has time to answer."""
    monkeypatch.setattr(memory, "notes", NOTE.encode)
    monkeypatch.setattr(pacing, "SILENT_S", 0.2)
    monkeypatch.setattr(serial, "_STUCK_S", 0.5)
    monkeypatch.setattr(serial, "_AGAIN_S", 0.2)
    for name in ("_ENTER_S", "_RUN_S", "_PROMPT_S"):
        monkeypatch.setattr(serial, name, LIMIT_S)


@pytest.fixture
def real(tmp_path):
    """A board of connectwith at a port, with its desk: board, desk, state, lab."""
    frozen = {"imp": SimpleNamespace(diag=1), "server": SimpleNamespace(), "my_network": 1}
    with UartBoard(modules=frozen) as board, at_desk(board, tmp_path) as found:
        yield found


@contextlib.contextmanager
def at_desk(board, tmp_path):
    link = tmp_path / "port"
    link.symlink_to(board.port)
    lab = Lab(PARTS)
    state = lab.add_board("real", "real")
    with SerialLine(str(link)) as line, SerialDesk(line, state) as desk:
        yield SimpleNamespace(board=board, desk=desk, state=state, lab=lab, link=link)
    assert not [t for t in threading.enumerate() if t.name.startswith("lab ")]


def said(real):
    return real.state.console_from(0)[0]


def view(real):
    return real.lab.snapshot(time.monotonic()).boards[0]


def run(real, script):
    real.desk.order(lambda: real.desk.run(script.encode()))


def at_prompt(real):
    until(lambda: said(real).endswith(">>> "))


def test_a_script_of_20_kb_arrives_whole(real):
    assert len(TEXT) > 20000
    run(real, TEXT + "print('that is', 6 * 7)\n")
    until(lambda: "that is 42" in said(real))
    assert (real.board.lost, real.board.names["x"]) == (0, (209, ""))
    assert view(real).problem == ""


@pytest.mark.parametrize(
    "background", [b"", b"x = 1, 2, 3 of the background\r\n" * 4], ids=["alone", "disturbed"]
)
def test_a_paste_of_20_kb_arrives_whole(real, background):
    at_prompt(real)
    real.board.background = background
    real.desk.type(TEXT.replace("\n", "\r") + "print('that is', 6 * 7)\r")
    until(lambda: "that is 42" in said(real))
    assert real.board.lost == 0
    assert [line for line in real.board.ran if line.startswith("x")] == LINES


def test_a_paste_into_paste_mode_arrives_whole(real):
    at_prompt(real)
    real.desk.type("\x05" + TEXT.replace("\n", "\r") + "print('that is', 6 * 7)\r\x04")
    until(lambda: "that is 42" in said(real))
    assert real.board.lost == 0
    assert TEXT in real.board.ran[-1]


def test_a_paste_waits_while_its_code_prints_and_while_it_is_silent(real):
    at_prompt(real)
    like_an_echo = " ".join(LINES[:40])
    prints = f"for n in range(200): print({like_an_echo!r}, sleep(0.01))"
    lines = [prints, *LINES[:40], "sleep(1)", *LINES[40:60], "print('that is', 6 * 7)", ""]
    real.desk.type("\r".join(lines))
    until(lambda: "that is 42" in said(real))
    assert real.board.lost == 0
    assert [line for line in real.board.ran if line.startswith("x")] == LINES[:60]


def test_ctrl_c_drops_a_paste_that_waits_and_interrupts(real):
    at_prompt(real)
    real.desk.type("sleep(1000)\r" + TEXT.replace("\n", "\r"))
    until(lambda: "wait until the board reads them" in view(real).problem)
    real.desk.type("\x03")
    until(lambda: "KeyboardInterrupt" in said(real))
    until(lambda: view(real).problem == "")
    # The board reads what had been sent, and the last of these lines is cut.
    until(lambda: real.board.waiting == 0)
    before = said(real).count(">>> ")
    real.desk.type("\x03")
    until(lambda: said(real).count(">>> ") > before)
    real.desk.type("print('that is', 6 * 7)\r")
    until(lambda: "that is 42" in said(real))
    assert real.board.lost == 0
    assert LINES[9] not in real.board.ran


# -- notes


def test_notes_come_once_after_each_boot_and_leave_no_name(real):
    def boots():
        return sum(e.endswith(" real: booted") for e in real.lab.snapshot(0.0).events)

    at_prompt(real)
    before = boots()
    for number in range(2):
        run(real, f"print('run', {number} + 70)\n")
        until(lambda number=number: f"run {number + 70}" in said(real))
    assert view(real).device == "d1"
    assert real.board.names.keys() == {"__builtins__"}
    assert boots() == before + 1
    real.desk.type("\x04")
    until(lambda: "soft reboot" in said(real) and said(real).endswith(">>> "))
    run(real, "print('run', 72 * 1)\n")
    until(lambda: "run 72" in said(real))
    assert boots() == before + 3  # the reset, and the notes


def test_the_terminal_shows_one_line_for_a_run(real):
    at_prompt(real)
    run(real, "print('out' + 'put')\n")
    until(lambda: said(real).endswith("output\r\n>>> "))
    shown = said(real).partition(">>> ")[2]
    assert shown.count("MicroPython") == shown.count("raw REPL") == shown.count("=== ") == 0
    assert shown.count("exec(") == 1


@pytest.mark.parametrize(
    ("modules", "notes", "heap", "words"),
    [
        ({}, NOTE, 10000, "the firmware of this board is not connectwith"),
        ({"imp": 1, "server": 1}, NOTE, 10000, "the firmware of this board is not connectwith"),
        (None, "import imp\nimp.wakeup\n", 10000, "does not fit this lab (AttributeError)"),
        (None, "import array\n", 10000, "does not fit this lab (ImportError)"),
        (None, NOTE + "#" * 1000, 100, "no room for the lab's notes"),
    ],
    ids=["MicroPython", "another imp", "older", "less", "full"],
)
def test_without_notes_the_script_runs_all_the_same(
    tmp_path, monkeypatch, modules, notes, heap, words
):
    monkeypatch.setattr(memory, "notes", notes.encode)
    frozen = {"imp": SimpleNamespace(diag=1), "server": SimpleNamespace()}
    with UartBoard(modules=frozen if modules is None else modules) as board:
        board.heap_bytes = heap
        with at_desk(board, tmp_path) as real:
            run(real, "print('that is', 6 * 7)\n")
            until(lambda: "that is 42" in said(real))
            assert "Attempts do not show:" in view(real).problem and words in view(real).problem
            assert not board.modules.keys() & {memory.NOTES, memory.SCRIPT}


def test_a_script_that_does_not_fit_is_not_started(real):
    real.board.heap_bytes = 1000
    run(real, TEXT)
    until(lambda: "no room for it" in view(real).problem)
    at_prompt(real)
    assert memory.SCRIPT not in real.board.modules
    run(real, "print('that is', 6 * 7)\n")
    until(lambda: "that is 42" in said(real))


def test_a_script_for_the_bench_s_networks_says_what_is_missing(tmp_path, real):
    run(real, "import my_network\nprint('one')\n")
    until(lambda: "one\r\n" in said(real))
    assert view(real).problem == ""
    del real.board.modules["my_network"]
    run(real, "import my_network\n")
    until(lambda: "no my_network.py" in view(real).problem)
    until(lambda: "ImportError" in said(real))


def test_a_program_that_prints_in_the_background_spoils_no_script(real):
    real.board.background = b"tick \x1e\x1f"
    run(real, TEXT + "print('that is', 6 * 7)\n")
    until(lambda: "that is 42" in said(real))
    assert real.board.lost == 0 and "tick" in said(real)
    assert view(real).problem == ""


# -- a board that goes


def attempt(real):
    """Begins an attempt, which shows as under way."""
    real.board.say(b'\x1e{"attempt": {"number": 1, "interface": "wl0", "stages": []}}\x1f')
    until(lambda: any(a.running for a in view(real).attempts))


@pytest.mark.parametrize("what", ["nothing", "paste", "notes", "attempt"])
def test_a_board_that_goes_is_told_and_comes_back(real, monkeypatch, what):
    at_prompt(real)
    if what == "paste":
        real.desk.type(TEXT.replace("\n", "\r"))
        until(lambda: LINES[50] in said(real))
    elif what == "notes":
        monkeypatch.setattr(memory, "notes", lambda: b"#" * 50000)
        run(real, "print(1)")
        until(lambda: memory.NOTES in real.board.modules)
    elif what == "attempt":
        attempt(real)
    real.board.unplug()
    until(lambda: view(real).power == "off")
    until(lambda: "looked for again" in view(real).problem)
    assert not any(a.running for a in view(real).attempts)
    run(real, "print(1)")
    until(lambda: "has gone. Plug it in again" in view(real).problem)
    real.board.plug(real.link)
    until(lambda: view(real).power == "on")
    real.desk.type("\x03")
    monkeypatch.setattr(memory, "notes", NOTE.encode)
    run(real, "print('that is', 6 * 7)\n")
    until(lambda: "that is 42" in said(real))
    assert view(real).problem == "" and real.board.lost == 0


def test_a_port_that_says_nothing_is_told(real, monkeypatch):
    monkeypatch.setattr(serial, "_MUTE_S", 0.2)
    monkeypatch.setattr(serial, "_ENTER_S", 0.2)

    class Mute(UartBoard):
        def say(self, data):
            pass

    with Mute() as board, SerialLine(board.port) as line:
        state = real.lab.add_board("mute", "real")
        with SerialDesk(line, state) as desk:
            until(lambda: "Nothing has come" in state.view(0.0).problem)
            desk.order(lambda: desk.run(b"print(1)"))
            until(lambda: "no MicroPython answers" in state.view(0.0).problem)


@pytest.mark.parametrize("noise", [b"\x1e", b"\x1e{", b"\xff\x00\x9b\x1b\xfe", bytes(range(256))])
def test_a_flood_of_noise_is_shown_and_ends(real, noise):
    at_prompt(real)
    for _ in range(50):
        real.board.say(noise * (1100 // len(noise)))
    run(real, "print('that is', 6 * 7)\n")
    until(lambda: "that is 42" in said(real))


def test_control_lines_that_are_not_there_are_a_sentence(real):
    real.desk.order(real.desk.press_en)
    until(lambda: "has no control lines" in view(real).problem)
    real.desk.order(real.desk.power_off)
    until(lambda: "Unplug it." in view(real).problem)


def test_a_port_that_is_missing_or_in_use_is_a_problem(real, tmp_path):
    for port, words in ((str(tmp_path / "none"), "no port"), (str(real.link), "in use")):
        with pytest.raises(Problem, match=words):
            SerialLine(port)
