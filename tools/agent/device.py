# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The two objects that an agent gets, with the names and meanings of Electric Imp's agent API."""

import logging
from collections.abc import Callable
from typing import Protocol

from agent import messages
from agent.state import States

Handler = Callable[[object], object]
Callback = Callable[[], object]

log = logging.getLogger("agent")


class Link(Protocol):
    """The agents' connection to the broker."""

    @property
    def up(self) -> bool:
        """Whether there is a session, with its subscriptions."""

    def send(self, topic: str, payload: bytes) -> bool:
        """Publishes, from any thread. False: it cannot be done now, and nothing is kept."""


def readable(text: object) -> str:
    """Text of a peer for the log: no control character reaches the terminal."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))


def _check_callback(callback: object) -> None:
    if callback is not None and not callable(callback):
        raise TypeError("callback: must be callable, or None")


class Device:
    """The device of this agent, as `device` on an imp."""

    def __init__(self, identity: str, link: Link) -> None:
        self.identity = identity
        self._link = link
        self.handlers: dict[str, Handler] = {}
        self.connect_callback: Callback | None = None
        self.disconnect_callback: Callback | None = None
        # As the broker has said last; None: it has not yet.
        self.online: bool | None = None

    def send(self, name: str, data: object) -> bool:
        """Sends message `name` (str of 1 to 64 bytes) with `data` (what JSON has) to the device.

        Returns whether it is on its way: False when the agent itself has no connection, or 1000
        messages wait for the broker. A device that is not connected does not get it, not even
        later. May be called from any thread. Raises TypeError, ValueError.
        """
        return self._link.send(*messages.to_device(self.identity, name, data))

    def on(self, name: str, callback: Handler | None) -> None:
        """`callback(data)` is called for each message `name` of the device. A later registration
        replaces an earlier one; None ends it. Raises TypeError, ValueError."""
        messages.check_name(name)
        _check_callback(callback)
        if callback is None:
            self.handlers.pop(name, None)
        else:
            self.handlers[name] = callback

    def onconnect(self, callback: Callback | None) -> None:
        """`callback()` is called when the device has connected. Raises TypeError."""
        _check_callback(callback)
        self.connect_callback = callback

    def ondisconnect(self, callback: Callback | None) -> None:
        """`callback()` is called when the device was connected and is not any more. Raises
        TypeError."""
        _check_callback(callback)
        self.disconnect_callback = callback

    def isconnected(self) -> bool:
        """Whether the broker says that the device is connected. False, too, while the agent itself
        has no connection."""
        return self.online is True and self._link.up

    def info(self) -> dict[str, object]:
        """`id` (str) and `isconnected` (bool) of the device."""
        return {"id": self.identity, "isconnected": self.isconnected()}


class Server:
    """The server of this agent, as `server` on an imp."""

    def __init__(self, identity: str, states: States) -> None:
        self._id = identity
        self._states = states

    def load(self) -> dict[str, object]:
        """What was saved last for this device; an empty dict if nothing was. Raises ValueError
        when the file is damaged, OSError."""
        return self._states.load(self._id)

    def save(self, state: dict[str, object]) -> int:
        """Keeps `state` (dict, up to 64 KB as JSON) in place of what was saved. Returns 0. Raises
        TypeError, ValueError, OSError; what was saved before is kept then."""
        self._states.save(self._id, state)
        return 0

    def log(self, message: object) -> None:
        """Writes a line to the agent's log."""
        log.info("%s agent: %s", self._id, readable(message))

    def error(self, message: object) -> None:
        """Writes a line to the agent's log, as an error."""
        log.error("%s agent: %s", self._id, readable(message))
