# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The links of a board, links left up by an earlier run, DHCP restarts, routes."""

import sys
import types

import _connectwith
import machine
import pytest
from connectwith import links
from connectwith.connection import job
from connectwith.links import retry_limits


class Link:
    def __init__(self):
        self.adopted = []

    def adopt(self, used):
        self.adopted.append(used)


@pytest.fixture
def board(monkeypatch):
    """A board with the pins that the test gives it, and no link made yet."""
    pins = types.SimpleNamespace()
    monkeypatch.setattr(machine, "Pin", types.SimpleNamespace(board=pins, IN=0), False)
    monkeypatch.setitem(sys.modules, "network", types.SimpleNamespace())
    monkeypatch.setattr(links, "_links", [None, None, None])
    monkeypatch.setattr(links, "held", {})
    return pins


def test_a_link_is_made_once(board, monkeypatch):
    made = []
    monkeypatch.setattr(links, "_make", lambda kind: made.append(kind) or Link())
    first = links.get(1)
    assert links.get(1) is first and made == [1]
    assert links.get(0) is not first and made == [1, 0]


@pytest.mark.parametrize(("kind", "what"), [(0, "Wi-Fi"), (2, "cellular")])
def test_what_this_board_has_not(board, kind, what):
    with pytest.raises(ValueError, match=f"no {what}"):
        links.get(kind)


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_a_check_makes_no_link(board, monkeypatch, kind):
    monkeypatch.setattr(links, "_make", None)
    unloaded = []
    monkeypatch.setattr(links, "unload", unloaded.append)
    with pytest.raises(ValueError, match="interface: this board has no"):
        links.check_fitted(kind)
    board.MODEM_TX = board.W5500_CS = board.W5500_INT = object()
    monkeypatch.setattr(sys.modules["network"], "PPP", object(), raising=False)
    monkeypatch.setattr(sys.modules["network"], "WLAN", object(), raising=False)
    assert links.check_fitted(kind) is None
    assert unloaded == (["links.w5500"] * 2 if kind == 1 else [])


def test_a_modem_takes_both_a_driver_and_pins(board, monkeypatch):
    monkeypatch.setattr(sys.modules["network"], "PPP", object(), raising=False)
    with pytest.raises(ValueError, match="cellular"):
        links.get(2)
    board.MODEM_TX = object()
    from connectwith.links.modem import sim7600

    monkeypatch.setattr(sim7600, "Sim7600", Link)
    assert isinstance(links.get(2), Link)


@pytest.mark.parametrize("fitted", [True, False])
def test_ethernet_is_there_if_its_chip_is(board, monkeypatch, fitted):
    from connectwith.links import w5500

    monkeypatch.setattr(w5500, "fitted", lambda: fitted)
    monkeypatch.setattr(w5500, "W5500", Link)
    if fitted:
        assert isinstance(links.get(1), Link)
    else:
        with pytest.raises(ValueError, match="no Ethernet"):
            links.get(1)


def test_all_links_of_this_run_go_off(board):
    assert links.turn_off() is False, "there is none"

    class Leaver:
        def __init__(self, *stages):
            self.stages, self.stops = list(stages), 0

        def stop(self):
            self.stops += 1

        def poll(self):
            return self.stages.pop(0) if len(self.stages) > 1 else self.stages[0]

    off = Leaver(links.FAILED)
    modem = Leaver(links.DISCONNECTING, links.POWERING_OFF, links.FAILED)
    links._links[0], links._links[2] = off, modem
    assert [links.turn_off() for _ in range(4)] == [True, True, False, False]
    assert off.stops == modem.stops == 4


def status(level):
    return types.SimpleNamespace(init=lambda mode: None, value=lambda: level)


@pytest.mark.parametrize(
    ("kind", "used", "pins", "left"),
    [(0, False, {}, False), (0, True, {}, True), (1, False, {}, False), (1, True, {}, True),
     (2, False, {}, False), (2, True, {}, True),  # no modem on this board
     (2, False, {"MODEM_TX": 1}, True),  # it may be on
     (2, False, {"MODEM_TX": 1, "MODEM_STATUS": 1}, True),
     (2, False, {"MODEM_TX": 1, "MODEM_STATUS": 0}, False),
     (2, True, {"MODEM_TX": 1, "MODEM_STATUS": 0}, True)],
)  # fmt: skip
def test_what_an_earlier_run_may_have_left(board, monkeypatch, kind, used, pins, left):
    for name, level in pins.items():
        setattr(board, name, status(level))
    link = Link()
    monkeypatch.setattr(links, "get", lambda kind: link)
    monkeypatch.setattr(_connectwith, "link_used", lambda kind: used)
    assert links.left_over(kind) is (link if left else None)
    assert link.adopted == ([used] if left else [])
    links.held[kind] = {}
    assert links.left_over(kind) is None, "it is wanted"


def test_what_is_left_on_another_board_is_nobodys(board, monkeypatch):
    monkeypatch.setattr(_connectwith, "link_used", lambda kind: True)
    assert links.left_over(0) is None
    monkeypatch.setattr(links, "get", lambda kind: "without adopt")
    assert links.left_over(0) == "without adopt"


def test_dhcp_is_begun_anew_every_8_seconds(clock):
    told = []
    interface = types.SimpleNamespace(ipconfig=lambda **how: told.append(how))
    dhcp = retry_limits.Dhcp()
    anew = [{"dhcp4": False}, {"dhcp4": True}]
    dhcp.renew(interface)
    clock.now_ms += 7999
    dhcp.renew(interface)
    assert told == []
    clock.now_ms += 1
    dhcp.renew(interface)
    assert told == anew
    clock.now_ms += 7999
    dhcp.renew(interface)
    assert told == anew
    clock.now_ms += 1
    dhcp.reset()
    dhcp.renew(interface)
    assert told == anew, "counted from the new link on"


@pytest.mark.parametrize(
    ("found", "static", "route"),
    [(("st1", ("1.1.1.1",)), None, ("st1", ("1.1.1.1",))), (None, None, None),
     (("st1", ("1.1.1.1",)), {"dns": ["9.9.9.9"]}, ("st1", ["9.9.9.9"])),
     (None, {"dns": ["9.9.9.9"]}, None)],
)  # fmt: skip
def test_routes(monkeypatch, found, static, route):
    monkeypatch.setattr(_connectwith, "link_route", lambda link: found, False)
    config = {"staticconfig": static} if static else {}
    assert links.route(0, config) == route


def test_default_times():
    assert [job.default_ms(kind) for kind in range(3)] == [60000, 60000, 120000]
