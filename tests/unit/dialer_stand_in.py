# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Scripted resolvers and streams, for the dialer."""


class Resolver:
    """Answers with `script`, one entry for each poll; the last one stays."""

    addresses = ("192.0.2.7",)

    def __init__(self, *script):
        self.script = list(script)
        self.asked = []
        self.cancelled = 0

    def start(self, host):
        self.asked.append(host)

    def poll(self):
        assert self.asked, "polled before it was started"
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def count(self):
        return len(self.addresses)

    def address(self, index=0):
        return self.addresses[index]

    def cancel(self):
        self.cancelled += 1


class Stream:
    """A stream with scripted states, bytes and errors."""

    states = (2,)
    inbound = b""
    chunk = 1000  # bytes that a write takes
    error_code = 0
    flags = 0
    again = False
    refuse = None
    made = []

    def __init__(self):
        self.made.append(self)
        self.left = list(self.states)
        self.written = b""
        self.secured = None
        self.closed = False
        self.at = 0
        self.gap = False

    def connect(self, address, port, device):
        if self.refuse is not None:
            raise OSError(self.refuse, "no route")
        self.to = (address, port)
        self.device = device

    def poll(self):
        if self.secured:
            return 4
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]

    def secure(self, *arguments):
        assert self.secured is None
        self.secured = arguments

    def error(self):
        return self.error_code

    def verify_flags(self):
        return self.flags

    def retry(self):
        return self.again

    def write(self, data):
        took = min(self.chunk, len(data))
        self.written += bytes(data[:took])
        return took or None

    def count_message(self, out):
        self.counted = [*getattr(self, "counted", []), out]

    def readinto(self, buffer):
        self.gap = not self.gap
        if self.gap and self.chunk == 1:
            return None  # would block, every other time
        if self.at == len(self.inbound):
            return None
        buffer[0] = self.inbound[self.at]
        self.at += 1
        return 1

    def close(self):
        self.closed = True
