# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the brokers of a world have in common."""

from __future__ import annotations

from pathlib import Path

from .certificates import KeyPair
from .errors import BenchError
from .mqtt_client import MqttClient


class Engine:
    """A program that can be the broker, with files in `folder`, and the bench's own client.

    A subclass starts it, with the `certificate` and the `credentials` of that moment, and makes
    `_client` when it serves.
    """

    def __init__(
        self,
        folder: Path,
        certificate: KeyPair,
        credentials: tuple[str, str] | None,
        listen: str = "127.0.0.1",
        client_ca: Path | None = None,
    ) -> None:
        self._folder = folder
        self.certificate = certificate
        self.credentials = credentials
        self._listen = listen
        self._client_ca = client_ca
        self._client: MqttClient | None = None

    def _connected(self) -> MqttClient:
        if self._client is None:
            raise BenchError("the broker is not running")
        return self._client

    def publish(self, topic: str, payload: bytes, retain: bool) -> None:
        """Publishes; returns when the broker has it."""
        self._connected().publish(topic, payload, retain)

    @property
    def lost(self) -> bool:
        """Whether the connection that watches the broker has ended."""
        return self._client is not None and self._client.closed

    def ping(self) -> None:
        """Returns when the broker has answered. Raises BenchError."""
        self._connected().ping()

    def drain(self) -> None:
        """After the end of the broker: returns when all that it has reported was read."""
        if self._client is not None:
            self._client.drain()

    def close(self) -> None:
        """Stops watching."""
        if self._client is not None:
            self._client.close()
            self._client = None
