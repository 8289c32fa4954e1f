# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A UDP server on the loopback interface, in a thread."""

from __future__ import annotations

import heapq
import select
import socket
import threading
import time

Address = tuple[str, int]


class UdpServer:
    """Calls `handle` for each datagram; answers go out at once or later."""

    def __init__(self, name: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._stop_here, self._stop_there = socket.socketpair()
        self._later: list[tuple[float, int, bytes, Address]] = []
        self._count = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Port on 127.0.0.1."""
        return int(self._socket.getsockname()[1])

    def handle(self, payload: bytes, sender: Address) -> None:
        """A datagram has come. Runs in the server's thread."""
        raise NotImplementedError

    def send(self, payload: bytes, to: Address, delay_ms: int = 0) -> None:
        """Sends a datagram, `delay_ms` from now. Only for handle()."""
        self._count += 1  # keeps the order of equal times
        due = time.monotonic() + delay_ms / 1000
        heapq.heappush(self._later, (due, self._count, payload, to))

    def _run(self) -> None:
        while True:
            timeout = max(self._later[0][0] - time.monotonic(), 0) if self._later else None
            ready, _, _ = select.select([self._socket, self._stop_there], [], [], timeout)
            if self._stop_there in ready:
                return
            if self._socket in ready:
                try:
                    self.handle(*self._socket.recvfrom(65535))
                except OSError:
                    pass  # the error of an earlier send: that client has gone
            while self._later and self._later[0][0] <= time.monotonic():
                _, _, payload, to = heapq.heappop(self._later)
                try:
                    self._socket.sendto(payload, to)
                except OSError:
                    pass  # the client has gone

    def close(self) -> None:
        """Ends the thread."""
        self._stop_here.send(b"x")
        self._thread.join(5)
        for end in (self._socket, self._stop_here, self._stop_there):
            end.close()
