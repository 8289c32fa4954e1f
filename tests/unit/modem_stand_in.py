# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A stand-in for a SIM7600 with its power key: finding, starting and stopping it."""

from connectwith.links.modem import ppp
from modem_script import Pin, lines

OK = lines("OK")


class Modem:
    """Answers at `rate` while it is `on`.

    `in_call`: PPP is on the line; `by_ppp`: it hangs up when PPP says so, `escapes`: how many +++
    it takes. `deaf`: on, and says nothing. `said`: what it understood.
    """

    def __init__(self, clock, rate=115200, on=True):
        self.clock, self.rate, self.on = clock, rate, on
        self.in_call, self.by_ppp, self.escapes = False, True, 1
        self.deaf = False
        self.obeys = True  # AT+CPOF
        self.said, self.at_rates, self.pending = [], [], b""
        self.speed = 0
        self.boots_at_ms = None  # when it will answer
        self.off_at_ms = None
        self.answer_to = {}

    def tick(self):
        if self.boots_at_ms is not None and self.clock.now_ms >= self.boots_at_ms:
            self.on, self.boots_at_ms = True, None
        if self.off_at_ms is not None and self.clock.now_ms >= self.off_at_ms:
            self.on, self.off_at_ms = False, None

    # The UART.

    def write(self, data):
        self.tick()
        data = bytes(data)
        if not self.on or self.deaf or self.speed != self.rate:
            return
        if self.in_call:
            if data == ppp.TERMINATE and self.by_ppp:
                self.in_call, self.pending = False, lines("NO CARRIER")
            elif data == b"+++":
                self.escapes -= 1
                self.pending = b"~\xff}#\xc0!~"  # PPP goes on
                if not self.escapes:
                    self.in_call, self.pending = False, OK
            return
        if data.endswith(b"\r"):
            command = data[:-1].decode("latin-1")
            if command.startswith("AT"):
                self.said.append(command)
                self.pending += self.answer(command)

    def answer(self, command):
        if command in self.answer_to:
            return self.answer_to[command]
        if command.startswith("AT+IPR="):
            self.rate = int(command[7:])
        elif command == "AT+CPOF":
            if not self.obeys:
                return lines("ERROR")
            self.off_at_ms = self.clock.now_ms + 5000
        return OK

    def readinto(self, buffer):
        n = min(len(buffer), len(self.pending))
        buffer[:n], self.pending = self.pending[:n], self.pending[n:]
        return n or None

    def deinit(self):
        pass


class Key(Pin):
    """The power key: a short press starts, a long one stops."""

    modem = None

    def value(self, *level):
        super().value(*level)
        if level == (0,) and len(self.edges) > 1:
            long = self.edges[-1][0] - self.edges[-2][0] >= 2500
            modem = self.modem
            if long and modem.on:
                modem.off_at_ms = modem.clock.now_ms + 2000
            elif not long and not modem.on:
                modem.boots_at_ms = modem.clock.now_ms + 11000
        return self.level
