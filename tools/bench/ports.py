# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Free ports, of the loopback interface as a rule."""

from __future__ import annotations

import socket


def free_port(address: str = "127.0.0.1") -> int:
    """A TCP port of `address` that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


class ClosedPort:
    """A TCP port of `address` that refuses connections: bound, so that no other program gets it,
    and without a listener."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self._socket = socket.socket()
        self._socket.bind((address, 0))
        self.port = int(self._socket.getsockname()[1])

    def close(self) -> None:
        """Gives the port back."""
        self._socket.close()
