# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# ruff: noqa: F401, F811 (fixtures are imported, and their names are parameters)
"""imp.uplink.keep goes on after an error in its own work (no memory), and after Ctrl-C in it."""

import pytest
from connectwith import results
from connectwith.connection import keeping
from connectwith.settings import nic
from uplink_desk import desk, events, looks


@pytest.fixture(autouse=True)
def printing(monkeypatch):
    """As MicroPython's sys.print_exception()."""
    monkeypatch.setattr(keeping.sys, "print_exception", lambda error: print(repr(error)), False)


def once(monkeypatch, thing, name, error):
    """The next call of a method raises."""
    whole = getattr(thing, name)

    def fail(*args):
        monkeypatch.setattr(thing, name, whole)
        raise error

    monkeypatch.setattr(thing, name, fail)


def test_an_attempt_that_cannot_begin_has_failed(desk, events, monkeypatch, capsys):
    once(monkeypatch, desk.control, "schedule", MemoryError("full"))
    desk.begin()
    desk.run(2000)
    assert "full" in capsys.readouterr().out
    assert events[0] == {"event": "failed", "interface": "eth0", "result": results.NOT_CONNECTED}
    desk.connect(desk.control.jobs[-1].kind)
    assert desk.control.connected


def test_ctrl_c_before_an_attempt_has_begun(desk, events, monkeypatch):
    once(monkeypatch, desk.control, "schedule", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        desk.begin()
    desk.run(3000)
    assert [event["event"] for event in events] == ["failed"]
    assert desk.control.jobs


def test_a_look_that_cannot_begin_leaves_the_session_alone(desk, looks, monkeypatch, capsys):
    desk.begin()
    desk.fail(nic.ETHERNET)
    desk.connect(nic.WIFI)
    once(monkeypatch, desk.keeper, "nic", MemoryError("full"))
    desk.run(3000)
    assert "full" in capsys.readouterr().out
    desk.run(30_000)
    assert desk.control.moves  # it has looked again


@pytest.mark.parametrize("name", ["connected", "failed", "lost"])
def test_an_end_that_could_not_be_told_is_caught_up_with(desk, events, name, monkeypatch, capsys):
    desk.begin()
    if name == "lost":
        desk.connect(nic.ETHERNET)
    attempts = len(desk.control.jobs)
    events.clear()
    once(monkeypatch, desk.keeper, name, MemoryError("full"))
    if name == "connected":
        desk.connect(nic.ETHERNET)
    elif name == "failed":
        desk.fail(nic.ETHERNET)
    else:
        desk.lose(nic.ETHERNET)
    assert "full" in capsys.readouterr().out
    desk.run(5000)
    assert [event["event"] for event in events] == [name]
    assert (len(desk.control.jobs) > attempts) == (name != "connected")
