# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The order and the times of the W5500's power and reset pins; the emulator's Ethernet."""

import sys
import types

import _connectwith
import machine
import pytest
from connectwith.links import FAILED, w5500


class Pin:
    """Records what it is driven to."""

    def __init__(self, name, events):
        self.name, self._events = name, events

    def init(self, mode, value):
        assert mode == "out"
        self._events.append((self.name, value))

    selected = False

    def __call__(self, value):
        assert self.name == "W5500_CS"
        self.selected = not value


def board(events, *more):
    """Pins of a board with a W5500, and `more`."""
    names = ("W5500_SCK", "W5500_MISO", "W5500_MOSI", "W5500_CS", "W5500_INT", *more)
    return types.SimpleNamespace(**{name: Pin(name, events) for name in names})


@pytest.fixture
def fit(monkeypatch, clock):
    """Installs a board's pins and its network module, and makes a link. `events`: pin levels and
    calls of the driver, in order."""
    events = []
    calls = {
        "ethernet_installed": lambda: False,
        "ethernet_may_reset": lambda: True,
        "ethernet_stop": lambda: events.append("stop"),
        "ethernet_start": lambda hostname: events.append("start " + hostname),
        "ethernet_state": lambda: 2 if "start me" in events else 0,
        "link_watch": lambda link: None,
        "link_state": lambda link: 0,
    }
    for name, call in calls.items():
        monkeypatch.setattr(_connectwith, name, call, False)

    def put(pins, version=4, **network):
        def exchange(request, into):
            assert pins.W5500_CS.selected
            into[3] = version

        answer = types.SimpleNamespace(write_readinto=exchange)
        pin = types.SimpleNamespace(board=pins, OUT="out")
        monkeypatch.setattr(machine, "Pin", pin, False)
        monkeypatch.setattr(machine, "SPI", lambda *_, **__: answer, False)
        lan = types.SimpleNamespace(ipconfig=lambda dhcp4: None)

        def make(*_, **options):
            events.append(("LAN", sorted(options)))
            return lan

        network = types.SimpleNamespace(LAN=make, hostname=lambda: "me", **network)
        monkeypatch.setitem(sys.modules, "network", network)
        return w5500.W5500()

    put.events = events
    return put


def run(link, clock, limit_ms=300):
    """Starts the link and polls each ms until it is up or has failed: (stage, ms)."""
    link.start({})
    for at_ms in range(limit_ms):
        stage = link.poll()
        if stage != 0:
            return stage, at_ms
        clock.now_ms += 1
    raise AssertionError("neither started nor failed")


def test_power_then_reset_then_the_driver(fit, clock):
    link = fit(board(fit.events, "W5500_RST", "W5500_PWR"), PHY_W5500=6)
    stage, at_ms = run(link, clock)
    assert not machine.Pin.board.W5500_CS.selected
    assert (stage, at_ms) == (1, 102), "100 ms for the supply, 2 ms for the PLL"
    chip = [entry for entry in fit.events if entry[0] != "W5500_CS"]
    assert chip == [
        "stop",
        ("W5500_RST", 0),
        ("W5500_PWR", 1),
        ("W5500_RST", 1),
        ("LAN", ["cs", "int", "phy_addr", "phy_type", "spi"]),
        "start me",
    ]
    fit.events.clear()
    link.stop()
    assert fit.events == ["stop", ("W5500_RST", 0), ("W5500_PWR", 0)]


def test_its_use_is_noted_for_the_run_after_a_soft_reset(fit, clock, monkeypatch):
    link = fit(board(fit.events), PHY_W5500=6)
    notes = []
    monkeypatch.setattr(_connectwith, "link_used", lambda *note: notes.append(note), False)
    assert run(link, clock)[0] == 1 and notes[-1] == (1, True)
    link.stop()
    assert notes[-1] == (1, False)


def test_a_driver_that_cannot_be_set_up_twice_keeps_its_chip(fit, clock, monkeypatch):
    link = fit(board(fit.events, "W5500_RST", "W5500_PWR"), PHY_W5500=6)
    assert run(link, clock)[0] == 1
    monkeypatch.setattr(_connectwith, "ethernet_may_reset", lambda: False)
    link.stop()
    assert run(link, clock)[0] == 1
    link.stop()
    levels = [entry for entry in fit.events if entry[0] in ("W5500_RST", "W5500_PWR")]
    assert levels.count(("W5500_RST", 0)) == 1 and levels.count(("W5500_PWR", 0)) == 0


def test_no_answer_is_asked_for_again_and_makes_no_driver(fit, clock):
    link = fit(board(fit.events, "W5500_RST"), version=0, PHY_W5500=6)
    assert run(link, clock) == (FAILED, 102)
    assert (link.cause, link.code) == ("W5500: no answer", 0)
    assert not any(entry[0] == "LAN" for entry in fit.events)
    assert link.poll() == FAILED


def test_set_up_elsewhere_then_failed(fit, clock, monkeypatch):
    link = fit(board(fit.events, "W5500_RST"), PHY_W5500=6)
    states = [0, 1, 1, -1]  # before the start, under way, in vain
    monkeypatch.setattr(_connectwith, "ethernet_state", lambda: states.pop(0))
    assert run(link, clock)[0] == FAILED
    assert (states, link.cause) == ([], "W5500: no answer")
    assert fit.events.count("start me") == 1


def test_waits_for_a_start_that_was_given_up(fit, clock, monkeypatch):
    link = fit(board(fit.events, "W5500_RST"), PHY_W5500=6)
    states = [1, 1, 0, 2]
    monkeypatch.setattr(_connectwith, "ethernet_state", lambda: states.pop(0))
    assert run(link, clock)[0] == 1
    assert (states, fit.events.count("start me")) == ([], 1)


def test_emulated_controller(fit, clock):
    link = fit(types.SimpleNamespace(), PHY_OPENETH=10)
    assert w5500.fitted()
    assert run(link, clock)[0] == 1
    assert fit.events == ["stop", ("LAN", ["phy_addr", "phy_type"]), "start me"]


def test_boards_without_ethernet(fit):
    fit(types.SimpleNamespace())
    assert not w5500.fitted()
    pins = board(fit.events)
    del pins.W5500_INT
    fit(pins)
    with pytest.raises(ValueError, match="W5500_INT"):
        w5500.fitted()
