# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A broker that runs already, watched like that of the simulated bench."""

from __future__ import annotations

import socket
import ssl

from bench import BenchError
from bench.inbox import Inbox
from bench.mqtt_client import MqttClient

from .bench_file import RemoteBroker
from .switches import Switched, Switches

_CONNECT_LIMIT_S = 10.0
# The topics of all devices. On a shared broker they include those of other devices.
_TOPICS = "imp/#"


class _Switchable(Switched, Inbox):
    """The names of an Inbox, and beside them the faults that are commands."""

    def __init__(self, switches: Switches) -> None:
        Switched.__init__(self, switches, "broker")
        Inbox.__init__(self)


class WatchedBroker(_Switchable):
    """Connects to it, with TLS where the boards use it. Raises BenchError."""

    def __init__(self, settings: RemoteBroker, switches: Switches) -> None:
        super().__init__(switches)
        self.url = settings.url
        self.host = settings.host
        self.port = settings.port
        self.credentials = settings.credentials
        self._settings = settings
        self.ca_pem = settings.ca_pem
        self._client = self._connect()

    def _connect(self) -> MqttClient:
        settings = self._settings
        try:
            connection = socket.create_connection(
                (settings.address, settings.port), _CONNECT_LIMIT_S
            )
            if settings.tls:
                cadata = settings.ca_pem.decode("ascii") if settings.ca_pem else None
                context = ssl.create_default_context(cadata=cadata)
                connection = context.wrap_socket(connection, server_hostname=settings.host)
        except (OSError, ValueError) as error:
            raise BenchError(
                f"the broker {settings.url} cannot be reached from this computer: {error}"
            ) from error
        client = MqttClient(connection, 4, settings.credentials, self.record, _CONNECT_LIMIT_S)
        client.subscribe(_TOPICS)
        return client

    def publish(self, topic: str, payload: bytes | str, retain: bool = False) -> None:
        """Publishes; returns when the broker has it. Raises BenchError."""
        data = payload.encode() if isinstance(payload, str) else payload
        self._client.publish(topic, data, retain)

    def restore(self) -> None:
        """Nothing has been published yet; connects again after a test that stopped the broker."""
        try:
            self._client.ping()
        except BenchError:
            self._client.close()
            self._client = self._connect()
        self.forget()

    def close(self) -> None:
        """Stops watching."""
        self._client.close()
