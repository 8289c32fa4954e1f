# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Interfaces for the local network: states, holders of a link, power-down, UDP."""

import errno
import types

import _connectwith
import pytest
from clockwork import Alarm
from connectwith import connection, links
from connectwith import settings as store
from connectwith.api import imp_net
from connectwith.diagnostics import info
from connectwith.local import interfaces, timers
from connectwith.settings import nic

NO_CAUSE = ""


class Link:
    """A link in the stage that the test gives it."""

    def __init__(self):
        self.stage = links.FAILED
        self.cause, self.result = NO_CAUSE, 0
        self.starts, self.stops = [], 0
        self.after_stop = links.FAILED

    def start(self, config):
        self.starts.append(config)
        self.stage = 0

    def stop(self):
        self.stops += 1
        self.stage = self.after_stop

    def poll(self):
        return self.stage


class Socket:
    """One of `socket`'s; `inbound` has what comes, `refuses` the errno of a bind or send."""

    refuses = 0

    def __init__(self, *arguments):
        self.inbound, self.sent, self.options, self.bound = [], [], [], []
        self.blocking = True
        self.closed = 0
        Socket.last = self

    def setblocking(self, blocking):
        self.blocking = blocking

    def setsockopt(self, *option):
        self.options.append(option)

    def bind(self, address):
        if self.refuses:
            raise OSError(self.refuses, "")
        self.bound.append(address)

    def sendto(self, data, address):
        if self.refuses:
            raise OSError(self.refuses, "")
        self.sent.append((data, address))

    def recvfrom(self, size):
        assert size == 1472
        item = self.inbound.pop(0)
        if isinstance(item, OSError):
            raise item
        return item

    def close(self):
        self.closed += 1


class Poller:
    def register(self, socket, events):
        self.socket = socket

    def ipoll(self, timeout):
        assert timeout == 0
        return [1] if self.socket.inbound else []


@pytest.fixture
def board(monkeypatch, clock):
    """`links`: one for each class; `control`: the controller, `told`: states of callbacks."""
    board = types.SimpleNamespace(links=[Link(), Link(), Link()], told=[])

    def turn():
        """Runs the next turn of the service; returns the ms until the one after it."""
        alarm = timers.get().alarm
        clock.now_ms += alarm.due_ms or 0
        alarm.ring()
        return alarm.due_ms

    board.turn = turn
    monkeypatch.setattr(_connectwith, "Alarm", Alarm, False)
    monkeypatch.setattr(_connectwith, "Token", lambda number: number, False)
    monkeypatch.setattr(_connectwith, "link_route", lambda kind: ("st1", ()), False)
    monkeypatch.setattr(timers, "_service", None)
    monkeypatch.setattr(links, "get", board.links.__getitem__)
    monkeypatch.setattr(links, "held", {})
    monkeypatch.setattr(interfaces, "_holders", [None] * 8)
    monkeypatch.setattr(interfaces, "_stopping", [])
    monkeypatch.setattr(store, "fill", lambda config, kind: {**config, "filled": kind})
    ended = board.ended = []
    board.control = types.SimpleNamespace(
        link=None,
        end_linger=ended.append,
        job_on=lambda link: (
            types.SimpleNamespace(nic={"in": "use"}) if link is board.control.link else None
        ),
    )
    monkeypatch.setattr(connection, "get", lambda: board.control)
    table = {"address": "10.0.0.7", "netmask": "255.255.255.0"}
    monkeypatch.setattr(info, "ipv4", lambda kind, config: {**table, "of": config})
    monkeypatch.setattr(interfaces, "socket", types.SimpleNamespace(
        socket=Socket, AF_INET=2, SOCK_DGRAM=2, SOL_SOCKET=1, SO_BINDTODEVICE=25,
        getaddrinfo=lambda host, port: [(0, 0, 0, "", (host, port))],
    ))  # fmt: skip
    monkeypatch.setattr(interfaces, "select", types.SimpleNamespace(poll=Poller, POLLIN=1))
    monkeypatch.setattr(Socket, "refuses", 0)
    return board


def opened(board, name="eth0"):
    return imp_net.open({"interface": name}, board.told.append)


def up(board, name="eth0"):
    interface = opened(board, name)
    board.links[nic.link_of(name)].stage = links.UP
    board.turn()
    return interface


def test_an_interface_that_nobody_uses_is_started(board):
    interface = opened(board)
    link = board.links[1]
    config = {"interface": "eth0", "filled": 1}
    assert link.starts == [config] and links.held == {1: config}
    assert board.ended == [link]
    assert interface.getstate() == imp_net.STARTING
    assert board.turn() == 10
    link.stage = links.UP
    assert board.turn() == 20 and interface.getstate() == imp_net.CONNECTED
    board.turn()
    assert board.told == [imp_net.STARTING, imp_net.CONNECTED], "changes alone"


STATES = [
    ("wl0", 0, "", 0, imp_net.STARTING), ("wl0", 1, "", 0, imp_net.WIFI_JOINING),
    ("wl0", 2, "", 0, imp_net.WIFI_DHCPING), ("wl0", -1, "", 0, imp_net.WIFI_STOPPED),
    ("wl0", -1, "why", 0, imp_net.WIFI_STOPPED_UNHAPPY),
    ("wl0", -2, "why", 0, imp_net.WIFI_STOPPED),
    ("eth0", 1, "", 0, imp_net.STARTING), ("eth0", 2, "", 0, imp_net.ETHERNET_DHCPING),
    ("eth0", -1, "", 0, imp_net.ETHERNET_STOPPED),
    ("eth0", -1, "why", 11, imp_net.ETHERNET_STOPPED_UNHAPPY),
    ("cell0", 0, "", 0, imp_net.CELLULAR_PINGING),
    ("cell0", 1, "", 0, imp_net.CELLULAR_REGISTERING),
    ("cell0", 2, "", 0, imp_net.CELLULAR_PPP_CONNECTING),
    ("cell0", -1, "", 0, imp_net.CELLULAR_STOPPED),
    ("cell0", -1, "why", 11, imp_net.CELLULAR_REGISTRATION_DENIED),
    ("cell0", -1, "why", 10, imp_net.CELLULAR_STOPPED_UNHAPPY),
]  # fmt: skip


@pytest.mark.parametrize(("name", "stage", "cause", "result", "state"), STATES)
def test_states(board, name, stage, cause, result, state):
    interface = opened(board, name)
    link = board.links[nic.link_of(name)]
    link.stage, link.cause, link.result = stage, cause, result
    assert interface.getstate() == state


@pytest.mark.parametrize(("stage", "state"), [(0, 204), (1, 204), (2, 201)])
def test_a_cable_that_is_pulled_out(board, stage, state):
    interface = up(board)
    link = board.links[1]
    link.stage = stage
    assert interface.getstate() == state
    board.turn()
    assert len(link.starts) == (2 if state == 204 else 1), "it waits for the next cable"
    assert board.told[-1] == state


def test_the_connection_looks_after_its_own_cable(board):
    up(board)
    board.control.link = board.links[1]
    board.links[1].stage = 1
    board.turn()
    assert board.told[-1] == 204 and len(board.links[1].starts) == 1


def test_wifi_has_no_cable(board):
    interface = up(board, "wl0")
    board.links[0].stage = 1
    assert interface.getstate() == imp_net.WIFI_JOINING


def test_the_connections_link_is_shared(board):
    board.control.link = board.links[1]
    board.links[1].stage = links.UP
    with pytest.raises(ValueError, match="in use"):
        imp_net.open({"interface": "eth0", "staticconfig": {
            "ip": "10.0.0.9", "netmask": "255.255.255.0", "gateway": "10.0.0.1",
            "dns": "10.0.0.1"}})  # fmt: skip
    assert links.held == {}
    interface = opened(board)
    assert links.held == {1: {"in": "use"}} and not board.links[1].starts
    assert interface.getstate() == imp_net.CONNECTED
    interface.close()
    assert links.held == {} and board.links[1].stops == 0, "the connection goes on"


def test_the_last_one_switches_it_off(board):
    first, second = up(board), opened(board)
    link = board.links[1]
    assert len(link.starts) == 1
    first.close()
    first.close()
    assert link.stops == 0 and 1 in links.held
    assert first.getstate() == imp_net.ETHERNET_STOPPED
    assert second.getstate() == imp_net.CONNECTED
    second.close()
    assert link.stops == 1 and links.held == {} and interfaces._stopping == []
    assert board.turn() == 1000, "until the objects are gone"
    told = list(board.told)
    board.turn()
    assert board.told == told, "a closed one tells nothing"


def test_a_link_of_another_class_goes_on(board):
    first, second = up(board), up(board, "wl0")
    first.close()
    assert board.links[1].stops == 1 and board.links[0].stops == 0
    assert second.getstate() == imp_net.CONNECTED


def test_a_link_that_takes_its_time_is_powered_down_to_the_end(board):
    interface = up(board, "cell0")
    link = board.links[2]
    link.after_stop = links.DISCONNECTING
    interface.close()
    assert interfaces._stopping == [link] and board.turn() == 10
    link.stage = links.FAILED
    assert board.turn() == 10 and interfaces._stopping == []
    assert board.turn() == 1000


def test_an_object_that_is_gone_is_as_good_as_closed(board):
    up(board)
    alarm = timers.get().alarm
    alarm.mask = 0b10  # of a number that nobody has
    board.turn()
    assert board.links[1].stops == 0
    alarm.mask = 1
    board.turn()
    assert board.links[1].stops == 1 and interfaces._holders == [None] * 8


def test_eight_at_a_time(board):
    for _ in range(8):
        opened(board)
    with pytest.raises(RuntimeError, match="too often"):
        opened(board)
    timers.get().alarm.mask = 1 << 7
    opened(board)
    assert None not in interfaces._holders


def test_without_a_callback(board):
    imp_net.open({"interface": "eth0"})
    board.links[1].stage = links.UP
    assert board.turn() == 20
    with pytest.raises(TypeError, match="^callback: "):
        imp_net.open({"interface": "eth0"}, 1)


def test_addresses(board):
    interface = opened(board)
    for call in (interface.getiptable, lambda: interface.openudp(None)):
        with pytest.raises(RuntimeError, match="not up"):
            call()
    board.links[1].stage = links.UP
    table = interface.getiptable()["ipv4"]
    assert (table["address"], table["of"]) == ("10.0.0.7", {"interface": "eth0", "filled": 1})


@pytest.mark.parametrize(
    ("callback", "port", "error"),
    [(1, 0, TypeError), (None, True, TypeError), (None, "1", TypeError), (None, -1, ValueError),
     (None, 65536, ValueError)],
)  # fmt: skip
def test_refused_sockets(board, callback, port, error):
    interface = up(board)
    with pytest.raises(error):
        interface.openudp(callback, port)
    assert interface._holder.sockets == []


def test_no_sockets_over_cellular_or_without_an_address(board, monkeypatch):
    with pytest.raises(RuntimeError, match="cellular"):
        up(board, "cell0").openudp(None)
    interface = up(board)
    monkeypatch.setattr(_connectwith, "link_route", lambda kind: None)
    with pytest.raises(RuntimeError, match="not up"):
        interface.openudp(None)


def test_a_socket(board):
    got = []
    udp = up(board).openudp(lambda *arguments: got.append(arguments), 65535)
    raw = Socket.last
    assert raw.bound == [("10.0.0.7", 65535)] and raw.options == [(1, 25, "st1")]
    assert raw.blocking is False
    raw.inbound = [(b"one", ("10.0.0.8", 5)), (b"two", ("10.0.0.9", 6))]
    board.turn()
    assert got == [("10.0.0.8", 5, "10.0.0.7", 65535, b"one")], "one in a turn"
    board.turn()
    board.turn()
    assert len(got) == 2
    assert udp.send("10.0.0.255", 1, b"x") == 0 and udp.send("10.0.0.8", 65535, b"y") == 0
    assert raw.sent == [(b"x", ("10.0.0.255", 1)), (b"y", ("10.0.0.8", 65535))]


def test_an_empty_datagram_does_not_end_it(board):
    got = []
    up(board).openudp(lambda *arguments: got.append(arguments[-1]), 7)
    raw = Socket.last
    raw.inbound = [(b"", ("10.0.0.8", 5)), OSError(11, ""), (b"x", ("10.0.0.8", 5))]
    for _ in range(3):
        board.turn()
    assert got == [b"", b"x"] and len(raw.bound) == 2, "bound anew"


@pytest.mark.parametrize(
    ("data", "number", "result"),
    [(b"", errno.ETIMEDOUT, 0), (b"x", errno.ETIMEDOUT, 4), (b"", 113, 4), (b"x", 12, 4)],
)
def test_what_cannot_be_sent(board, data, number, result):
    udp = up(board).openudp(None)
    Socket.last.refuses = number
    assert udp.send("10.0.0.8", 1, data) == result


@pytest.mark.parametrize(
    ("address", "port"), [("10.0.1.8", 1), ("11.0.0.8", 1), ("x", 1), ("10.0.0.8", 0),
                          ("10.0.0.8", 65536)]
)  # fmt: skip
def test_where_nothing_is_sent_to(board, address, port):
    udp = up(board).openudp(None)
    with pytest.raises(ValueError):
        udp.send(address, port, b"x")
    assert Socket.last.sent == []


def test_closing(board):
    interface = up(board)
    first, second = interface.openudp(None), interface.openudp(None)
    raw = first._socket
    first.close()
    first.close()
    assert raw.closed == 1 and first.send("10.0.0.8", 1, b"x") == 1
    assert interface._holder.sockets == [second]
    board.turn()
    interface.close()
    assert Socket.last.closed == 1 and interface._holder.sockets == []


def test_a_port_that_is_taken(board):
    interface = up(board)
    Socket.refuses = errno.EADDRINUSE
    with pytest.raises(OSError):
        interface.openudp(None, 5)
    assert Socket.last.closed == 1 and interface._holder.sockets == []


@pytest.mark.parametrize(("random", "port"), [(0, 0xC000), (255, 0xFFFF), (0x41, 0xD041)])
def test_a_free_port_is_nobodys(board, monkeypatch, random, port):
    monkeypatch.setattr(interfaces.os, "urandom", lambda n: bytes([random]) * n)
    up(board).openudp(None)
    assert Socket.last.bound == [("10.0.0.7", port)]
