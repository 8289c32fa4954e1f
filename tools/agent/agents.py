# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Which agent gets which message. One agent's error or flood does not reach the others."""

import time
from collections.abc import Callable

from agent import messages
from agent.device import Device, Link, Server, log, readable
from agent.once import Once, unwrap
from agent.state import States

Setup = Callable[[Device, Server], object]

# What anyone can make who may publish on any topic.
DEVICES_MAX = 10_000
# How long the broker takes at most to repeat the retained states after a subscription.
STATUS_S = 5.0
# While a callback runs, no other device is served.
_SLOW_S = 5.0
_WARNING_EACH_S = 1.0


class _Agent:
    def __init__(self, device: Device) -> None:
        self.device = device
        self.quiet_until = 0.0
        self.unsaid = 0


class Agents:
    """Calls `setup(device, server)` once for each device, then the callbacks that it registers.

    only: the IDs of the devices that are served; none for all. watch: whether the log lines of the
    devices are shown. All methods are called in one thread.
    """

    def __init__(
        self,
        setup: Setup,
        states: States,
        link: Link,
        only: tuple[str, ...] = (),
        watch: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._setup = setup
        self._states = states
        self._link = link
        self._only = only
        self._watch = watch
        self._clock = clock
        self._agents: dict[str, _Agent] = {}
        self._remarks: set[str] = set()
        # Devices that were online when the connection was lost, until the broker has said more.
        self._pending: set[str] = set()
        self._settle_at: float | None = None
        self._once = Once(states, clock)

    def subscriptions(self) -> list[str]:
        """The topics to subscribe to."""
        kinds = ["status", "agent/#"] + (["log", "error"] if self._watch else [])
        # The states first: an agent then knows that its device is there when a message comes.
        return [f"imp/{device}/{kind}" for kind in kinds for device in self._only or ("+",)]

    def on_up(self) -> None:
        """The broker has the subscriptions; it repeats the retained states now."""
        self._settle_at = self._clock() + STATUS_S
        self._pending = {i for i, agent in self._agents.items() if agent.device.online}

    def on_down(self) -> None:
        """There is no connection: nothing is known of any device."""
        self._settle_at = None

    def tick(self) -> None:
        """To be called from time to time. A device whose retained state is gone has not come back
        since the broker was restarted."""
        self._once.tick()
        if self._settle_at is None or self._clock() < self._settle_at:
            return
        self._settle_at = None
        for identity in sorted(self._pending):  # it changes meanwhile
            self._disconnected(self._agents[identity])

    def end(self) -> None:
        """To be called when no more messages come."""
        self._once.write()

    def on_message(self, topic: str, payload: bytes, retained: bool) -> None:
        """A message from the broker. Raises nothing of what a message or a callback may do."""
        parts = messages.split(topic)
        if parts is None:
            self._remark("a topic that no device has: %s", readable(topic[:128]))
            return
        identity, kind, name = parts
        agent = self._agent(identity)
        if agent is None:
            return
        try:
            data = messages.unpack(payload)
        except ValueError as error:
            self._warn(agent, f"{kind} {name}: dropped, because it is {error}")
            return
        if kind == "status":
            self._status(agent, data, retained)
        elif kind == "agent":
            self._message(agent, name, data, retained)
        elif not retained:
            self._line(agent, kind, data)

    def _agent(self, identity: str) -> _Agent | None:
        agent = self._agents.get(identity)
        if agent is not None:
            return agent
        if len(self._agents) >= DEVICES_MAX:
            self._remark("more than %s devices: the others are not served", str(DEVICES_MAX))
            return None
        agent = self._agents[identity] = _Agent(Device(identity, self._link))
        self._call(agent, "its set-up", self._setup, agent.device, Server(identity, self._states))
        return agent

    def _status(self, agent: _Agent, data: object, retained: bool) -> None:
        if data not in (messages.ONLINE, messages.OFFLINE):
            self._warn(agent, "status: neither online nor offline")
        elif data == messages.OFFLINE:
            self._disconnected(agent)
        else:
            self._connected(agent, retained)

    def _connected(self, agent: _Agent, retained: bool) -> None:
        device = agent.device
        self._pending.discard(device.identity)
        was, device.online = device.online, True
        # Not retained, it comes from a new session, even if the end of the last one was missed.
        if device.connect_callback is not None and not (was and retained):
            self._call(agent, "onconnect", device.connect_callback)

    def _disconnected(self, agent: _Agent) -> None:
        device = agent.device
        self._pending.discard(agent.device.identity)
        was, device.online = device.online, False
        if was and device.disconnect_callback is not None:
            self._call(agent, "ondisconnect", device.disconnect_callback)

    def _message(self, agent: _Agent, name: str, data: object, retained: bool) -> None:
        handler = agent.device.handlers.get(name)
        if retained:
            # No board retains one. It would come again with each connection.
            self._warn(agent, f"message {name}: dropped, because it is a retained one")
            return
        kept = unwrap(data)
        if kept is not None:
            missing = self._once.missing(agent.device.identity, kept)
            if missing is None:
                return  # it has come before
            if missing:
                self._warn(agent, f"{missing} kept messages are missing before {name}")
            data = kept.data
        if handler is None:
            self._warn(agent, f"message without a handler: {name}")
        else:
            self._call(agent, f"the handler of {name}", handler, data)
        if kept is not None:
            self._once.done(agent.device.identity, kept)

    def _line(self, agent: _Agent, kind: str, data: object) -> None:
        identity = agent.device.identity
        (log.info if kind == "log" else log.error)("%s device: %s", identity, readable(data))

    def _call(self, agent: _Agent, what: str, function: Callable[..., object], *data: object):
        identity = agent.device.identity
        began = self._clock()
        try:
            function(*data)
        except Exception:  # whatever a user's code may raise; the others go on
            log.exception("%s %s has raised an exception:", identity, readable(what))
        took = self._clock() - began
        if took > _SLOW_S:
            log.warning(
                "%s %s took %.0f s, in which no other device was served: start a thread for what "
                "waits",
                identity, readable(what), took,
            )  # fmt: skip

    def _warn(self, agent: _Agent, text: str) -> None:
        """One line a second for each device, so that a flood does not fill the disk."""
        now = self._clock()
        if now < agent.quiet_until:
            agent.unsaid += 1
            return
        more = f" ({agent.unsaid} more were not shown)" if agent.unsaid else ""
        agent.quiet_until, agent.unsaid = now + _WARNING_EACH_S, 0
        log.warning("%s %s%s", agent.device.identity, readable(text), more)

    def _remark(self, text: str, *words: str) -> None:
        """Once: nobody knows which device it is about."""
        if text not in self._remarks:
            self._remarks.add(text)
            log.warning("ignored: " + text + "; this is said once", *words)
