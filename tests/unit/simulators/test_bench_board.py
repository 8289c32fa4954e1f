# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A virtual board in the world, seen through its raw REPL."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def built():
    """Skips where no virtual board was built."""
    from bench import BenchError, find_board

    try:
        find_board()
    except BenchError as error:
        pytest.skip(str(error))


@pytest.fixture
def board(world, built):
    """A board, switched on."""
    from bench import Board

    with Board(world) as board:
        yield board


def test_exec_gives_output_or_traceback(board):
    from bench import ReplError

    assert board.exec("for i in range(3): print(i)") == "0\n1\n2\n"
    with pytest.raises(ReplError, match="ZeroDivisionError") as caught:
        board.exec("print('before')\n1 / 0")
    assert caught.value.output == "before\n"
    assert board.exec("print('\u00e9' * 5000)") == "\u00e9" * 5000 + "\n"


def test_two_boards_in_two_threads_leave_standard_output_alone(monkeypatch):
    """Entering the REPL hides what mpremote prints; the second comes out after the first."""
    from bench import repl

    pauses = iter([0.05, 0.1])

    class Transport:
        def __init__(self, *_, **__):
            pass

        def enter_raw_repl(self, **_):
            time.sleep(next(pauses))

    monkeypatch.setattr(repl, "SerialTransport", Transport)
    before = sys.stdout
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: repl.Repl(name, 1), ["a", "b"]))
    assert sys.stdout is before


def test_exec_that_does_not_end_is_interrupted(board):
    from bench import BenchError

    begin = time.monotonic()
    with pytest.raises(BenchError, match="no end within 0.5 s"):
        board.exec("while True: pass", timeout=0.5)
    assert time.monotonic() - begin < 5
    assert board.exec("print('back')") == "back\n"


def test_reset_forgets_everything(board):
    pid = board.pid
    for _ in range(5):
        board.exec("mark = 1")
        board.reset()
        assert board.exec("print('mark' in globals())") == "False\n"
    assert board.pid == pid


def test_console_is_free_until_it_is_used(board):
    """Also for a program that wants it alone."""
    import serial

    def open_alone():
        return serial.Serial(str(board.console), exclusive=True)

    open_alone().close()
    board.exec("print(1)")
    with pytest.raises(serial.SerialException):
        open_alone()
    board.release()
    open_alone().close()


def test_crash_is_told(board):
    from bench import BenchError

    assert board.exec("print(1)") == "1\n"  # it keeps the console, which the crash takes away
    os.kill(board.pid, signal.SIGKILL)
    with pytest.raises(BenchError, match="has crashed .ended by signal 9"):
        board.exec("print(1)")
    assert not board.running
    board.release()
    with pytest.raises(BenchError, match="has crashed .ended by signal 9"):
        board.exec("print(1)")


def test_board_that_is_never_stopped_ends_with_its_world(built):
    from bench import Board, World

    with World() as world:
        board = Board(world).start()
        pid = board.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_join_and_lease(world, board):
    home = world.wifi["home"]
    board.exec(
        "import network, time\n"
        "wlan = network.WLAN(0)\n"
        "wlan.active(True)\n"
        f"wlan.connect({home.ssid!r}, {home.key!r})\n"
        "limit = time.ticks_add(time.ticks_ms(), 5000)\n"
        "while not wlan.isconnected() and time.ticks_diff(limit, time.ticks_ms()) > 0:\n"
        "    time.sleep_ms(5)\n"
    )
    assert board.exec("print(wlan.ifconfig()[0])") == "10.0.2.15\n"
