# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Fixtures: one rig for each test process; the option that writes docs/faults.md."""

import pathlib
import sys

import pytest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tools"), str(_ROOT / "tests" / "system")]

pytest.register_assert_rewrite("cellular", "device", "rig")

import board_option  # noqa: E402
import page  # noqa: E402
from bench import World  # noqa: E402
from rig import Rig  # noqa: E402

from setup import paths  # noqa: E402


def pytest_addoption(parser):
    group = parser.getgroup("connectwith")
    board_option.add(group)
    group.addoption("--page", action="store_true", help="write docs/faults.md when all is well")


@pytest.fixture(scope="session")
def shared_rig(request):
    """One for the whole session: starting a world and a board takes longer than most cells."""
    with World() as world:
        rig = Rig(world, request.config.getoption("--board-binary"))
        yield rig
        rig.power_down()


@pytest.fixture
def rig(shared_rig):
    """The rig with a board on which all cells so far have passed, or with a new board."""
    if shared_rig.board is None:
        shared_rig.power_up()
    return shared_rig


def pytest_configure(config):
    # With pytest-xdist the controller collects what the workers report.
    if config.getoption("--page") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(page.Page(_ROOT, paths.cores()), "faults-page")
