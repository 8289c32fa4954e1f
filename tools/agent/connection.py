# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The one MQTT session of all agents: connect, serve, reconnect, end."""

import queue
import random
import threading
import time
from typing import Protocol

import paho.mqtt.client as mqtt

from agent.broker import REFUSED_FOR_GOOD, Broker, failure, refusal, tls
from agent.device import log
from setup.problem import Problem

KEEPALIVE_S = 60
_CONNECT_S = 15.0
# Waiting messages, of paho-mqtt and of other threads.
_WAITING_MAX = 1000
# As the pauses of the firmware after a loss, but without an end.
_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
_HELD_S = 30.0
_LOOP_S = 0.2
_GOODBYE_S = 2.0


class Listener(Protocol):
    """What the connection calls, in its own thread."""

    def subscriptions(self) -> list[str]:
        """The topics to subscribe to."""

    def on_up(self) -> None:
        """The subscriptions are granted."""

    def on_down(self) -> None:
        """The session has ended."""

    def on_message(self, topic: str, payload: bytes, retained: bool) -> None:
        """A message has come. It is acknowledged when this returns."""

    def tick(self) -> None:
        """Called several times a second."""


class Connection:
    """`run()` keeps the session until `stop()`. The broker keeps what comes meanwhile (QoS 1, a
    session that is not a clean one), and repeats what has not been acknowledged."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._thread = threading.get_ident()
        self._outbox: queue.Queue[tuple[str, bytes]] = queue.Queue(_WAITING_MAX)
        self._stopping = self._in_callback = self._was_up = False
        self._refusal: int | None = None
        self._granted: int | None = None  # message ID of the subscription, while it is not granted
        self._denied: list[str] = []
        self._unacked = 0  # messages
        self._ready = self._late = False
        # From CONNACK on: what has waited comes before the subscriptions are granted.
        self.up = False
        self._client = client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            broker.clientid,
            clean_session=False,
            reconnect_on_failure=False,  # else it tries MQTT 3.1 by itself
        )
        client.connect_timeout = _CONNECT_S
        client.max_queued_messages_set(_WAITING_MAX)
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        context = tls(broker)
        if context is not None:
            client.tls_set_context(context)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish

    def stop(self) -> None:
        """Ends `run()`; a callback that runs comes to its end first. For signal handlers."""
        again, self._stopping = self._stopping, True
        if again or not (self.up or self._in_callback):
            raise KeyboardInterrupt  # it waits for the network, and nothing is half done

    def send(self, topic: str, payload: bytes) -> bool:
        """See device.Link."""
        if not self.up:
            return False
        if threading.get_ident() == self._thread:
            return self._publish(topic, payload)
        try:
            self._outbox.put_nowait((topic, payload))
        except queue.Full:
            return False
        return True

    def run(self, listener: Listener) -> None:
        """Serves until stop(). Raises Problem when the first connection fails in a way that only a
        person can mend."""
        self._listener = listener
        failures, first = 0, True
        try:
            while not self._stopping:
                began = time.monotonic()
                problem, for_good = self._session()
                if self._stopping:
                    break
                if first and for_good:
                    raise problem
                held = time.monotonic() - began >= _HELD_S
                first = first and not self._was_up
                failures = 1 if held else failures + 1
                pause = _PAUSES_S[min(failures, len(_PAUSES_S)) - 1] * random.uniform(0.5, 1)
                log.warning("%s Next attempt in %.1f s.", _line(problem), pause)
                time.sleep(pause)
            self._say_goodbye()
        except KeyboardInterrupt:
            if not self._stopping:
                raise
        finally:
            self.up = False
            self._client.disconnect()

    def _session(self) -> tuple[Problem, bool]:
        """One connection from its start to its end: why it ended, and whether that can pass."""
        self._refusal, self._denied = None, []
        self._was_up = self._ready = self._late = False
        try:
            self._client.connect(self._broker.host, self._broker.port, KEEPALIVE_S)
        except (OSError, ValueError) as error:
            return failure(error, self._broker)
        deadline = time.monotonic() + _CONNECT_S
        while self._client.loop(_LOOP_S) == mqtt.MQTT_ERR_SUCCESS:
            self._late = not self._ready and time.monotonic() > deadline
            if self._stopping or self._denied or self._late:
                break
            if self.up:
                self._work()
        return self._end()

    def _work(self) -> None:
        while True:
            try:
                topic, payload = self._outbox.get_nowait()
            except queue.Empty:
                break
            self._publish(topic, payload)
        self._listener.tick()

    def _publish(self, topic: str, payload: bytes) -> bool:
        accepted = self._client.publish(topic, payload, qos=1).rc == mqtt.MQTT_ERR_SUCCESS
        self._unacked += accepted
        return accepted

    def _end(self) -> tuple[Problem, bool]:
        was, self.up = self.up, False
        self._was_up = was
        if was:
            self._listener.on_down()
        if self._stopping:
            return Problem("stopped", "", ""), False
        if self._refusal is not None:
            return refusal(self._refusal, self._broker), self._refusal in REFUSED_FOR_GOOD
        self._client.disconnect()
        if self._denied:
            return Problem(
                f"The broker {self._broker} refuses a subscription.",
                f"this user may not read {', '.join(self._denied)}.",
                "give it the rights that docs/agent.md lists.",
            ), True
        if was and self._late:
            return Problem(
                f"The broker {self._broker} does not answer the subscription.",
                f"it has accepted the agent, and not said within {_CONNECT_S:g} s whether it may "
                "read the topics of the devices.",
                "see the broker's log.",
            ), False
        if was:
            return Problem(
                f"The connection to the broker {self._broker} has ended.",
                "the broker or the network has closed it; if that happens again and again, "
                f"another program has the client ID '{self._broker.clientid}', too.",
                "see the broker's log; two agents need two IDs: --clientid ID.",
            ), False
        return Problem(
            f"The broker {self._broker} has not accepted the agent.",
            "it has closed the connection, or not answered to CONNECT.",
            "check user name, password and certificate, and see the broker's log.",
        ), False

    def _say_goodbye(self) -> None:
        """Waits a moment for the acknowledgements of what has been sent."""
        if not self._was_up:
            return
        deadline = time.monotonic() + _GOODBYE_S
        while (self._unacked or self._client.want_write()) and time.monotonic() < deadline:
            if self._client.loop(_LOOP_S) != mqtt.MQTT_ERR_SUCCESS:
                break

    def _on_connect(self, client, userdata, flags, reason, properties) -> None:
        if reason.is_failure:
            self._refusal = _CONNACK.get(reason.value, reason.value)
            return
        self.up = True
        self._topics = self._listener.subscriptions()
        self._granted = client.subscribe([(topic, 1) for topic in self._topics])[1]

    def _on_subscribe(self, client, userdata, mid, reasons, properties) -> None:
        if mid != self._granted:
            return
        answers = zip(self._topics, reasons, strict=False)
        self._denied = [topic for topic, reason in answers if reason.is_failure]
        if not self._denied:
            self._ready = True
            log.info("connected to %s as %s", self._broker, self._broker.clientid)
            self._listener.on_up()

    def _on_publish(self, client, userdata, mid, reason, properties) -> None:
        self._unacked -= 1

    def _on_message(self, client, userdata, message) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return  # no device's, and no broker should let it pass (MQTT 3.1.1, 1.5.3)
        self._in_callback = True
        try:
            self._listener.on_message(topic, message.payload, message.retain)
        finally:
            self._in_callback = False


# paho-mqtt translates the codes of MQTT 3.1.1 to those of 5.0.
_CONNACK = {0x84: 1, 0x85: 2, 0x88: 3, 0x86: 4, 0x87: 5}


def _line(problem: Problem) -> str:
    return f"{problem.what} Why: {problem.why} Next: {problem.next_step}"
