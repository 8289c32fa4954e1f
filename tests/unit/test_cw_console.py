# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The console of a board: the raw REPL's protocol, and stale, busy or silent terminals."""

import contextlib
import os
import pty
import select
import subprocess
import sys
import time
import tty

import pytest
from board_stand_in import BoardStandIn

from commands import console as module
from commands.console import Console, Lines
from setup.problem import Problem


@pytest.fixture
def board():
    """Makes a board that gives these answers, in pieces of `chunk` bytes."""
    with contextlib.ExitStack() as boards:
        yield lambda *answers, chunk=4096: boards.enter_context(
            BoardStandIn(*answers, chunk=chunk)
        )


@contextlib.contextmanager
def entered(far):
    """The console of a board, in the raw REPL."""
    with Console(far.port) as console:
        console.enter(5)
        yield console


@pytest.mark.parametrize("chunk", [1, 3, 4096])
def test_output_and_end_in_any_pieces(board, chunk):
    far = board(
        "OKgr\u00fc\u00dfe\r\nzwei\r\n\x04\x04>".encode(), b"OK2\r\n\x04\x04>", chunk=chunk
    )
    with entered(far) as console:
        assert console.run("print()", 5) == "gr\u00fc\u00dfe\nzwei\n"
        assert console.run("print(2)", 5) == "2\n"


def test_line_end_in_two_pieces(board):
    far = board(b"OKone\r")
    with entered(far) as console:
        execution = console.start("x")
        pieces = [execution.poll(0.2)]
        os.write(far.far, b"\ntwo\r\n\x04\x04>")
        pieces += execution.follow(5)
    assert "".join(pieces) == "one\ntwo\n"


def test_traceback_is_kept_apart_from_the_output(board):
    far = board(b"OKbefore\r\n\x04Traceback\r\nValueError: no\r\n\x04>")
    with entered(far) as console:
        execution = console.start("x")
        assert "".join(execution.follow(5)) == "before\n"
        assert execution.traceback == "Traceback\nValueError: no\n"


@pytest.mark.parametrize("chunk", [1, 5, 4096])
def test_soft_reset_is_told_from_an_end(board, chunk):
    far = board(
        b"OK1\r\n\x04\x04MPY: soft reboot\r\nboot > it\r\n", b"OK2\r\n\x04\x04>", chunk=chunk
    )
    with Console(far.port) as console:
        console.enter(5)
        execution = console.start("x")
        assert "".join(execution.follow(5)) == "1\n"
        assert execution.traceback == "" and execution.soft_reset
        assert console.expect(b" it\r\n", 5) == b"boot >"
        execution = console.start("y")
        execution.follow(5)
        assert execution.traceback == "" and not execution.soft_reset


def test_traceback_of_our_own_code_is_a_problem(board):
    far = board(b"OK\x04Traceback\r\nImportError: no module\r\n\x04>")
    with entered(far) as console:
        with pytest.raises(Problem) as caught:
            console.run("import x", 5)
    assert "ImportError: no module" in caught.value.why


def test_code_that_does_not_end_is_not_waited_for_longer_than_said(board):
    far = board(b"OKstill here\r\n")
    with entered(far) as console:
        began = time.monotonic()
        execution = console.start("while True: pass")
        execution.follow(0.3)
        assert execution.traceback is None
        assert time.monotonic() - began < 3


def test_mute_board(board):
    far = board()
    with Console(far.port) as console:
        with pytest.raises(Problem, match="did not answer"):
            console.expect(b"never", 0.2)


def test_board_that_stops_reading(board):
    master, near = pty.openpty()
    tty.setraw(near)
    try:
        with Console(os.ttyname(near)) as console:
            with pytest.raises(Problem, match="does not read"):
                console.write(b"x" * 1_000_000, limit_s=0.2)
    finally:
        os.close(master)
        os.close(near)


def test_stale_pty_is_a_problem(tmp_path):
    master, near = pty.openpty()
    link = tmp_path / "console"
    link.symlink_to(os.ttyname(near))
    os.close(master)
    os.close(near)
    with pytest.raises(Problem) as caught:
        Console(link)
    assert str(link) in caught.value.what and "cannot be used" in caught.value.what


def test_board_that_goes_while_we_listen():
    master, near = pty.openpty()
    with Console(os.ttyname(near)) as console:
        os.close(near)
        os.close(master)
        with pytest.raises(Problem, match="cannot be used"):
            console.expect(b"x", 2)


def test_file_that_is_no_terminal(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be used"):
        Console(tmp_path / "file")


def test_busy_terminal_is_said_so(monkeypatch, tmp_path):
    # root may open a terminal in exclusive use, so the refusal is simulated here.
    def refuse(*_):
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(module.os, "open", refuse)
    with pytest.raises(Problem, match="is busy") as caught:
        Console(tmp_path / "console")
    assert "fuser" in caught.value.next_step


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
def test_busy_terminal_for_a_user_without_privileges(board):
    far = board()
    with Console(far.port):
        code = f"import os; os.setuid(65534); os.open({far.port!r}, os.O_RDWR | os.O_NOCTTY)"
        os.chmod(far.port, 0o666)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "busy" in done.stderr
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, "it is given back after use"


class DeafBoard(BoardStandIn):
    """A board where callbacks of a timer's take the first three interrupts."""

    def _serve(self):
        data = b""
        while data.count(b"\x03") < 4:
            data += os.read(self.far, 4096)
            self._say(b"tick ")
        self._say(b"KeyboardInterrupt: \r\n>>> \r\nraw REPL; CTRL-B to exit\r\n>")


def test_program_is_interrupted_again_until_it_ends():
    with DeafBoard() as far, Console(far.port) as console:
        assert b"tick " in console.enter(10)


class PastingBoard(BoardStandIn):
    """A board with raw paste and a window of 8 bytes, which counts the bytes beyond it.

    background: what a program of its prints whenever a window has been read.
    """

    background = b""

    def _serve(self):
        self.overrun = 0
        self.code = self.received = b""
        if not self._until(b"\x05A\x01"):
            return
        self._say(self.background + b"R\x01\x08\x00" + self.background)
        room = 8
        while b"\x04" not in self.code:
            data = os.read(self.far, 1)
            self.code += data
            room -= data != b"\x04"
            self.overrun += room < 0
            if room == 0:
                time.sleep(0.01)
                self._say(b"\x01" + self.background)
                room += 8
        self._say(b"\x04OK\r\n\x04\x04>")

    def _until(self, end):
        while not self.received.endswith(end):
            ready = select.select([self.far, self._stop], [], [])[0]
            if self._stop in ready:
                return False
            self.received += os.read(self.far, 1)
        return True


@pytest.mark.parametrize("length", [1, 7, 8, 9, 16, 200])
def test_raw_paste_never_sends_more_than_there_is_room_for(length):
    with PastingBoard() as far:
        with Console(far.port) as console:
            assert console.run("x" * length, 5) == "OK\n"
        assert far.code == b"x" * length + b"\x04"
        assert far.overrun == 0


class NoisyBoard(PastingBoard):
    background = b"tick "


def test_raw_paste_is_not_misled_by_a_program_that_prints():
    with NoisyBoard() as far:
        with Console(far.port) as console:
            said = console.run("x" * 100, 5)
        assert far.code == b"x" * 100 + b"\x04"
        assert far.overrun == 0
    assert said.endswith("OK\n") and said.count("tick ") == 14


def test_lines_from_pieces():
    lines = Lines()
    assert lines.feed("a\nb") == ["a"]
    assert lines.feed("c\n\nd") == ["bc", ""]
    assert lines.end() == ["d"]
    assert lines.end() == []


def test_a_line_that_never_ends_is_not_kept_for_ever():
    lines = Lines()
    came = [line for _ in range(100) for line in lines.feed("." * 10_000)]
    assert len(came) > 10 and len("".join(came)) > 900_000
    assert "".join(came + lines.end()) == "." * 1_000_000
