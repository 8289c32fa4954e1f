# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A second client with the client ID of a board, as when two boards were given the same one."""

from __future__ import annotations

import socket
import threading

from .broker import Broker
from .errors import BenchError
from .mqtt_client import MqttClient


class Rival:
    """Connects to `broker` with a board's client ID, so that the broker closes the board's
    session (MQTT 3.1.1, 3.1.4). Connects again `pause_s` after its own session was closed.
    `sessions` counts.
    """

    def __init__(self, broker: Broker, client_id: str, pause_s: float = 0.05) -> None:
        self._broker = broker
        self._client_id = client_id
        self._pause_s = pause_s
        self._ended = threading.Event()
        self.sessions = 0
        self._thread = threading.Thread(target=self._run, name="rival", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(self._pause_s):
            try:
                address = (self._broker.listen, self._broker.plain_port)
                client = MqttClient(
                    socket.create_connection(address, 5), 4, self._broker.credentials,
                    client_id=self._client_id,
                )  # fmt: skip
            except (OSError, BenchError):
                continue  # the broker is down
            self.sessions += 1
            while not client.closed and not self._ended.wait(0.01):
                pass
            client.close()

    def close(self) -> None:
        """Leaves the client ID to the board."""
        self._ended.set()
        self._thread.join(5)
