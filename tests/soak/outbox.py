# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The kept messages of one board of a soak: none lost, none out of order, doubles with one ID."""

import ast
import json
import time

from violation import Violation

ARRIVE_S = 30.0
BEGINS = "agent/kept"
# Of the outbox, in bytes: the first two are full after some messages.
SIZES = (1024, 4096, 65536)
PADS = (8, 100, 300)


class Ledger:
    """What was accepted, and what has come to the broker."""

    def __init__(self) -> None:
        self.accepted: list[int] = []
        self.came: list[int] = []  # each one once, in the order of its first arrival
        self.doubles = 0
        self._ids: dict[int, tuple] = {}  # by message
        self._highest: dict[str, int] = {}  # by outbox

    def accept(self, number: int) -> None:
        """The call has returned 0. Numbers rise."""
        self.accepted.append(number)

    def arrive(self, payload: bytes) -> None:
        """The broker has got a message. AssertionError: it is not what it must be."""
        envelope = json.loads(payload)
        number, outbox, n = envelope["data"][0], envelope["outbox"], envelope["n"]
        if number in self._ids:
            assert self._ids[number] == (outbox, n), f"a double of {number} has another ID"
            self.doubles += 1
            return
        assert n > self._highest.get(outbox, 0), f"{number} has the number {n} of another message"
        self._highest[outbox] = n
        self._ids[number] = outbox, n
        self.came.append(number)
        place = len(self.came) - 1
        assert self.accepted[place : place + 1] == [number], (
            f"{number} came, but next was {self.accepted[place : place + 1]}"
        )

    def missing(self) -> list[int]:
        """What was accepted and has not come."""
        return self.accepted[len(self.came) :]

    def settle(self) -> None:
        """Forgets what has come, but not the IDs of the last messages: doubles may follow."""
        assert not self.missing()
        self.accepted.clear()
        self.came.clear()
        for number in list(self._ids)[:-64]:
            del self._ids[number]


class Outbox:
    """The steps of a board with kept messages. Methods raise Violation."""

    def __init__(self, player, tally) -> None:
        self._player = player
        self._tally = tally
        self._ledger = Ledger()
        self._number = 0
        self._seen = len(player.world.broker.messages)

    def size(self, size: int) -> None:
        """Sets its bound until the next boot."""
        self._player.run(f"imp.uplink.setoutbox({size})")

    def fill(self, count: int, pad: int) -> None:
        """Keeps some messages, whether it has room or not."""
        first, self._number = self._number + 1, self._number + count
        for line in self._player.run(f"fill({first}, {count}, {pad})", 60).splitlines():
            number, answer = ast.literal_eval(line)
            if answer == 0:
                self._ledger.accept(number)
                self._tally.kept += 1
            elif answer == 4:
                self._tally.refused += 1
            else:
                raise Violation(f"send with keep=True returned {answer}")

    def look(self) -> None:
        """Reads what has come to the broker."""
        topic = f"imp/{self._player.id}/{BEGINS}"
        news = self._player.world.broker.messages[self._seen :]
        self._seen += len(news)
        before = self._ledger.doubles
        try:
            for name, payload, _ in news:
                if name == topic:
                    self._ledger.arrive(payload)
        except AssertionError as error:
            raise Violation(f"kept message: {error}") from error
        self._tally.doubles += self._ledger.doubles - before

    def drain(self) -> None:
        """On a good connection: all that was accepted comes."""
        if self._player.value("forgive()"):
            self._tally.forgiven += 1
        self.fill(1, 8)
        end = time.monotonic() + ARRIVE_S
        while True:
            self.look()
            if not self._ledger.missing():
                break
            if time.monotonic() > end:
                state = self._player.value("imp.uplink.outbox()")
                raise Violation(f"kept messages lost: {self._ledger.missing()[:9]}; {state}")
            time.sleep(0.02)
        if not self._player.value(f"until(delivered, {int(ARRIVE_S * 1000)})", ARRIVE_S + 20):
            state = self._player.value("imp.uplink.outbox()")
            raise Violation(f"all kept messages have come, and the outbox has {state}")
        self._ledger.settle()
