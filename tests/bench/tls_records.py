# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A server in front of a broker, which counts what TLS 1.2 sends before the first data."""

from __future__ import annotations

import socket
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from bench.tcp_server import TcpServer

_HEADER_BYTES = 5
_HANDSHAKE, _DATA = 22, 23  # content types, RFC 5246, 6.2.1
_NEW_SESSION_TICKET = 4  # RFC 5077, 3.3
_TICKET_AT = 4 + 4  # its length, in the message


@dataclass
class Records:
    """Counts the records of one direction, given as they come, up to the first with data."""

    bytes: int = 0
    ticket_bytes: int = 0
    over: bool = False
    _rest: bytes = field(default=b"", repr=False)

    def feed(self, data: bytes) -> None:
        """The next bytes of the stream, cut anywhere."""
        self._rest += data
        while not self.over and len(self._rest) >= _HEADER_BYTES:
            size = _HEADER_BYTES + int.from_bytes(self._rest[3:5], "big")
            if self._rest[0] == _DATA:
                self.over = True
            elif len(self._rest) < size:
                return
            else:
                self._count(self._rest[:size])
                self._rest = self._rest[size:]

    def _count(self, record: bytes) -> None:
        self.bytes += len(record)
        message = record[_HEADER_BYTES:]
        if record[0] == _HANDSHAKE and message[0] == _NEW_SESSION_TICKET:
            self.ticket_bytes = int.from_bytes(message[_TICKET_AT : _TICKET_AT + 2], "big")


class Relay(TcpServer):
    """Passes each connection on to `port` of this computer. `handshakes` has (from the client,
    from the server) of each."""

    def __init__(self, port: int) -> None:
        super().__init__("relay")
        self._to = port
        self.handshakes: list[tuple[Records, Records]] = []
        self.start()

    def serve(self, connection: socket.socket) -> None:
        """One connection, both ways."""
        up, down = Records(), Records()
        self.handshakes.append((up, down))
        server = socket.create_connection(("127.0.0.1", self._to))
        if not self.adopt(server):
            return
        for side in (connection, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=_pass, args=(server, connection, down), daemon=True)
        back.start()
        _pass(connection, server, up)
        back.join()
        self.release(server)


def _pass(source: socket.socket, sink: socket.socket, records: Records) -> None:
    try:
        while data := source.recv(65536):
            records.feed(data)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other direction has ended, too
