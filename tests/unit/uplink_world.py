# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A small world for uplink.policy: links that are good or bad, attempts, looks, and a clock whose
ticks wrap. It is the owner of the policy, and keeps a record of what the policy did."""

import random

from clockwork import PERIOD
from connectwith.uplink import policy

PAUSED, TRYING, LIVE, LOOKING, MOVING = range(5)
CONNECTED, FAILED, LOST, CLOSED, SEEN, UNSEEN = range(6)
ROAMS = 9
NOTHING, TRY, LOOK, MOVE = range(4)

ATTEMPT_MS = 8000  # the longest
NOTICED_MS = 15_000  # after which a dead link is noticed at the latest


def middle(tries, base, cap):
    """Pauses without chance: three quarters of the window, or half of the first one."""
    return base // 2 if tries < 0 else min(base << tries, cap) * 3 // 4


class World:
    """`good`: for each link whether it works. `record`: (ms, action or event, link)."""

    def __init__(self, count, free, times, start_ms=0, seed=0, pause=middle):
        self.chance = random.Random(seed)
        self.start_ms = start_ms
        self.now_ms = 0  # since the start; does not wrap
        self.good = [True] * count
        self.server = True
        self.record = []
        self.pending = []  # (ms, event, link), what the owner will tell
        self.policy = policy.Policy(count, free, times, pause, start_ms % PERIOD)

    @property
    def ticks(self):
        return (self.start_ms + self.now_ms) % PERIOD

    def settle(self):
        """Does what is due now. Returns the ms until the next thing is due."""
        while True:
            action = self.policy.poll(self.ticks)
            assert action or 0 < self.policy.wait_ms <= 3_600_000, "stuck"
            if action:
                self.record.append((self.now_ms, action, self.policy.target))
                self.begin(action, self.policy.target)
            due = [entry for entry in self.pending if entry[0] <= self.now_ms]
            if not due and not action:
                break
            for entry in sorted(due, key=lambda entry: entry[0]):
                self.pending.remove(entry)
                self.tell(*entry[1:])
        later = [entry[0] - self.now_ms for entry in self.pending]
        return min([self.policy.wait_ms, *later])

    def begin(self, action, link):
        """Starts what the policy wants."""
        events = (SEEN, UNSEEN, CONNECTED, FAILED)
        self.pending = [entry for entry in self.pending if entry[1] not in events]
        works = self.good[link]
        if action == LOOK:
            took_ms = self.chance.randrange(1, 2000)
            self.pending.append((self.now_ms + took_ms, SEEN if works else UNSEEN, link))
            return
        works = works and self.server
        took_ms = self.chance.randrange(1, ATTEMPT_MS)
        event = CONNECTED if works else FAILED
        self.pending.append((self.now_ms + took_ms, event, link))

    def tell(self, event, link):
        """Passes an event, as the truth is now."""
        if event == CONNECTED and not (self.good[link] and self.server):
            event = FAILED
        if event == LOST and self.good[link]:
            return
        if self.policy.handle(event, link, self.ticks):
            self.record.append((self.now_ms, event + 10, link))

    def turn(self, link, good):
        """A link begins or ceases to work."""
        self.good[link] = good
        if not good:
            self.pending = [e for e in self.pending if e[1] != LOST or e[2] != link]
            when = self.now_ms + self.chance.randrange(1, NOTICED_MS)
            self.pending.append((when, LOST, link))

    def run(self, duration_ms, watch=None):
        """Lets time pass."""
        end_ms = self.now_ms + duration_ms
        while True:
            wait_ms = self.settle()
            if watch is not None:
                watch(self)
            if self.now_ms + wait_ms > end_ms:
                self.now_ms = end_ms
                return
            self.now_ms += wait_ms
            # A link that has died under a session is noticed, too, if it was dead before.
            current = self.policy.current
            if current >= 0 and not self.good[current]:
                if not any(entry[1] == LOST for entry in self.pending):
                    self.turn(current, False)
