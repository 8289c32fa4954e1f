# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A keeper of imp.uplink.keep over a controller that a test plays."""

import sys
import types

import micropython
import pytest
from connectwith import connection, links, results
from connectwith.connection import job, keeping
from connectwith.settings import nic
from connectwith.uplink import keeper as module
from connectwith.uplink import look, options, roaming

NAMES = ("wl0", "eth0", "cell0")
KINDS = [nic.ETHERNET, nic.WIFI, nic.CELLULAR]


class Control:
    """The parts of the controller that the keeper uses. `jobs`: what was begun, `moves`: which of
    them beside a session."""

    def __init__(self):
        self.keeping = self.live = self.outage = None
        self.jobs, self.moves, self.watched = [], [], []
        self.connected = self.connecting = False
        self.diag = types.SimpleNamespace(loss="link lost", loss_code=0)
        mqtt = types.SimpleNamespace(watch_path=lambda *times: self.watched.append(times))
        self.session = types.SimpleNamespace(mqtt=mqtt, holds=False)
        self.sequence = types.SimpleNamespace(session=self.session)

    def is_connected(self):
        return self.connected

    def is_connecting(self):
        return self.connecting

    def schedule(self, job):
        self.jobs.append(job)
        self.connecting = True

    def schedule_step(self):
        pass

    def end_attempt(self):
        self.connecting = False

    def end_keeping(self):
        before, self.keeping = self.keeping, None
        if before is not None:
            before.end()

    def disconnect(self):
        self.connected = self.connecting = False
        self.live = None
        self.end_keeping()


class Desk:
    """A keeper of Ethernet, Wi-Fi and cellular, and what a test does to it."""

    def __init__(self, clock, callback, times=(2000, 1000, 500)):
        self.clock = clock
        self.control = Control()
        self.keeper = self.make(callback, times)

    def make(self, callback, times=(2000, 1000, 500)):
        nics = [{"interface": NAMES[kind]} for kind in KINDS]
        return module.Keeper(self.control, KINDS, 2, nics, times, (30_000, 10_000, 5000), callback)

    def begin(self):
        options._begin(self.control, self.keeper)
        self.work()

    def stop(self):
        """imp.uplink.stop()"""
        if self.control.keeping is not None:
            keeping.keep(self.control, None)

    def work(self, limit=30):
        """The controller's steps, until there is nothing to do."""
        for _ in range(limit):
            if self.control.keeping is None or self.control.connecting:
                return
            if self.control.keeping.poll(1000):
                return

    def run(self, duration_ms):
        end_ms = self.clock.now_ms + duration_ms
        while self.clock.now_ms < end_ms:
            self.clock.now_ms += 10
            self.work()

    def connect(self, kind):
        self.control.connected, self.control.connecting = True, False
        self.control.live = self.control.jobs[-1]
        assert self.control.live.kind == kind
        self.control.keeping.on_end(kind, results.SERVER_CONNECTED)
        self.work()

    def fail(self, kind, result=results.NO_WIFI):
        self.control.connecting = False
        assert self.control.jobs[-1].kind == kind
        self.control.keeping.on_end(kind, result)
        self.work()

    def lose(self, kind, loss="link lost", code=0, result=results.NO_LINK):
        self.control.connected = False
        self.control.diag.loss, self.control.diag.loss_code = loss, code
        self.control.keeping.on_lost(kind, result)
        self.work()


def make(monkeypatch, clock, events, looks):
    """A Desk. `events`: what the callback gets. `looks`: what a look finds, by class of link:
    True, False, or None while it lasts."""

    class Look:
        ended = 0

        def __init__(self, control, kind, config):
            self.kind = kind

        def poll(self):
            return looks[self.kind]

        def end(self):
            Look.ended += 1

    # What the keeper tells Roaming; `target` of its next look.
    air = types.SimpleNamespace(target=None, did=[], made=0)

    class Roaming:
        def __init__(self, control):
            air.made += 1

        target = property(lambda self: air.target)

        def begin(self, now_ms):
            air.did.append("begin")

        def poll(self, now_ms):
            air.did.append("poll")
            return 10_000

        def leave(self, now_ms):
            air.did.append(("leave", air.target))
            air.target = None

        def end(self):
            air.did.append("end")

    scheduled = []
    monkeypatch.setattr(roaming, "Roaming", Roaming)
    monkeypatch.setattr(look, "Look", Look)
    monkeypatch.setattr(micropython, "schedule", lambda f, x: scheduled.append((f, x)), False)
    monkeypatch.setattr(links, "get", lambda kind: None)
    monkeypatch.setattr(job, "server_settings", lambda: "server")
    monkeypatch.setattr(module, "_pause", lambda tries, base, cap: 500 if tries < 0 else base)
    desk = Desk(clock, events.append)
    desk.scheduled = scheduled
    desk.air = air

    def begin_move(control, job):
        control.moves.append(job)
        control.schedule(job)

    # The module is unloaded after a move, so another test may have done that.
    move = types.SimpleNamespace(begin=begin_move)
    monkeypatch.setitem(sys.modules, "connectwith.connection.move", move)
    monkeypatch.setattr(connection, "move", move, raising=False)
    return desk


@pytest.fixture
def events():
    """What the user's callback was told."""
    return []


@pytest.fixture
def looks():
    """What a look at a link finds, by class of link."""
    return {nic.ETHERNET: True, nic.WIFI: True}


@pytest.fixture
def desk(monkeypatch, clock, events, looks):
    return make(monkeypatch, clock, events, looks)


def run_scheduled(desk):
    while desk.scheduled:
        function, argument = desk.scheduled.pop(0)
        function(argument)
