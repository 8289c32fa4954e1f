# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Fixtures of the system tests: a bench (`world`), a board in it, and a REPL on the board.

pytest-embedded owns the serial side: its `port` fixture is replaced by the console of the board
that the target gives, everything else (`dut`, logs, expect) is its own.
"""

import pathlib
import sys

import pytest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tools"))

from bench import Board, World  # noqa: E402
from device import Device  # noqa: E402
from repl import Repl  # noqa: E402


def pytest_addoption(parser):
    group = parser.getgroup("connectwith")
    group.addoption(
        "--board-binary",
        type=pathlib.Path,
        default=_ROOT / "build/VIRTUAL/virtual-board",
        help="the virtual board's program (default: %(default)s)",
    )
    group.addoption(
        "--power-cuts",
        type=int,
        default=20,
        metavar="N",
        help="power cuts while settings are being stored (default: %(default)s)",
    )
    group.addoption(
        "--random-seconds",
        type=float,
        default=60,
        help="how long to try random sequences of calls (default: %(default)s)",
    )
    group.addoption(
        "--random-seed", type=int, default=1, help="the first of them (default: %(default)s)"
    )
    group.addoption(
        "--messages", type=int, default=600, help="how many to send (default: %(default)s)"
    )
    group.addoption(
        "--cuts", type=int, default=4, help="of the link meanwhile (default: %(default)s)"
    )


def pytest_configure(config):
    # pytest-embedded has the option --target itself, and takes any name.
    if (config.option.target or "virtual") != "virtual":
        raise pytest.UsageError(f"--target {config.option.target}: only virtual is supported")
    # These tests are about a board on a serial port; nobody should have to say so each time.
    config.option.embedded_services = config.option.embedded_services or "serial"


@pytest.fixture(scope="session")
def shared_world():
    """One bench for all tests: starting one costs more than most tests take."""
    with World() as world:
        yield world


class _Complaints:
    """What boards that are built with a sanitizer have found, in all that they have written."""

    def __init__(self, folder):
        self._folder = folder
        self._read = {}

    def new(self):
        """The text of each board that has complained since the last call."""
        found = []
        for log in sorted(self._folder.glob("board*/stderr.log")):
            text = log.read_bytes()
            begin, self._read[log] = self._read.get(log, 0), len(text)
            if b"Sanitizer" in text[begin:] or b"runtime error" in text[begin:]:
                found.append(text[begin:].decode(errors="replace"))
        return found


@pytest.fixture(scope="session")
def complaints(shared_world):
    """Of the sanitizers, by every board of the world."""
    return _Complaints(shared_world.folder)


@pytest.fixture
def world(shared_world, complaints):
    """The bench with every fault of the test before taken back."""
    shared_world.restore()
    yield shared_world
    # Here all boards of the test are off, which is when leaks are told.
    found = complaints.new()
    assert not found, "\n".join(found)


@pytest.fixture
def board(request, world):
    """A virtual board with an empty flash, switched on."""
    with Board(world, binary=request.config.getoption("--board-binary")) as board:
        yield board


@pytest.fixture
def modem(world, board):
    """A simulated SIM7600 at the board's UART 1, off, a hundred times as fast as a real one."""
    modem = world.fit_modem(board, uart=1)
    yield modem
    unknown = modem.unknown
    world.remove_modem(modem)
    # The simulator answers what it does not know with ERROR; a test that goes on has tested
    # nothing of a real modem.
    assert not unknown, f"AT commands that the simulated modem does not know: {unknown}"


@pytest.fixture
def port(board):
    """What pytest-embedded opens: the board's console."""
    return str(board.console)


@pytest.fixture
def repl(dut):
    """A raw REPL on the board."""
    repl = Repl(dut)
    repl.enter()
    return repl


@pytest.fixture
def device(repl, world, board):
    """The board with the API imported, the policy set and the bench's broker configured."""
    device = Device(repl, world, board)
    device.prepare()
    return device
