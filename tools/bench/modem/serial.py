# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The modem's end of the board's serial line, a pty that may come and go with the board."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
import time
from collections import deque
from pathlib import Path

from .clock import Send
from .line import chunks, resample

_TCGETS2 = 0x802C542A  # struct termios2 of Linux, whose last words are the two rates
_TERMIOS2 = struct.Struct("=4I20B2I")
_BACKLOG_MAX = 1 << 16  # bytes that the board has not read; more bytes are lost
_PIECE_PAUSE_S = 0.0005  # so that pieces are read one by one
_RETRY_S = 0.005
_READER_WAIT_S = 0.5  # then the bytes that the board does not read are lost, as on a real line


class Serial:
    """Opens `path` as soon as it is there, and again after the board has been off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.fd: int | None = None
        self._pieces: deque[bytes] = deque()
        self._backlog = 0
        self._pause_until = 0.0
        self._stuck_since: float | None = None

    def open(self) -> bool:
        """Tries once. True when the line has just become open."""
        if self.fd is not None:
            return False
        try:
            self.fd = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            termios.tcflush(self.fd, termios.TCIFLUSH)
        except (OSError, termios.error):
            self.close()
            return False
        return True

    def close(self) -> None:
        """Closes the line; unsent bytes are lost."""
        if self.fd is not None:
            os.close(self.fd)
        self.fd = None
        self._pieces.clear()
        self._backlog = 0

    @property
    def rate(self) -> int:
        """The rate that the board has set, in baud."""
        assert self.fd is not None
        return _TERMIOS2.unpack(fcntl.ioctl(self.fd, _TCGETS2, bytes(_TERMIOS2.size)))[-1]

    def read(self) -> tuple[bytes, int]:
        """The received bytes and their rate; closes the line when the board has gone."""
        assert self.fd is not None
        try:
            data = os.read(self.fd, 4096)
            if data:
                return data, self.rate
        except BlockingIOError:
            return b"", 0
        except OSError:
            pass
        self.close()
        return b"", 0

    def send(self, action: Send, piece: int | None) -> None:
        """Queues bytes; at another rate than the board's they come out as something else."""
        if self.fd is None:
            return
        try:
            data = resample(action.data, action.rate, self.rate)
        except OSError:
            return self.close()
        if self._backlog + len(data) > _BACKLOG_MAX:
            return None
        self._backlog += len(data)
        self._pieces.extend(chunks(data, piece))
        return None

    def flush(self, paced: bool) -> None:
        """Writes what the line takes now. paced: one piece, then a pause."""
        while self._pieces and self.fd is not None and time.monotonic() >= self._pause_until:
            try:
                sent = os.write(self.fd, self._pieces[0])
            except BlockingIOError:
                return self._wait_for_reader()
            except OSError:
                return self.close()
            self._stuck_since = None
            self._backlog -= sent
            self._pieces[0] = self._pieces[0][sent:]
            if not self._pieces[0]:
                self._pieces.popleft()
            if paced:
                self._pause_until = time.monotonic() + _PIECE_PAUSE_S

    def _wait_for_reader(self) -> None:
        now = time.monotonic()
        self._pause_until = now + _RETRY_S
        if self._stuck_since is None:
            self._stuck_since = now
        elif now - self._stuck_since > _READER_WAIT_S:
            self._pieces.clear()
            self._backlog = 0

    @property
    def due(self) -> float | None:
        """When flush() is needed, None if there is nothing to send."""
        return self._pause_until if self._pieces else None
