# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board's end of the serial line to the simulated modem."""

import os
import select
import termios
import time
import tty

RATES = {115200: termios.B115200, 921600: termios.B921600, 9600: termios.B9600}


class Line:
    """The parts of a board that the modem uses: a pty in a folder, and this process."""

    running = True
    pid = os.getpid()

    def __init__(self, folder) -> None:
        self.dir = folder
        self.rate = 115200
        self.open()

    def open(self) -> None:
        self.fd, self._slave = os.openpty()
        tty.setraw(self._slave)
        (self.dir / "uart1").symlink_to(os.ttyname(self._slave))
        self.set_rate(self.rate)

    def close(self) -> None:
        (self.dir / "uart1").unlink()  # its number may soon be another terminal's
        os.close(self.fd)
        os.close(self._slave)

    def set_rate(self, rate: int) -> None:
        self.rate = rate
        settings = termios.tcgetattr(self.fd)
        settings[4] = settings[5] = RATES[rate]
        termios.tcsetattr(self.fd, termios.TCSANOW, settings)

    def read(self, timeout: float) -> bytes:
        ready, _, _ = select.select([self.fd], [], [], timeout)
        return os.read(self.fd, 4096) if ready else b""

    def write(self, data: bytes) -> None:
        os.write(self.fd, data)

    def until(self, end: bytes, timeout: float = 10.0, got: bytes = b"") -> bytes:
        """What comes up to `end`; got: what has come already."""
        deadline = time.monotonic() + timeout
        while end not in got and time.monotonic() < deadline:
            got += self.read(deadline - time.monotonic())
        assert end in got, got
        return got

    def is_heard(self, timeout: float = 10.0) -> None:
        """Until the modem, which is on, has its end of the line. No reply is owed after it."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self.write(b"AT\r")
            if b"OK\r\n" in self.read(0.2):
                break
        # One that has no other one's reply.
        self.write(b"AT+CGMM\r")
        self.until(b"OK\r\n", got=self.until(b"SIM7600").rpartition(b"SIM7600")[2])

    def at(self, command: bytes) -> bytes:
        """One command; its reply with its echo."""
        self.write(command + b"\r")
        return self.until(b"OK\r\n")
