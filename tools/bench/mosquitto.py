# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Mosquitto as the broker of a world."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import socket
import time
from pathlib import Path

from .child import Child
from .engine import Engine
from .errors import BenchError
from .mqtt_client import MqttClient, OnMessage

_ITERATIONS = 101  # what mosquitto_passwd takes


def find_mosquitto() -> str | None:
    """The program, or None where it is not installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def _password_line(user: str, password: str) -> str:
    """A line of Mosquitto's password file: PBKDF2-HMAC-SHA512, salt and hash in base64."""
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    parts = (base64.b64encode(part).decode() for part in (salt, digest))
    return f"{user}:$7${_ITERATIONS}${'$'.join(parts)}\n"


class Mosquitto(Engine):
    """Starts Mosquitto, and watches it through a Unix socket of its own."""

    name = "mosquitto"

    @property
    def _socket(self) -> Path:
        return self._folder / "broker.sock"

    def command(self, port: int, plain_port: int) -> list[str]:
        """Writes the configuration; the command that starts the broker."""
        program = find_mosquitto()
        if program is None:
            raise BenchError("mosquitto is not installed: apt-get install mosquitto")
        self._socket.unlink(missing_ok=True)
        if self.credentials is None:
            access = ["allow_anonymous true"]
        else:
            passwords = self._folder / "passwords"
            passwords.write_text(_password_line(*self.credentials))
            passwords.chmod(0o600)
            access = ["allow_anonymous false", f"password_file {passwords}"]
        lines = ["per_listener_settings true", "persistence false", "log_dest stderr"]
        lines += ["set_tcp_nodelay true", "max_queued_messages 0"]
        if os.geteuid() == 0:
            lines.append("user root")  # otherwise it changes to a user that cannot read the folder
        lines += [f"listener {port} {self._listen}", *access]
        lines += [f"certfile {self.certificate.certificate}", f"keyfile {self.certificate.key}"]
        if self._client_ca is not None:
            lines += [f"cafile {self._client_ca}", "require_certificate true"]
            lines.append("use_identity_as_username true")
        lines += [f"listener {plain_port} {self._listen}", *access]
        # Last, so that all other listeners are bound once this one exists.
        lines += [f"listener 0 {self._socket}", "allow_anonymous true"]
        configuration = self._folder / "mosquitto.conf"
        configuration.write_text("\n".join(lines) + "\n")
        return [program, "-c", str(configuration)]

    def wait_ready(self, child: Child, on_message: OnMessage, timeout: float) -> bool:
        """True once the broker serves and is watched, False when its process has ended.

        Raises BenchError after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self._socket))
            except OSError:
                connection.close()
                if child.wait(0.005) is not None:
                    return False
                continue
            self._client = MqttClient(connection, 5, on_message=on_message)
            self._client.subscribe("#")
            return True
        raise child.failure(f"does not listen within {timeout} s")
