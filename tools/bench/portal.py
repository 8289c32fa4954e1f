# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A captive portal: it answers HTTP by a page or a redirection, and TLS by its own certificate."""

from __future__ import annotations

import socket
import ssl

from .certificates import KeyPair
from .kept import Kept
from .tcp_server import TcpServer

LISTEN = "127.0.0.2"  # where netsim leads the connections of a network with portal=on
_REQUESTS_MAX = 1000
_TLS_HANDSHAKE = 0x16  # the first byte of a ClientHello (RFC 8446, 5.1)
_REDIRECTION = b"HTTP/1.1 302 Found\r\nLocation: http://portal.test/login\r\n\r\n"


class Portal(TcpServer):
    """Stands in for the server at `port`, and for that of any HTTP request at that port.

    `answer` (bytes) is what HTTP gets; b"": silence. `requests` has what clients have sent;
    of very many the newer half."""

    def __init__(self, pair: KeyPair, port: int) -> None:
        self.answer = _REDIRECTION
        self.requests: Kept[bytes] = Kept(_REQUESTS_MAX)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pair.certificate, pair.key)
        super().__init__("portal", LISTEN, port=port)
        self.start()

    def restore(self) -> None:
        """Redirects again, and forgets requests."""
        self.answer = _REDIRECTION
        self.requests.clear()

    def page(self, status: int = 200) -> None:
        """HTTP gets a page with this status."""
        page = b"<title>Log in</title>"
        length = len(page)
        self.answer = b"HTTP/1.1 %d Log in\r\nContent-Length: %d\r\n\r\n" % (status, length) + page

    def serve(self, raw: socket.socket) -> None:
        """Answers one client."""
        first = raw.recv(1, socket.MSG_PEEK)
        if first and first[0] == _TLS_HANDSHAKE:
            with self._context.wrap_socket(raw.dup(), server_side=True) as connection:
                connection.recv(4096)
            return
        request = b""
        while b"\r\n\r\n" not in request:
            more = raw.recv(4096)
            if not more:
                return
            request += more
        self.requests.append(request)
        if self.answer:
            raw.sendall(self.answer)
        else:
            raw.recv(1)
