# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A TCP server with a thread for each connection."""

from __future__ import annotations

import contextlib
import socket
import threading

from .errors import BenchError


class TcpServer:
    """Calls `serve` for each connection to `port`, from start() to stop() or close().

    `accepted` counts the connections.
    """

    def __init__(
        self, name: str, listen: str = "127.0.0.1", backlog: int = 64, port: int = 0
    ) -> None:
        self.accepted = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._closing = False
        self._name = name
        self._backlog = backlog
        self._listener = socket.create_server((listen, port), backlog=backlog)
        self._address = listen
        self.port = int(self._listener.getsockname()[1])
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to accept connections, after stop() again. Raises BenchError when another
        program listens at the port meanwhile."""
        if self._thread is not None:
            return
        try:
            self._listener.listen(self._backlog)
        except OSError as error:
            raise BenchError(f"port {self.port} was taken: {error}") from error
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends all its connections; the port refuses new ones until start()."""
        if self._thread is None:
            return
        self.close()
        # Bound, so that the system gives the port to nobody as a free one.
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((self._address, self.port))

    def serve(self, connection: socket.socket) -> None:
        """A client has connected. Runs in a thread of its own; the connection ends with it."""
        raise NotImplementedError

    def adopt(self, connection: socket.socket) -> bool:
        """Registers a socket for close(); closes it and returns False after close()."""
        with self._lock:
            if self._closing:
                connection.close()
                return False
            self._open.add(connection)
            return True

    def release(self, connection: socket.socket) -> None:
        """Closes a socket that was adopted."""
        with self._lock:
            self._open.discard(connection)
            connection.close()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self.adopt(connection):
                self.accepted += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            self.serve(connection)
        except (OSError, ValueError, BenchError):
            pass  # the client has gone, or refuses this server, as it should
        finally:
            self.release(connection)

    def close(self) -> None:
        """Ends the server and all its connections."""
        with self._lock:
            self._closing = True
            for connection in self._open:
                with contextlib.suppress(OSError):  # the other side was faster
                    connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._listener.close()
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None
