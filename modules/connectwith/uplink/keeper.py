# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Keeper: does what the policy decides, and tells the user what has changed.

The controller calls it as connection/keeping.py describes. The user's callback is called in
`poll()`, where it may call anything.
"""

import os
import sys
import time

import _connectwith
import micropython
from micropython import const

from connectwith import call, results, settings
from connectwith.connection import job, keeping
from connectwith.settings import nic
from connectwith.uplink import policy

# How long an attempt may take if another link can be tried, by class of link.
_ATTEMPT_MS = const((30000, 20000, 120000))
_SEEING_MS = const(20)  # between two steps of a look
_EVENTS_MAX = const(8)  # kept for who awaits changes and is late

_RESET = const(104)  # ECONNRESET


def begin(control, keeper):
    """From now on `keeper` keeps the device connected, in place of an earlier one."""
    with _connectwith.SchedulerLock():
        keeping.keep(control, keeper)
        keeper.adopt()


def pause(tries, base_ms, cap_ms):
    """See policy.Policy."""
    # Not `random`: a program may seed it with the same value on all devices.
    chance = int.from_bytes(os.urandom(4), "little")
    if tries < 0:
        return (chance & 0xFFFF) * base_ms >> 16
    return _connectwith.backoff_ms(tries, base_ms, cap_ms, chance)


def _is_same(one, other):
    """Whether two NICs differ in no more than their secrets, which look different each time that
    they are sealed."""
    for name in nic.BLOCKS[nic.link_of(one["interface"])]:
        if name == "wificonfig" and one.get("networks") and other.get("networks"):
            continue  # whichever of the stored networks was joined
        block, peer = one.get(name) or {}, other.get(name) or {}
        for key in ("ssid", "ip", "address", "port", "apn"):
            if block.get(key) != peer.get(key):
                return False
    return True


class Job(job.Job):
    """One attempt. The policy makes the pauses."""

    is_reconnect = True
    others = False  # whether there is another link to be tried

    def has_next(self):
        return self.others


class Keeper:
    """`kinds`: the classes of link, the preferred one first, `free` of them unmetered. `nics`: for
    each the normalised NIC, or None for the stored one. `times`: see policy.Policy. `health`: ms
    of silence before PINGREQ, and for its answer."""

    def __init__(self, control, kinds, free, nics, times, health, callback):
        self.kinds = kinds
        self.results = [None] * len(kinds)  # of the last attempt over each
        self.events = []
        self.told = 0  # how many events there have been
        self.waiting = []  # functions that are called at each event
        self.since_s = self.moves = 0
        self.why = "started"
        self.seconds = 0  # since the start
        self._counted_ms = time.ticks_ms()
        self.policy = policy.Policy(len(kinds), free, times, pause, self._counted_ms)
        self._control = control
        self._nics = nics
        self._health = health + (health[1] // 2,)  # a message may be unacknowledged for so long
        self._callback = callback
        self._called = 0  # how many events the callback has had
        self._look = None
        self._roaming = None  # from the first session over Wi-Fi on
        self._roams = False  # the attempt is for another access point of the same link
        self.ended = False

    def adopt(self):
        """Takes over a session over a link of the list, with the same settings."""
        control = self._control
        if not control.is_connected():
            return
        live = control.live
        index = self.index(live.kind)
        if index < 0 or not _is_same(live.nic, self._nic(index)):
            return  # it goes on until there is a session over a link of the list
        self.policy.adopt(index, time.ticks_ms())
        self._watch_path()
        self._begin_roaming(live.kind)
        self._note("connected", index, results.SERVER_CONNECTED, "connected already")

    def stop(self):
        """A connection stays as it is."""
        with _connectwith.SchedulerLock():
            if not self.ended:
                keeping.keep(self._control, None)

    def index(self, kind):
        """The candidate of a class of link, -1: it is none."""
        for index in range(len(self.kinds)):
            if self.kinds[index] == kind:
                return index
        return -1

    # -- what the controller calls

    def connected(self, kind):
        now_ms = time.ticks_ms()
        index = self.index(kind)
        before = self.policy.current
        was_offline = self.policy.state == policy.TRYING
        if not self.policy.handle(policy.CONNECTED, index, now_ms):
            return
        self._end_look()
        self._watch_path()
        self._begin_roaming(kind)
        if self._roams:
            self._roams = False
            self.moves += 1
            self._note("moved", index, results.SERVER_CONNECTED, "stronger access point", index)
        elif was_offline:
            why = "others failed" if index else "preferred"
            self._note("connected", index, results.SERVER_CONNECTED, why)
        else:
            self.moves += 1
            self._note("moved", index, results.SERVER_CONNECTED, "preferred", before)

    def failed(self, kind, result):
        index = self.index(kind)
        self._roams = False
        if self.policy.handle(policy.FAILED, index, time.ticks_ms()):
            self._note("failed", index, result)

    def lost(self, kind, result):
        index = self.index(kind)
        diag = self._control.diag
        closed = diag.loss == "closed by the server" or diag.loss_code == _RESET
        event = policy.CLOSED if closed else policy.LOST
        if self.policy.handle(event, index, time.ticks_ms()):
            self._end_look()
            self._end_roaming()
            self._note("lost", index, result, "lost")

    def dropped(self):
        if self.ended:
            return
        self.ended = True
        self._end_look()
        self._end_roaming()
        self._note("ended", self.policy.current, None, "ended")
        if self._callback is not None:
            # Not at once: the call of the user's that has ended this has not done its work yet.
            try:
                micropython.schedule(Keeper._tell_end, self)
            except RuntimeError as error:  # the queue is full
                sys.print_exception(error)

    def poll(self, now_ms):
        self.count(now_ms)
        if self._called < self.told and self._tell():
            return 0  # the callback may have changed anything
        wait_ms = self._poll_look(now_ms)
        action = self.policy.poll(now_ms)
        if self.policy.state == policy.LIVE and self._roaming is not None:
            roam_ms = self._roaming.poll(now_ms)
            if self._roaming.target is not None:
                self._roam(now_ms)
                return -1
            wait_ms = roam_ms if wait_ms < 0 else min(wait_ms, roam_ms)
        if action == policy.LOOK:
            self._begin_look(self.policy.target)
            return _SEEING_MS
        if action:
            self._begin(self.policy.target)
            return -1
        return self.policy.wait_ms if wait_ms < 0 else min(wait_ms, self.policy.wait_ms)

    def count(self, now_ms):
        """Counts the seconds. The ticks wrap after 12 days."""
        passed_s = time.ticks_diff(now_ms, self._counted_ms) // 1000
        if passed_s > 0:
            self.seconds += passed_s
            self._counted_ms = time.ticks_add(self._counted_ms, passed_s * 1000)

    # -- what it does

    def _nic(self, index):
        config = self._nics[index]
        if config is None:
            kind = self.kinds[index]
            config = settings.fill({"interface": nic.NAMES[kind][1]}, kind)
        return config

    def _begin(self, index, config=None):
        """Begins an attempt over candidate `index`, with its own NIC if none is given."""
        self._end_look()
        kind = self.kinds[index]
        others = len(self.kinds) > 1
        timeout_ms = _ATTEMPT_MS[kind] if others else job.default_ms(kind)
        try:
            config = config or self._nic(index)
            following = Job(config, kind, job.server_settings(), timeout_ms)
        except (OSError, RuntimeError, ValueError) as error:
            sys.print_exception(error)
            self.policy.handle(policy.FAILED, index, time.ticks_ms())
            self._note("failed", index, results.NOT_CONNECTED)
            self._control.keeping.ask()
            return
        following.others = others
        if self._control.is_connected():
            from connectwith.connection import move

            move.begin(self._control, following)
        else:
            self._control.schedule(following)

    def _begin_roaming(self, kind):
        if kind != nic.WIFI:
            self._end_roaming()
            return
        if self._roaming is None:
            from connectwith.uplink.roaming import Roaming

            self._roaming = Roaming(self._control)
        self._roaming.begin(time.ticks_ms())

    def _end_roaming(self):
        if self._roaming is not None:
            self._roaming.end()

    def _roam(self, now_ms):
        """Changes to another access point. Messages are carried over."""
        if self.policy.handle(policy.ROAMS, self.policy.current, now_ms):
            self._roaming.leave(now_ms)
            self._roams = True
            self._begin(self.policy.target, self._control.live.nic)

    def _watch_path(self):
        self._control.session.mqtt.watch_path(*self._health)

    def _begin_look(self, index):
        from connectwith.uplink import look

        self._look = look.Look(self._control, self.kinds[index], self._nic(index))

    def _poll_look(self, now_ms):
        """The ms until the next step of the look, -1: there is none."""
        if self._look is None:
            return -1
        if self.policy.state != policy.LOOKING:
            self._end_look()
            return -1
        found = self._look.poll()
        if found is None:
            return _SEEING_MS
        self.policy.handle(policy.SEEN if found else policy.UNSEEN, self.policy.target, now_ms)
        self._end_look()
        return -1

    def _end_look(self):
        look = self._look
        self._look = None
        if look is not None:
            call(look.end)

    # -- what it tells

    def _note(self, what, index, result, why=None, before=-1):
        event = {"event": what, "interface": self.name(index)}
        if result is not None:
            event["result"] = self.results[index] = result
        if before >= 0:
            event["before"] = self.name(before)
        if why is not None:
            self.count(time.ticks_ms())
            self.since_s = self.seconds
            self.why = why
        if len(self.events) >= _EVENTS_MAX:
            self.events.pop(0)
        self.events.append(event)
        self.told += 1
        for wake in self.waiting:
            wake()

    def name(self, index):
        """The name of the interface of a candidate; -1: None."""
        if index < 0:
            return None
        config = self._nics[index]
        return nic.NAMES[self.kinds[index]][1] if config is None else config["interface"]

    def after(self, count):
        """The oldest event behind the first `count` that is still kept, and its number."""
        first = self.told - len(self.events)
        at = max(count, first)
        return (dict(self.events[at - first]), at + 1) if at < self.told else (None, count)

    def present(self):
        """An event that says over which interface the device is connected, or None."""
        if self.policy.current < 0:
            return None
        return {
            "event": "connected",
            "interface": self.name(self.policy.current),
            "result": results.SERVER_CONNECTED,
        }

    def _tell(self):
        """Passes one event to the callback. Returns whether there is a callback."""
        event, self._called = self.after(self._called)
        if self._callback is None:
            self._called = self.told
            return False
        call(self._callback, event)
        return True

    def _tell_end(self):
        while self._called < self.told and self._tell():
            pass
