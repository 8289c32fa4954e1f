# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""An HTTP proxy for CONNECT (RFC 9110, section 9.3.6), good or misbehaving in one way."""

from __future__ import annotations

import base64
import contextlib
import random
import socket
import struct
import threading
import time

from .errors import BenchError
from .tcp_server import TcpServer

_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_REASONS = {401: "Unauthorized", 403: "Forbidden", 407: "Proxy Authentication Required",
            500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
            504: "Gateway Timeout"}  # fmt: skip
_FAULTS = ("", "mute", "banner", "web", "close", "reset", "half", "header-64k", "chatty",
           "noise")  # fmt: skip
_HEADER_MAX = 8192
_BYTE_PAUSE_S = 0.002
_LATEST_MS = 60000
_REQUESTS_KEPT = 1000


class Proxy(TcpServer):
    """A proxy on 127.0.0.1 whose names end in `.test`, all of them this host; a context manager.

    credentials  (user name, password) that it asks for with Basic (RFC 7617), or None
    status       answers this instead of opening a tunnel
    one_by_one   each byte of the answer in a packet of its own
    late_ms      the delay of its answer
    fault        ""           none
                 "mute"       reads and never answers
                 "banner"     is an SSH server
                 "web"        is a web server that knows no CONNECT
                 "close"      closes after the request
                 "reset"      resets after the request
                 "half"       stops in the middle of the answer's header
                 "header-64k" sends 64 KB of header fields, then the end of the header
                 "noise"      answers with 4 KB of noise
                 "chatty"     opens the tunnel and sends bytes of its own in it

    Boards reach it as `host` at `port`. `requests` holds the last request headers seen, `tunnels`
    counts those opened.
    """

    host = "proxy.test"

    def __init__(
        self,
        credentials: tuple[str, str] | None = None,
        *,
        status: int = 200,
        one_by_one: bool = False,
        late_ms: int = 0,
        fault: str = "",
    ) -> None:
        if fault not in _FAULTS or (status != 200 and status not in _REASONS):
            raise BenchError(f"a proxy has no fault {fault!r} and no status {status}")
        self._as_made = credentials, status, late_ms, fault
        self._one_by_one = one_by_one
        self._flow = threading.Event()  # tunnels carry bytes while it is set
        self._restored = 0  # how often
        super().__init__("proxy")
        self.restore()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begins to accept connections, after stop() again."""
        super().start()
        if self._fault == "mute":
            self._flow.clear()
        else:
            self._flow.set()

    def close(self) -> None:
        """Ends the proxy and all its connections."""
        super().close()
        self._flow.set()  # so that the threads of silent tunnels end

    def restore(self) -> None:
        """As it was made, and running; nothing observed yet. Open tunnels stay; what waits for a
        late answer gets none."""
        self._restored += 1
        credentials, self._status, late_ms, self._fault = self._as_made
        self._expected: bytes | None = None
        if credentials is not None:
            self.ask(*credentials)
        self.delay(late_ms)
        self.requests: list[bytes] = []
        self.tunnels = 0
        self.start()

    def mend(self) -> None:
        """The next connections find a good proxy, as after its restart."""
        self._status = 200
        self._fault = ""
        self._late_s = 0.0
        self._flow.set()

    def ask(self, user: str = "bench", password: str = "bench") -> None:
        """Asks for these credentials: 407 without."""
        self._expected = b"Basic " + base64.b64encode(f"{user}:{password}".encode())

    def refuse(self) -> None:
        """Refuses every tunnel: 403."""
        self._status = 403

    def fail(self, status: int = 502) -> None:
        """Fails to open any tunnel, with this status."""
        if status not in _REASONS:
            raise BenchError(f"{status}: a proxy fails with {', '.join(map(str, _REASONS))}")
        self._status = status

    def accept(self) -> None:
        """Opens tunnels for everybody: ends ask(), refuse() and fail()."""
        self._status = 200
        self._expected = None

    def mute(self) -> None:
        """Falls silent: requests get no answer, and open tunnels carry nothing until speak()."""
        self._fault = "mute"
        self._flow.clear()

    def speak(self) -> None:
        """Ends mute(). What has come into open tunnels meanwhile goes on."""
        if self._fault == "mute":
            self._fault = ""
        self._flow.set()

    def delay(self, ms: int) -> None:
        """Answers come `ms` late."""
        if not 0 <= ms <= _LATEST_MS:
            raise BenchError(f"{ms} ms: a proxy answers 0 to {_LATEST_MS} ms late")
        self._late_s = ms / 1000

    def serve(self, client: socket.socket) -> None:
        """Reads one request and answers it."""
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._fault == "banner":
            client.sendall(b"SSH-2.0-bench\r\n")
        header = self._read_header(client)
        if header:
            self.requests = [*self.requests, header][-_REQUESTS_KEPT:]
            restored = self._restored
            time.sleep(self._late_s)
            if restored == self._restored:
                self._answer(client, header)

    def _read_header(self, client: socket.socket) -> bytes:
        """The request's header; empty when the client closes before its end."""
        header = b""
        while not header.endswith(b"\r\n\r\n") and len(header) < _HEADER_MAX:
            byte = client.recv(1)  # the bytes after it belong to the tunnel
            if not byte:
                return b""
            header += byte
        return header

    def _answer(self, client: socket.socket, header: bytes) -> None:
        method, target, _ = header.split(b"\r\n", 1)[0].split(b" ")
        if self._fault or method != b"CONNECT":
            self._misbehave(client)
        elif self._expected is not None and not self._is_known(header):
            field = b'Proxy-Authenticate: Basic realm="bench"\r\n'
            self._send(client, self._refusal(407, field))
        elif self._status != 200:
            self._send(client, self._refusal(self._status))
        else:
            self._tunnel(client, target.decode())

    def _is_known(self, header: bytes) -> bool:
        for line in header.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"proxy-authorization":
                return value.strip() == self._expected
        return False

    def _refusal(self, status: int, field: bytes = b"") -> bytes:
        line = f"HTTP/1.1 {status} {_REASONS[status]}\r\n".encode()
        return line + field + b"Content-Length: 4\r\n\r\nSo.\n"

    def _send(self, client: socket.socket, data: bytes) -> None:
        if not self._one_by_one:
            client.sendall(data)
            return
        for byte in data:
            client.sendall(bytes((byte,)))
            time.sleep(_BYTE_PAUSE_S)

    def _misbehave(self, client: socket.socket) -> None:
        if self._fault == "web":
            client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n\r\n")
        elif self._fault == "reset":
            # A linger time of 0 makes close() send RST.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        elif self._fault == "half":
            client.sendall(_ESTABLISHED[:20])
        elif self._fault == "header-64k":
            field = b"X-Noise: " + b"x" * 53 + b"\r\n"
            client.sendall(_ESTABLISHED[:-2] + field * 1024 + b"\r\n")
        elif self._fault == "noise":
            client.sendall(random.Random(len(self.requests)).randbytes(4096))
        elif self._fault == "chatty":
            client.sendall(_ESTABLISHED + b"welcome\r\n")
        if self._fault != "close":
            while client.recv(4096):
                pass

    def _tunnel(self, client: socket.socket, target: str) -> None:
        host, _, port = target.rpartition(":")
        if not host.endswith(".test"):
            self._send(client, self._refusal(502))
            return
        try:
            server = socket.create_connection(("127.0.0.1", int(port)), timeout=5)
        except OSError:
            self._send(client, self._refusal(502))
            return
        if not self.adopt(server):
            return
        try:
            server.settimeout(None)
            self.tunnels += 1
            self._send(client, _ESTABLISHED)
            back = threading.Thread(target=_copy, args=(server, client, self._flow), daemon=True)
            back.start()
            _copy(client, server, self._flow)
            back.join()
        finally:
            self.release(server)


def _copy(source: socket.socket, sink: socket.socket, flow: threading.Event) -> None:
    """Passes bytes on, while `flow` is set, until one side ends, and then the end."""
    try:
        while data := source.recv(16384):
            flow.wait()
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for connection in (source, sink):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
