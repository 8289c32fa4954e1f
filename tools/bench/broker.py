# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The MQTT broker of a world: Mosquitto, or amqtt where Mosquitto is not installed."""

from __future__ import annotations

import glob
import os
import re
import secrets
import signal
import time
from pathlib import Path

from .amqtt_broker import Amqtt
from .certificates import Certificates, KeyPair
from .child import Child
from .errors import BenchError
from .guard import Guard
from .inbox import Inbox
from .mosquitto import Mosquitto, find_mosquitto
from .ports import free_port

_START_TIMEOUT_S = 15.0
_ATTEMPTS = 6


class Broker(Inbox):
    """Listens with TLS on `port` and without on `plain_port`, of the address `listen`.

    `host` is the name in its certificate. engine: "mosquitto", "amqtt", or None for the
    installed one. client_ca: over TLS, clients need a certificate of this authority (PEM), and
    its CN is their user name; Mosquitto only.
    """

    def __init__(
        self,
        folder: Path,
        certificates: Certificates,
        guard: Guard,
        engine: str | None = None,
        credentials: tuple[str, str] | None = None,
        listen: str = "127.0.0.1",
        client_ca: Path | None = None,
    ) -> None:
        super().__init__()
        name = engine or ("mosquitto" if find_mosquitto() else "amqtt")
        engines = {"mosquitto": Mosquitto, "amqtt": Amqtt}
        if name not in engines:
            raise BenchError(f"{name}: the brokers are {' and '.join(engines)}")
        if client_ca is not None and name != "mosquitto":
            raise BenchError(f"{name} does not ask clients for certificates")
        self._certificates = {
            "good": certificates.broker,
            "expired": certificates.expired,
            "other-host": certificates.other_host,
            "untrusted": certificates.untrusted,
            "young": certificates.young,
        }
        self._engine = engines[name](folder, certificates.broker, credentials, listen, client_ca)
        self._asks_for_certificates = client_ca is not None
        self._nobody = secrets.token_hex(16), secrets.token_hex(16)
        self._log = folder / "broker.log"
        self._guard = guard
        self._child: Child | None = None
        self.listen = listen
        self.engine = name
        self.host = certificates.host
        self.credentials = credentials
        self.ca_pem = certificates.ca_pem
        self.port = self.plain_port = 0
        self._retained: set[str] = set()

    @property
    def url(self) -> str:
        """As boards reach it, with TLS."""
        return f"mqtts://{self.host}:{self.port}"

    @property
    def plain_url(self) -> str:
        """As boards reach it, without TLS."""
        return f"mqtt://{self.host}:{self.plain_port}"

    def users(self) -> list[str]:
        """The user names of the clients that have connected since the start, in order. Raises
        BenchError unless the broker is Mosquitto."""
        if self.engine != "mosquitto":
            raise BenchError(f"{self.engine} does not tell who has connected")
        text = self._log.read_text(errors="replace")
        return re.findall(r"^\S+ New client connected .*, u'([^']*)'", text, re.MULTILINE)

    def goodbyes(self) -> int:
        """How many clients have ended their session with DISCONNECT, since the start.

        For other clients the broker publishes the last will, which may be equal to the message of
        a clean end. Raises BenchError unless the broker is Mosquitto, which logs the end.
        """
        if self.engine != "mosquitto":
            raise BenchError(f"{self.engine} does not tell how a session has ended")
        text = self._log.read_text(errors="replace")
        return len(re.findall(r"^\S+ Client \S+( \[.*\])? disconnected\.$", text, re.MULTILINE))

    @property
    def pid(self) -> int:
        """Process id. Raises BenchError while the broker is stopped."""
        if self._child is None:
            raise BenchError("the broker is not running")
        return self._child.pid

    @property
    def crashed(self) -> bool:
        """Whether its process has ended by itself, or the bench's connection to it; restore()
        starts another one."""
        return self._child is not None and (not self._child.running or self._engine.lost)

    def start(self) -> None:
        """Starts it, after stop() on the same ports. Raises BenchError."""
        if self._child is not None:
            return
        fixed = self.port != 0
        for attempt in range(_ATTEMPTS):
            if not fixed:
                self.port, self.plain_port = free_port(self.listen), free_port(self.listen)
            if self._try_start():
                return
            # Another program took a port between the check and the broker's start.
            time.sleep(0.1 * attempt)
        if not fixed:
            self.port = self.plain_port = 0
        words = self._log.read_text(errors="replace").strip()
        raise BenchError(f"the broker ({self.engine}) does not start:\n{words}")

    def _try_start(self) -> bool:
        self._retained.clear()
        child = Child(self._engine.command(self.port, self.plain_port), self._log, self._guard)
        try:
            ready = self._engine.wait_ready(child, self.record, _START_TIMEOUT_S)
        except BaseException:
            self._engine.close()
            child.stop()
            raise
        if ready:
            self._child = child
        else:
            child.stop()
        return ready

    def stop(self) -> None:
        """Ends it; its ports refuse connections. Retained messages are lost."""
        if self._child is not None:
            child, self._child = self._child, None
            self._engine.close()
            if child.running:
                os.kill(child.pid, signal.SIGCONT)  # a stalled one cannot hear SIGTERM
            child.stop()

    def kill(self) -> None:
        """Ends it at once, as a crash does. `messages` has all that Mosquitto has acknowledged.
        amqtt acknowledges a message before it reports it, and stop() may miss some of both."""
        if self._child is not None and self._child.running:
            os.kill(self._child.pid, signal.SIGKILL)
            self._child.wait(_START_TIMEOUT_S)
            self._engine.drain()
        self.stop()

    def restart(self) -> None:
        """Stops and starts it: sessions end, and TLS sessions can not be resumed any more."""
        self.stop()
        self.start()

    def forget_tickets(self) -> None:
        """The same as restart()."""
        self.restart()

    def certificate(self, kind: str) -> None:
        """From now on, and after a restart if it runs, it has another certificate: "good",
        "expired", "other-host", "untrusted" or "young", as in class Certificates."""
        if kind not in self._certificates:
            raise BenchError(f"{kind}: the certificates are {', '.join(self._certificates)}")
        self._change(self._certificates[kind], self._engine.credentials)

    def refuse(self) -> None:
        """Restarts it if it runs, and lets no client in: CONNACK 5, from amqtt the end of the
        connection."""
        if self._asks_for_certificates:
            raise BenchError("a broker that asks for certificates lets in who has one")
        self._change(self._engine.certificate, self._nobody)

    def accept(self) -> None:
        """Ends refuse()."""
        self._change(self._engine.certificate, self.credentials)

    def _change(self, certificate: KeyPair, credentials: tuple[str, str] | None) -> None:
        before = self._engine.certificate, self._engine.credentials
        self._engine.certificate, self._engine.credentials = certificate, credentials
        self.resume()
        if (certificate, credentials) != before and self._child is not None:
            self.restart()

    def stall(self) -> None:
        """It hangs: the kernel accepts connections, and nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Ends stall()."""
        if self._child is not None and self._child.running:
            os.kill(self._child.pid, signal.SIGCONT)

    def restore(self) -> None:
        """Running as at first, without any message, even a retained one."""
        self._change(self._certificates["good"], self.credentials)
        try:
            self._engine.ping()
        except BenchError:
            self.stop()
        self.start()
        for topic in list(self._retained):
            since = len(self.messages)
            self.publish(topic, b"", retain=True)
            self.wait_for(glob.escape(topic), since=since)
        self.forget()

    def publish(self, topic: str, payload: bytes | str, retain: bool = False) -> None:
        """Publishes; returns when the broker has it. Raises BenchError."""
        data = payload.encode() if isinstance(payload, str) else payload
        self._engine.publish(topic, data, retain)

    def record(self, topic: str, payload: bytes, retained: bool) -> None:
        """One more message. restore() deletes the retained ones."""
        if retained and payload:
            self._retained.add(topic)
        elif retained:
            self._retained.discard(topic)
        super().record(topic, payload, retained)
