# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Policy: which link a device uses when, as a state machine without input or output.

The owner passes events and the time (`time.ticks_ms()`, which wraps) to `handle()`, and calls
`poll()` after each event and whenever `wait_ms` is over. `poll()` returns the action that is due:
_TRY, _LOOK or _MOVE, each for the candidate `target`.

A candidate is a link, known by its index. Index 0 is the preferred one. The first `free` ones are
unmetered, the others are metered: a metered link comes after every unmetered one.
"""

from time import ticks_add, ticks_diff

from micropython import const

# Theory. A device is offline, or it has one live session over `current`. Offline it makes one
# attempt after the other; it never gives up. With a session it looks whether a better link works,
# and moves there with the session kept until the new one is open ("make before break").
#
# 1. A link that has failed is tried again after a pause that doubles. Of the links that are due,
#    the one with the fewest tries in this outage comes first, then the unmetered one, then the one
#    that is not left alone, then the preferred one. So no link waits for ever behind another.
# 2. An outage ends when a session has held for _STABLE_MS. A session that ends sooner is one more
#    try of its link.
# 3. Each loss adds to the penalty of its link, which decays exponentially (route flap damping, RFC
#    2439). From _LEFT_ALONE_AT on until it is below _REUSED_BELOW the link is left alone: the
#    device does not move to it. Offline it is still tried, behind the others. The penalty is
#    bounded, and so is that time.
# 4. The device moves to a better link only when each look for as long as `failback_ms`, and at
#    least that long after the last change, has found it good.
# 5. A metered link is entered when the others have failed for `enter_ms`. It is left for an
#    unmetered one that has been good for `leave_ms`. If it is lost, it is dialled again at once.
# 6. Every state has a deadline, so a result that never comes is not waited for.

# States. These constants and those of keeper.py and status.py are the same; a test compares them.
_PAUSED = const(0)  # offline; the next attempt has its time
_TRYING = const(1)  # offline; an attempt over `target` runs
_LIVE = const(2)  # a session over `current`
_LOOKING = const(3)  # the same, and the owner finds out whether `target` is good
_MOVING = const(4)  # the same, and an attempt over `target` runs beside it

# Events from the owner. LOST, CLOSED and ROAMS concern `current`, the others `target`.
_CONNECTED = const(0)  # the attempt has succeeded
_FAILED = const(1)  # the attempt has failed
_LOST = const(2)  # the session has ended because the link or the path is dead
_CLOSED = const(3)  # the server has ended the session; the link may be good
_SEEN = const(4)  # the look has found a good link, or cannot tell
_UNSEEN = const(5)  # it has not
_ROAMS = const(9)  # the owner closes the session, for an attempt over the same link
# Events of time: the deadline is over, and ...
_DUE = const(6)  # ... something is to be done
_GOOD = const(7)  # ... a better link has been good for long enough
_REST = const(8)  # ... there is nothing to do

# Actions.
_NOTHING = const(0)
_TRY = const(1)
_LOOK = const(2)
_MOVE = const(3)

_LOSS = const(1000)  # the penalty of a link that was lost, and of a move that has failed
_CLOSURE = const(500)  # of a session that the server has ended

# In each row: the state, the event, the next state, the method that makes the change, and its
# argument. An event without a row is late, and is ignored.
TABLE = const(
    (
        (_PAUSED, _DUE, _TRYING, "_begin", _TRY),
        (_TRYING, _CONNECTED, _LIVE, "_arrive", 0),
        (_TRYING, _FAILED, _PAUSED, "_fail", 0),
        (_TRYING, _DUE, _PAUSED, "_fail", 0),
        (_LIVE, _DUE, _LOOKING, "_begin", _LOOK),
        (_LIVE, _GOOD, _MOVING, "_begin", _MOVE),
        (_LIVE, _REST, _LIVE, "_rest", 0),
        (_LIVE, _LOST, _PAUSED, "_drop", _LOSS),
        (_LIVE, _CLOSED, _PAUSED, "_drop", _CLOSURE),
        (_LIVE, _ROAMS, _TRYING, "_roam", 0),
        (_LOOKING, _SEEN, _LIVE, "_see", True),
        (_LOOKING, _UNSEEN, _LIVE, "_see", False),
        (_LOOKING, _DUE, _LIVE, "_see", False),
        (_LOOKING, _LOST, _PAUSED, "_drop", _LOSS),
        (_LOOKING, _CLOSED, _PAUSED, "_drop", _CLOSURE),
        (_MOVING, _CONNECTED, _LIVE, "_arrive", 0),
        (_MOVING, _FAILED, _LIVE, "_stay", 0),
        (_MOVING, _DUE, _LIVE, "_stay", 0),
        (_MOVING, _LOST, _TRYING, "_drop", _LOSS),  # the attempt goes on, in place of the session
        (_MOVING, _CLOSED, _TRYING, "_drop", 0),  # so a server replaces the older of two sessions
    )
)

_STABLE_MS = const(30000)
_PAUSE_MS = const(1000)  # the longest pause after the first try; it doubles each time, up to:
_LONGEST_MS = const(64000)
_LONGEST_METERED_MS = const(300000)  # each try costs money: a TLS handshake is 6 KB
_TRIES_MAX = const(20)  # the pauses have stopped growing long before

_LEFT_ALONE_AT = const(2500)  # the third loss within some minutes
_REUSED_BELOW = const(1000)
_PENALTY_MAX = const(8000)  # after it three half-lives lead below _REUSED_BELOW: 15 minutes
_DECAY_MS = const(18750)  # 16 of these steps are the half-life, 5 minutes
_DECAY_1024 = const(981)  # 1024 * 2 ** (-1 / 16)

_RESULT_MS = const(300000)  # of an attempt, which has its own deadline of at most 2 minutes
_LOOK_MS = const(20000)
_LOOKS = const(4)  # while a better link has to be good
_SHORTEST_MS = const(250)  # between two looks
_LONGEST_LOOK_MS = const(10000)
_REST_MS = const(3600000)


class Policy:
    """`state`, `current` and `target` are as above; -1: none. `wait_ms`: after `poll()`, the time
    until the next one. `good`: for each candidate since when looks have found it good, or None."""

    def __init__(self, count, free, times, pause, now_ms):
        """`count` candidates, the first `free` of them unmetered. `times`: (failback, enter,
        leave) in ms, each at most a day. `pause(tries, base, cap)`: a random pause in ms, uniform
        over the upper half of the window base * 2 ** tries, which is at most cap; with `tries` < 0
        over all of the window base. The first try is due at once."""
        self.state = _PAUSED
        self.current = self.target = -1
        self.wait_ms = 0
        self.left_alone = 0  # a bit for each candidate
        self.penalties = [0] * count
        self.good = [None] * count
        self.free = free
        self._times = times
        self._pause = pause
        self._due = self._offline = self._decayed = self._arrived = now_ms
        self._stable = True  # no outage lasts
        self._entered = False  # the others have failed for long enough
        self._tries = [0] * count  # in this outage
        # Offline: not before. With a session: when it was looked at last.
        self._after = [now_ms] * count

    def adopt(self, link, now_ms):
        """There is a session over `link` already."""
        self.state = _LIVE
        self.target = link
        self._stable = False
        self._arrive(now_ms, 0)

    def handle(self, event, link, now_ms):
        """An event that concerns candidate `link`. Returns whether it was expected."""
        self._age(now_ms)
        concerned = self.current if event in (_LOST, _CLOSED, _ROAMS) else self.target
        if link < 0 or link != concerned:
            return False
        return self._follow(event, now_ms) is not None

    def poll(self, now_ms):
        """The action that is due, or 0."""
        self._age(now_ms)
        action = _NOTHING
        while not action and ticks_diff(self._due, now_ms) <= 0:
            event = _DUE
            if self.state == _PAUSED:
                self.target = self._next(now_ms)
            elif self.state == _LIVE:
                event = self._next_look(now_ms)
            action = self._follow(event, now_ms)
        self.wait_ms = ticks_diff(self._due, now_ms)
        return action

    def _follow(self, event, now_ms):
        """Makes the change of the table. Returns an action; None: there is no row."""
        for state, known, following, change, argument in TABLE:
            if state == self.state and known == event:
                self.state = following
                return getattr(self, change)(now_ms, argument) or _NOTHING
        return None

    def _age(self, now_ms):
        """What the time alone changes."""
        if self.current < 0 and ticks_diff(now_ms, self._offline) >= self._times[1]:
            self._entered = True
        if not self._stable and self.current >= 0:
            if ticks_diff(now_ms, self._arrived) >= _STABLE_MS:
                self._stable = True
                for i in range(len(self._tries)):
                    self._tries[i] = 0
        while ticks_diff(now_ms, self._decayed) >= _DECAY_MS:
            self._decayed = ticks_add(self._decayed, _DECAY_MS)
            for i in range(len(self.penalties)):
                self.penalties[i] = self.penalties[i] * _DECAY_1024 >> 10
                if self.penalties[i] < _REUSED_BELOW:
                    self.left_alone &= ~(1 << i)

    def _begin(self, now_ms, action):
        """The action begins, over `target`."""
        self._due = ticks_add(now_ms, _LOOK_MS if action == _LOOK else _RESULT_MS)
        if action == _TRY:
            self._stable = False
        elif action == _LOOK:
            self._after[self.target] = now_ms
        return action

    # -- offline

    def _next(self, now_ms):
        """The candidate to be tried, of those that are due."""
        best = least = -1
        for i in range(len(self._tries)):
            if ticks_diff(self._start_of(i), now_ms) <= 0:
                order = self._tries[i] << 2 | (i >= self.free) << 1 | (self.left_alone >> i & 1)
                if best < 0 or order < least:
                    best, least = i, order
        return best

    def _start_of(self, i):
        """When candidate `i` may be tried."""
        after = self._after[i]
        if not self._entered and i >= self.free > 0:
            entered = ticks_add(self._offline, self._times[1])
            if ticks_diff(entered, after) > 0:
                return entered
        return after

    def _pause_tries(self):
        """Sets the deadline to the next try."""
        self.target = -1
        self._due = self._start_of(0)
        for i in range(1, len(self._tries)):
            if ticks_diff(self._start_of(i), self._due) < 0:
                self._due = self._start_of(i)

    def _fail(self, now_ms, _):
        self._count(self.target, now_ms)
        self._pause_tries()

    def _count(self, i, now_ms):
        """One more try of `i` has failed."""
        tries = max(self._tries[i], 0)
        cap_ms = _LONGEST_MS if i < self.free else _LONGEST_METERED_MS
        self._after[i] = ticks_add(now_ms, self._pause(tries, _PAUSE_MS, cap_ms))
        self._tries[i] = min(tries + 1, _TRIES_MAX)

    def _drop(self, now_ms, penalty):
        """The session over `current` has ended."""
        lost = self.current
        metered = lost >= self.free
        self.current = -1
        self._penalise(lost, penalty)
        # All devices of a site, or of a broker, lose it at the same time.
        resumed = ticks_add(now_ms, self._pause(-1, _PAUSE_MS, _PAUSE_MS))
        for i in range(len(self._after)):
            if self._stable or ticks_diff(resumed, self._after[i]) > 0:
                self._after[i] = resumed
        if not self._stable or not (penalty == _CLOSURE or metered):
            self._count(lost, resumed if len(self._tries) > 1 else now_ms)  # behind the others
        else:
            self._tries[lost] = -1  # the same link comes first
            if metered:
                self._after[lost] = now_ms  # a modem would be switched off meanwhile
        if self._stable:
            self._offline = now_ms
            self._entered = metered
        self._stable = False
        if self.state == _PAUSED:
            self._pause_tries()
        else:
            self._due = ticks_add(now_ms, _RESULT_MS)

    def _roam(self, now_ms, _):
        link = self.current
        self._drop(now_ms, 0)
        self._tries[link] = -1
        self.target = link

    def _penalise(self, i, penalty):
        penalty = min(self.penalties[i] + penalty, _PENALTY_MAX)
        self.penalties[i] = penalty
        if penalty >= _LEFT_ALONE_AT:
            self.left_alone |= 1 << i

    # -- a session is there

    def _arrive(self, now_ms, _):
        self.current = self.target
        self._arrived = now_ms
        for i in range(len(self.good)):
            self.good[i] = None
        self._rest(now_ms, 0)

    def _needed_ms(self, i):
        """For how long candidate `i` has to be good."""
        return self._times[2 if i < self.free <= self.current else 0]

    def _next_look(self, now_ms):
        """Chooses the better link to be moved to or looked at. Returns the event of time."""
        oldest = -1
        for i in range(self.current):
            if self.left_alone >> i & 1:
                self.good[i] = None
                continue
            good = self.good[i]
            if good is not None and ticks_diff(now_ms, good) >= self._needed_ms(i):
                self.target = i
                return _GOOD
            if oldest < 0 or ticks_diff(self._after[i], self._after[oldest]) < 0:
                oldest = i
        self.target = oldest
        return _REST if oldest < 0 else _DUE

    def _rest(self, now_ms, _):
        """Sets the deadline of the next look, or of a move."""
        self.target = -1
        shortest_ms = _REST_MS
        for i in range(self.current):
            if self.left_alone >> i & 1:
                wait_ms = _DECAY_MS
            else:
                needed_ms = self._needed_ms(i)
                wait_ms = min(max(needed_ms // _LOOKS, _SHORTEST_MS), _LONGEST_LOOK_MS)
                if self.good[i] is not None:
                    left_ms = needed_ms - ticks_diff(now_ms, self.good[i])
                    wait_ms = min(wait_ms, max(left_ms, 0))
            shortest_ms = min(shortest_ms, wait_ms)
        self._due = ticks_add(now_ms, shortest_ms)

    def _see(self, now_ms, found):
        """The look has ended."""
        if not found:
            self.good[self.target] = None
        elif self.good[self.target] is None:
            self.good[self.target] = now_ms
        self._rest(now_ms, 0)

    def _stay(self, now_ms, _):
        """The move has failed."""
        self._penalise(self.target, _LOSS)
        self._see(now_ms, False)
