# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Fixtures of the system tests: a bench (`world`), a board in it, and a REPL on the board.

--target chooses the board: the virtual board, a real board or an emulator.

pytest-embedded owns the serial side: its `port` fixture is replaced by the console of the board
that the target gives, everything else (`dut`, logs, expect) is its own.
"""

import contextlib
import pathlib
import sys

import pytest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tools"))

import board_option  # noqa: E402
import rigs  # noqa: E402
from device import Device  # noqa: E402
from recorded import LabBoard  # noqa: E402
from repl import Repl  # noqa: E402

from setup.problem import Problem  # noqa: E402
from target.options import OPTIONS  # noqa: E402

_RIG = pytest.StashKey()


def pytest_addoption(parser):
    group = parser.getgroup("connectwith")
    board_option.add(group)
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
    group.addoption(
        "--moves",
        type=int,
        default=8,
        help="from link to link, with 20 messages for each (default: %(default)s)",
    )
    group.addoption(
        "--growth-rounds",
        type=int,
        default=3,
        help="how often what must not grow is done in each of 11 windows (default: %(default)s)",
    )
    group.addoption(
        "--eager",
        type=int,
        metavar="N",
        help="the virtual board runs scheduled code wherever it can (see its --help)",
    )
    for name, details in OPTIONS:
        group.addoption(name, **details)


def pytest_configure(config):
    config.addinivalue_line("markers", "virtual(reason): only for the virtual board")
    # pytest-embedded has the options --target and --port itself, and takes any.
    try:
        config.stash[_RIG] = rigs.choose(config.option)
    except Problem as problem:
        raise pytest.UsageError(str(problem)) from None
    # These tests are always about a board on a serial port, so the option is set here.
    config.option.embedded_services = config.option.embedded_services or "serial"


@contextlib.contextmanager
def _skipped_when_refused(item):
    """Skips a test, whatever its result, that needs what the bench cannot do."""
    limits = item.config.stash[_RIG].limits
    try:
        yield
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except BaseException:
        if not limits.refused:
            raise
    if limits.refused:
        pytest.skip(str(limits.refused[0]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    rig = item.config.stash[_RIG]
    rig.limits.forget()
    mark = item.get_closest_marker("virtual")
    if mark and rig.name != "virtual":
        pytest.skip(f"only for the virtual board: {mark.args[0]}")
    with _skipped_when_refused(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    with _skipped_when_refused(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    for secret in item.config.stash[_RIG].secrets:
        # A failure contains a text as it is, or as repr() writes it.
        for form in {secret, repr(secret)[1:-1]}:
            report.sections = [(name, text.replace(form, "***")) for name, text in report.sections]
            if report.failed and form in str(report.longrepr):
                report.longrepr = str(report.longrepr).replace(form, "***")
    return report


@pytest.fixture(scope="session")
def rig(pytestconfig):
    """The target of the tests; see rigs.py."""
    return pytestconfig.stash[_RIG]


@pytest.fixture(scope="session")
def shared_world(rig):
    """One bench for all tests, because its start takes longer than most tests."""
    with rig.world() as world:
        yield world


@pytest.fixture
def world(rig, shared_world):
    """The bench without the faults of the test before."""
    shared_world.restore()
    yield shared_world
    # All boards of the test are off now, and a sanitizer has reported leaks.
    found = rig.complaints()
    assert not found, "\n".join(found)


@pytest.fixture
def board(rig, world):
    """A board that is switched on; a virtual one has an empty flash."""
    with rig.board(world) as board:
        yield board


@pytest.fixture
def modem(rig, world, board):
    """A simulated SIM7600 at the board's UART 1, off, a hundred times as fast as a real one."""
    with rig.modem(world, board) as modem:
        yield modem


@pytest.fixture
def cellular(rig, world, board):
    """The cellconfig for a modem, real or simulated, with a SIM in it."""
    with rig.cellular(world, board) as config:
        yield config


@pytest.fixture
def port(rig, board):
    """The port that pytest-embedded opens: the board's console."""
    line = rig.line(board)
    yield line
    # An emulator serves one connection at a time. A test that fails before pytest-embedded has
    # taken the connection over would leave it open, and block all later tests.
    if not isinstance(line, str):
        line.close()


@pytest.fixture
def repl(rig, board, dut):
    """A raw REPL on the board, which has nothing stored."""
    repl = Repl(dut, board)
    rig.begin(board, repl)
    return repl


@pytest.fixture
def device(repl, world, board):
    """The board with the API imported, the policy set and the bench's broker configured."""
    device = Device(repl, world, board)
    device.prepare()
    return device


@pytest.fixture
def lab_board(rig, world, board):
    """The board as ./tools/cw lab has it, with nothing running."""
    if rig.name != "virtual":
        rig.limits.refuse("run what the lab has recorded", "it takes the place of boot.py")
    with LabBoard(world, board) as lab_board:
        yield lab_board
