# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cable between the lab and a board at a TCP port, which can be pulled."""

import contextlib
import select
import socket
import threading
from typing import Self
from urllib.parse import urlsplit

_STEP_S = 0.05
_END_S = 30.0


class Cable:
    """Leads from `url`, an address of its own, to that of the board. Use as a context manager; it
    is plugged in at first."""

    def __init__(self, board: str) -> None:
        parts = urlsplit(board)
        assert parts.hostname is not None and parts.port is not None
        self._far = (parts.hostname, parts.port)
        self._port = 0
        self.plug()
        self.url = f"{parts.scheme}://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def plug(self) -> None:
        """At the same address as before."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        self._pulled = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """All connections end, and none is taken."""
        self._pulled.set()
        self._thread.join(_END_S)
        self._listener.close()

    def _serve(self) -> None:
        while not self._pulled.is_set():
            if select.select([self._listener], [], [], _STEP_S)[0]:
                with self._listener.accept()[0] as near, contextlib.suppress(OSError):
                    with socket.create_connection(self._far) as far:
                        self._pass_on(near, far)

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        while not self._pulled.is_set():
            for ready in select.select(list(other), [], [], _STEP_S)[0]:
                data = ready.recv(4096)
                if not data:
                    return
                other[ready].sendall(data)
