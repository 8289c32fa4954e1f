# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The one Mosquitto of a world, as the storms of a fleet see a broker."""

import re

import meters
from bench import World

# A client without a name has not sent CONNECT yet.
_FAILED = re.compile(r"^\d+: Client <unknown> (?:closed|disconnected|has exceeded)", re.MULTILINE)


class Alone:
    """The broker of `world`; class Cluster has the same methods."""

    def __init__(self, world: World) -> None:
        self._broker = world.broker
        self._log = world.folder / "broker.log"
        self.url = world.broker.url
        self.name = "one Mosquitto with TLS"

    @property
    def messages(self) -> list[tuple[str, bytes, bool]]:
        """What was published, oldest first."""
        return self._broker.messages

    def publish(self, topic: str, payload: str) -> None:
        """Publishes; returns when the broker has it."""
        self._broker.publish(topic, payload)

    def cpu_s(self) -> float:
        """CPU time so far."""
        return meters.cpu_s(self._broker.pid)

    def peak_rss_kib(self) -> int:
        """The most that it has had resident."""
        return meters.peak_rss_kib(self._broker.pid)

    def mark(self) -> object:
        """Now, for connections()."""
        return self._log.stat().st_size

    def connections(self, since: object) -> tuple[int, int]:
        """TCP connections since mark(), and those of them whose TLS handshake failed."""
        text = self._log.read_bytes()[since:].decode(errors="replace")
        return text.count(": New connection from "), len(_FAILED.findall(text))
