# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""amqtt, a broker in Python, as the broker of a world where Mosquitto is not installed."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from pathlib import Path

from .child import Child
from .engine import Engine
from .mqtt_client import MqttClient, OnMessage


class Amqtt(Engine):
    """Starts amqtt, and reads the messages from its standard output.

    Two things differ from Mosquitto. A last will that is not retained is not seen, because amqtt
    does not report it to its plugins. Wrong credentials close the connection without CONNACK.
    """

    name = "amqtt"
    _plain_port = 0

    def command(self, port: int, plain_port: int) -> list[str]:
        """Writes the configuration; the command that starts the broker."""
        self._plain_port = plain_port
        configuration = self._folder / "amqtt.json"
        configuration.write_text(
            json.dumps(
                {
                    "listen": self._listen,
                    "port": port,
                    "plain_port": plain_port,
                    "certificate": str(self.certificate.certificate),
                    "key": str(self.certificate.key),
                    "credentials": self.credentials,
                }
            )
        )
        configuration.chmod(0o600)
        server = Path(__file__).with_name("amqtt_server.py")
        return [sys.executable, str(server), str(configuration)]

    def wait_ready(self, child: Child, on_message: OnMessage, timeout: float) -> bool:
        """True once the broker serves and is watched, False when its process has ended.

        Raises BenchError after `timeout` seconds.
        """
        ready = threading.Event()

        def read() -> None:
            for line in child.stdout:
                if line == b"ready\n":
                    ready.set()
                else:
                    topic, payload, retained = json.loads(line)
                    on_message(topic, bytes.fromhex(payload), retained)

        threading.Thread(target=read, name="amqtt", daemon=True).start()
        deadline = time.monotonic() + timeout
        while not ready.wait(0.01):
            if not child.running:
                return False
            if time.monotonic() > deadline:
                raise child.failure(f"does not listen within {timeout} s")
        connection = socket.create_connection((self._listen, self._plain_port), timeout)
        self._client = MqttClient(connection, 4, self.credentials)
        return True
