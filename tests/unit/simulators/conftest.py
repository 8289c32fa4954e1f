# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the tests of the bench share: its path, one world, boards' ends of its networks."""

import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))


def wait_until(condition):
    """Waits until `condition()` is true, 10 s at most."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "the condition has not become true"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def shared_world():
    """One world for all tests; build/netsim is made if it is not there."""
    from bench import World

    with World(seed=1) as world:
        yield world


@pytest.fixture
def world(shared_world):
    """The world without a fault."""
    shared_world.restore()
    shared_world.netsim.events.clear()
    return shared_world


@pytest.fixture
def station(world):
    """A Wi-Fi interface of a board, not associated."""
    from fake_board import FakeBoard

    with FakeBoard(world.net) as board:
        yield board


@pytest.fixture
def online(world, station):
    """A Wi-Fi interface of a board that has joined "home" and has its lease."""
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    assert station.dhcp() is not None
    return station


@pytest.fixture(scope="session")
def sanitized():
    """netsim with address and undefined-behaviour sanitizers."""
    from bench import build_netsim

    return build_netsim(ROOT / "build" / "netsim-asan", sanitize=True)
