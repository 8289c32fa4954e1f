# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs amqtt as `python amqtt_server.py CONFIGURATION.json` (see amqtt_broker.py).

Prints `ready` once it listens, then each message as a JSON list: topic, payload in hex,
retained or not.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin, BasePlugin
from amqtt.session import Session


class Reporter(BasePlugin[Any]):
    """Prints the published messages."""

    async def on_broker_message_broadcast(self, *, client_id: str, message: Any) -> None:
        """A client has published."""
        if not message.publish_packet.retain_flag:
            _report(message.topic, message.data, False)

    async def on_broker_retained_message(self, *, client_id: str, retained_message: Any) -> None:
        """A retained message has been stored or, with no payload, deleted."""
        _report(retained_message.topic, retained_message.data, True)


class Access(BaseAuthPlugin):
    """Accepts every client, or those with the one user name and password."""

    @dataclass
    class Config:
        """None: every client is accepted."""

        credentials: list[str] | None = None

    async def authenticate(self, *, session: Session) -> bool:
        """Whether this client is accepted."""
        wanted = self.config.credentials
        return wanted is None or [session.username, session.password] == list(wanted)


def _report(topic: str, payload: bytes, retained: bool) -> None:
    print(json.dumps([topic, bytes(payload).hex(), retained]), flush=True)


async def _serve(configuration: dict[str, Any]) -> None:
    listen = configuration["listen"]
    plain = {"type": "tcp", "bind": f"{listen}:{configuration['plain_port']}"}
    secure = {
        "type": "tcp",
        "bind": f"{listen}:{configuration['port']}",
        "ssl": True,
        "certfile": configuration["certificate"],
        "keyfile": configuration["key"],
    }
    plugins = {
        "amqtt_server.Reporter": {},
        "amqtt_server.Access": {"credentials": configuration["credentials"]},
    }
    broker = Broker({"listeners": {"default": plain, "tls": secure}, "plugins": plugins})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await broker.start()
    print("ready", flush=True)
    await stop.wait()
    await broker.shutdown()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    asyncio.run(_serve(json.loads(Path(sys.argv[1]).read_text())))
