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
from connectwith.connection import job
from connectwith.links import retry_limits
from connectwith.settings import nic
from connectwith.uplink import policy

# As in policy.py.
_TRYING = const(1)
_LIVE = const(2)
_LOOKING = const(3)
_MOVING = const(4)
_CONNECTED = const(0)
_FAILED = const(1)
_LOST = const(2)
_CLOSED = const(3)
_SEEN = const(4)
_UNSEEN = const(5)
_ROAMS = const(9)
_LOOK = const(2)

# How long an attempt may take if another link can be tried, by class of link.
_ATTEMPT_MS = const((30000, 20000, 120000))
_SEEING_MS = const(20)  # between two steps of a look

# Events are kept as one int each, which takes no heap: what has happened, the candidate, that of
# before, the result, each of the last three plus one, in so many bits.
_EVENTS_MAX = const(8)  # kept for who awaits changes and is late
_WHAT = const(("connected", "moved", "lost", "failed", "ended"))
_IS_CONNECTED = const(0)
_IS_MOVED = const(1)
_IS_LOST = const(2)
_HAS_FAILED = const(3)
_HAS_ENDED = const(4)


class Keeper:
    """`kinds`: the classes of link, the preferred one first, `free` of them unmetered. `nics`: for
    each the normalised NIC, or None for the stored one. `times`: see policy.Policy. `health`: see
    watch_path() of the MQTT client."""

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
        self.policy = policy.Policy(len(kinds), free, times, _pause, self._counted_ms)
        self._control = control
        self._nics = nics
        self._health = health
        self._callback = callback
        self._called = 0  # how many events the callback has had
        self._look = None
        self._roaming = None  # from the first session over Wi-Fi on
        self._roams = False  # the attempt is for another access point of the same link
        self.ended = False
        self.replaced = False  # by another keep(), so the end is not told to the callback

    # -- what the controller calls

    def connected(self, kind):
        before = self.policy.current
        if self._handle(_CONNECTED, kind):
            self.watch()
            if self._roams:
                self._roams = False
                self.moves += 1
                index = self.policy.current
                why = "stronger access point"
                self.note(_IS_MOVED, index, results.SERVER_CONNECTED, why, index)
            elif before < 0:
                why = "others failed" if self.policy.current else "preferred"
                self.note(_IS_CONNECTED, self.policy.current, results.SERVER_CONNECTED, why)
            else:
                self.moves += 1
                index = self.policy.current
                self.note(_IS_MOVED, index, results.SERVER_CONNECTED, "preferred", before)

    def failed(self, kind, result):
        self._roams = False
        if self._handle(_FAILED, kind):
            self.note(_HAS_FAILED, self.index(kind), result)

    def lost(self, kind, result):
        diag = self._control.diag
        closed = retry_limits.is_closed(diag.loss, diag.loss_code)
        if self._handle(_CLOSED if closed else _LOST, kind):
            self._end_roaming()
            self.note(_IS_LOST, self.index(kind), result, "lost")

    def dropped(self):
        if self.ended:
            return
        self.ended = True
        self._end_look()
        self._end_roaming()
        self.note(_HAS_ENDED, self.policy.current if self._control.is_connected() else -1)
        if self._callback is None:
            return
        # Not at once: the call of the user's that has ended this has not done its work yet.
        try:
            micropython.schedule(_tell_all, [self])
        except RuntimeError as error:  # the queue is full
            sys.print_exception(error)

    def poll(self, now_ms):
        self.count(now_ms)
        if self._called < self.told:
            self.tell()
            return 0  # the callback may have changed anything
        if self._catch_up():
            return 0
        wait_ms = -1
        if self._look is not None:
            wait_ms = self._poll_look()
        action = self.policy.poll(now_ms)
        if self.policy.state == _LIVE and self._roaming is not None:
            roam_ms = self._roaming.poll(now_ms)
            if self._roaming.target is not None:
                self._roam(now_ms)
                return -1
            wait_ms = roam_ms if wait_ms < 0 else min(wait_ms, roam_ms)
        if not action:
            return self.policy.wait_ms if wait_ms < 0 else min(wait_ms, self.policy.wait_ms)
        self._end_look()
        if action == _LOOK:
            from connectwith.uplink import look

            index = self.policy.target
            self._look = look.Look(self._control, self.kinds[index], self.nic(index))
            return _SEEING_MS
        self._begin(self.policy.target)
        return -1

    # -- what it does

    def _catch_up(self):
        """Tells the policy what it does not know, because an error (no memory) or Ctrl-C has come
        before. No attempt runs now. Returns whether there was something."""
        state = self.policy.state
        control = self._control
        if state in (_TRYING, _MOVING):
            kind = self.kinds[self.policy.target]
            if control.is_connected() and control.live.kind == kind:
                self.connected(kind)
            else:
                self.failed(kind, results.NOT_CONNECTED)
        elif state in (_LIVE, _LOOKING) and not control.is_connected():
            self.lost(self.kinds[self.policy.current], results.NOT_CONNECTED)
        else:
            return False
        return True

    def _handle(self, event, kind):
        """Whether the policy has expected an event of a class of link."""
        if not self.policy.handle(event, self.index(kind), time.ticks_ms()):
            return False
        self._end_look()
        return True

    def _begin(self, index, config=None):
        """Begins an attempt over candidate `index`, with its own NIC if none is given."""
        kind = self.kinds[index]
        others = len(self.kinds) > 1
        timeout_ms = _ATTEMPT_MS[kind] if others else job.default_ms(kind)
        try:
            config = config or self.nic(index)
            following = job.Job(config, kind, job.server_settings(), timeout_ms)
        except Exception as error:  # the session over another link must not end because of it
            sys.print_exception(error)
            self.failed(kind, results.NOT_CONNECTED)
            self._control.keeping.ask()
            return
        following.is_reconnect = True  # the policy makes the pauses
        following.has_others = others
        if self._control.is_connected():
            from connectwith.connection import move

            move.begin(self._control, following)
        else:
            self._control.schedule(following)

    def watch(self):
        """Begins to watch path and signal of the session."""
        self._control.session.mqtt.watch_path(*self._health)
        if self._control.live.kind != nic.WIFI:
            self._end_roaming()
            return
        if self._roaming is None:
            from connectwith.uplink import roaming

            self._roaming = roaming.Roaming(self._control)
        self._roaming.begin(time.ticks_ms())

    def _end_roaming(self):
        if self._roaming is not None:
            self._roaming.end()

    def _roam(self, now_ms):
        """Changes to another access point. Messages are carried over."""
        if self.policy.handle(_ROAMS, self.policy.current, now_ms):
            self._roaming.leave(now_ms)
            self._roams = True
            self._begin(self.policy.target, self._control.live.nic)

    def _poll_look(self):
        """The ms until the next step of the look, -1: it has ended."""
        if self.policy.state == _LOOKING:
            found = self._look.poll()
            if found is None:
                return _SEEING_MS
            self._handle(_SEEN if found else _UNSEEN, self.kinds[self.policy.target])
        self._end_look()
        return -1

    def _end_look(self):
        look = self._look
        self._look = None
        if look is not None:
            call(look.end)

    # -- what it tells

    def note(self, what, index, result=-1, why=None, before=-1):
        """An event, to be told later. `why`: what status() says from now on."""
        if result >= 0:
            self.results[index] = result
        if why is not None:
            self.count(time.ticks_ms())
            self.since_s = self.seconds
            self.why = why
        if len(self.events) >= _EVENTS_MAX:
            self.events.pop(0)
        self.events.append(what | index + 1 << 3 | before + 1 << 6 | result + 1 << 9)
        self.told += 1
        for wake in self.waiting:
            wake()

    def count(self, now_ms):
        """Counts the seconds. The ticks wrap after 12 days."""
        passed_s = time.ticks_diff(now_ms, self._counted_ms) // 1000
        if passed_s > 0:
            self.seconds += passed_s
            self._counted_ms = time.ticks_add(self._counted_ms, passed_s * 1000)

    def index(self, kind):
        """The candidate of a class of link, -1: it is none."""
        return self.kinds.index(kind) if kind in self.kinds else -1

    def nic(self, index):
        """The NIC of a candidate."""
        kind = self.kinds[index]
        return self._nics[index] or settings.fill({"interface": nic.NAMES[kind][1]}, kind)

    def name(self, index):
        """The name of the interface of a candidate; -1: None."""
        if index < 0:
            return None
        config = self._nics[index]
        return nic.NAMES[self.kinds[index]][1] if config is None else config["interface"]

    def after(self, count):
        """The oldest event behind the first `count` that is still kept, as a dict, and its
        number."""
        first = self.told - len(self.events)
        at = max(count, first)
        if at >= self.told:
            return None, count
        packed = self.events[at - first]
        event = {"event": _WHAT[packed & 7], "interface": self.name((packed >> 3 & 7) - 1)}
        if packed >> 9:
            event["result"] = (packed >> 9) - 1
        if packed >> 6 & 7:
            event["before"] = self.name((packed >> 6 & 7) - 1)
        return event, at + 1

    def tell(self):
        """Passes one event to the callback."""
        event, self._called = self.after(self._called)
        if self._callback is None:
            self._called = self.told
        elif not (self.replaced and event["event"] == _WHAT[_HAS_ENDED]):
            call(self._callback, event)


def _tell_all(held):
    # The scheduler's queue keeps an argument until its place is needed again.
    keeper = held.pop()
    while keeper._called < keeper.told:
        keeper.tell()


def _pause(tries, base_ms, cap_ms):
    """See policy.Policy."""
    # Not `random`: a program may seed it with the same value on all devices.
    chance = int.from_bytes(os.urandom(4), "little")
    if tries < 0:
        return (chance & 0xFFFF) * base_ms >> 16
    return _connectwith.backoff_ms(tries, base_ms, cap_ms, chance)
