# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The MQTT session with the broker on a stream. No call waits.

The other files of this package: MQTT and its frames, sends under a policy, messages of the agent.
May use settings and the outbox. The connection gives it the stream and the controller; it imports
neither.
"""

import os
import sys

import machine
from micropython import const

from connectwith.session import mqtt

# Bounds for one step, so that many messages in either direction do not block the user's code.
_READS_PER_STEP = const(4)
_WRITES_PER_STEP = const(4)

_BUFFER_BYTES = const(3456)  # six segments of the smallest size that every host takes (RFC 1122)
_BUFFER_MAX = const(30 * 1024)
_OVERHEAD = const(16)  # bytes of a message beside topic and payload
_UNACKED_MAX = const(256)
_LONGEST = const(8 * 1024)  # bytes of a message to the device with its topic; it is held in RAM
_INBOUND_MAX = const(4 * 1024)  # bytes of messages to the device while the user's code waits

_GREETING = const(3)  # frames that a session begins with: two subscriptions and the status

# What poll() returns.
_PENDING = const(0)
_OPEN = const(1)
_CLOSED = const(-1)

_ONLINE = const(b'"online"')
_OFFLINE = const(b'"offline"')


class Session:
    """One MQTT session after the other: `open()`, then `poll()` repeatedly, then `close()`.

    After `poll()` has returned -1, `cause` (str) and `code` (int) have the reason.
    """

    def __init__(self):
        self.mqtt = mqtt.Client(self._on_message, _LONGEST)
        self._stream = None
        device = machine.unique_id().hex()
        self._prefix = ("imp/" + device + "/").encode()
        self._status = self._prefix + b"status"
        self._client_id = ("imp-" + device).encode()
        self._begun = 0  # how many of the first frames of a session have been composed
        self._subscribed = 0  # packet id of the last subscription
        self._queue = []  # messages from the device: (name, payload, packet id), oldest first
        self._queued = 0  # bytes of them
        self._again = 0  # how many of them, from the first on, an earlier session has sent
        # Whether messages are held until the server has acknowledged them, for `outstanding()`.
        self.holds = False
        self._sent = []  # those that are held, as in `_queue`
        self._sent_bytes = 0
        # Messages to the device: (name, payload), oldest first. The payload of a message that is
        # too long is None. A str in its place is an error that concerns the topic `name`.
        self.inbound = []
        self._inbound_bytes = 0
        self.buffer_bytes = _BUFFER_BYTES
        self.kept = None  # the outbox.delivery.Delivery, if there is one: see begin_kept()
        self._has_looked = False  # whether an earlier run has left an outbox in flash
        self.cause, self.code = "", 0

    def open(self, stream, settings, password, now_ms):
        """Composes CONNECT. `settings`: cloud.Settings; `password`: bytes or None."""
        client = self.mqtt
        client.reset()
        client.keepalive(now_ms)
        client_id = settings.clientid.encode() if settings.clientid else self._client_id
        username = None if settings.username is None else settings.username.encode()
        clean = not settings.persistent
        client.connect(client_id, username, password, self._status, _OFFLINE, clean)
        self._forget()
        self.cause, self.code = "", 0
        self._begun = 0
        self.kept = None
        self._stream = stream

    def poll(self, now_ms, waiting=False):
        """Writes frames that are due and reads those that have come. Returns 0 while the session
        is being opened, 1 while it is open, -1 when it has ended.

        `waiting`: the user's code waits in a call. Handlers cannot run then, so messages to the
        device are kept, and acknowledgements behind them are still read."""
        stream = self._stream
        if stream is None:
            return _CLOSED
        client = self.mqtt
        broken = ended = wrong = None
        try:
            self._write(client, stream, now_ms)
        except OSError as error:
            broken = error  # data that has come before is read first
        try:
            ended = not self._read(client, stream, now_ms, _INBOUND_MAX if waiting else 0)
        except mqtt.ProtocolError as error:
            wrong = error
        except OSError as error:
            broken = broken or error
        if client.state == mqtt.REFUSED:  # a server that refuses also closes the connection
            return self._end("CONNACK", client.refusal)
        if wrong is not None:
            return self._end("MQTT: " + str(wrong), 0)
        if ended:
            return self._end("closed by the server", 0)
        if broken is not None and (waiting or not self.inbound):  # handlers of messages run first
            return self._end("errno", broken.errno or 0)
        if client.state != mqtt.READY:
            return _PENDING
        if self._sent:
            self._drop_sent(client)
        if not client.tick(now_ms):
            return self._end("no answer to PINGREQ", 0)
        if self.kept is not None:
            self.kept.feed(self, now_ms)
        return _OPEN

    def close(self, goodbye):
        """Gives up the stream, which the owner closes. `goodbye`: writes DISCONNECT before,
        without waiting. Returns whether DISCONNECT was written.

        Messages that were not acknowledged count as such until the next `open()`."""
        stream = self._stream
        self._stream = None
        client = self.mqtt
        self._forget()
        if self.kept is not None:
            self.kept.end(self)
            self.kept = None
        if client.state != mqtt.READY:
            client.wipe()  # the password in CONNECT, which was not accepted
        if stream is None or not goodbye or client.state != mqtt.READY or not client.idle():
            return False
        try:
            # After DISCONNECT the server drops the last will, so the device publishes the status.
            client.publish(self._status, _OFFLINE, retain=True)
            self._push(client, stream)
            client.disconnect()
            self._push(client, stream)
        except (OSError, RuntimeError):
            return False  # the stream is closed or full: the server publishes the last will
        return True

    # -- messages from the device

    def grow(self, size):
        """See `imp.setsendbuffersize`."""
        if isinstance(size, bool) or not isinstance(size, int):
            raise TypeError("size: must be an int")
        if size < 0:
            raise ValueError("size: must not be negative")
        before = self.buffer_bytes
        self.buffer_bytes = max(before, min(size, _BUFFER_MAX))
        return before

    def has_room(self, name, payload):
        """Whether the send buffer takes a message. An empty buffer takes a message of any size."""
        if len(self.mqtt.unacked) >= _UNACKED_MAX:
            return False
        used = self._queued + max(self.mqtt.unsent(), self._sent_bytes)
        return not used or used + _size(name, payload) <= self.buffer_bytes

    def is_within_buffer(self):
        """Whether the rest of the accepted messages fits into the send buffer."""
        return self._queued + self.mqtt.unsent() <= self.buffer_bytes

    def enqueue(self, name, payload):
        """Puts a message (bytes) for the device's topic `name` (str) into the send buffer. It is
        sent with QoS 1. Returns its packet id."""
        packet_id = self.mqtt.reserve()
        self._queued += _size(name, payload)
        self._queue.append((name, payload, packet_id))
        return packet_id

    def outstanding(self):
        """The messages that the server has not acknowledged, for `adopt()`: those that wait in the
        send buffer, and if `holds` those that were sent. Not those of the outbox, which sends them
        again itself. To be called before `close()`."""
        unacked = self.mqtt.unacked
        sent = [message for message in self._sent if message[2] in unacked] if self.holds else []
        queue = self._queue
        if self.kept is not None:
            sent, queue = self.kept.without(self, sent), self.kept.without(self, queue)
        return sent + queue, len(sent) + self._again

    def adopt(self, outstanding):
        """Sends the messages of another session again, in their order. They keep their packet
        ids. To be called when the session is open, before anything else is sent. May be called
        again."""
        messages, again = outstanding
        queued = 0
        unacked = self.mqtt.unacked
        for name, payload, packet_id in messages:
            queued += _size(name, payload)
            if packet_id not in unacked:
                unacked.append(packet_id)
        self._queue = messages
        self._queued = queued
        self._again = again

    def replace(self, other):
        """Goes on with all that `other`, which is still open, has not finished, and with its
        send buffer. To be called as `adopt()`. Then `other` is to be closed."""
        self.buffer_bytes = other.buffer_bytes
        self.adopt(other.outstanding())
        while other.inbound:
            self.inbound.insert(0, other.inbound.pop())
        self._inbound_bytes = 0
        for _, payload in self.inbound:
            self._inbound_bytes += len(payload or b"") + 1

    def begin_kept(self, kept=None):
        """Sends what the outbox has, from now on. `kept`: its delivery.Delivery; None: as found.
        To be called when the session has been opened, behind `adopt()`."""
        kept = kept or _find_kept(self._has_looked)
        self._has_looked = True
        if self.kept is None and kept is not None:
            kept.begin(self)
            self.kept = kept

    def announce(self):
        """Publishes the status again: the last will of a session before may have come late."""
        self._begun = min(self._begun, 2)

    def is_waiting(self, packet_id=0):
        """Whether the message `packet_id` is not acknowledged; 0: whether any message is not."""
        unacked = self.mqtt.unacked
        if packet_id:
            return packet_id in unacked
        return len(unacked) > 0 or self.kept is not None and self.kept.is_waiting()

    def is_drained(self):
        """Whether every message in the send buffer has been written."""
        return not self._queue and self.mqtt.idle()

    def busy(self):
        """Whether something is outstanding, so the next step should come soon."""
        client = self.mqtt
        if client.out_n > 0 or len(client.unacked) > 0 or client.acks_due():
            return True
        if self._begun < _GREETING:
            return True  # its first frames are to be composed
        return self.kept is not None and self.kept.has_work()

    def due_ms(self, now_ms):
        """The ms until the next `poll()` has something to do, if no traffic comes before."""
        left_ms = self.mqtt.due_ms(now_ms)
        return left_ms if self.kept is None else self.kept.due_ms(now_ms, left_ms)

    def watch(self):
        """Requests a step as soon as data comes. False: the stream cannot do that."""
        return self._stream.watch()

    # -- messages to the device

    def take(self):
        """Removes the oldest message that has come. Returns (name, payload)."""
        message = self.inbound.pop(0)
        self._inbound_bytes = self._inbound_bytes - len(message[1] or b"") if self.inbound else 0
        return message

    def _on_message(self, topic, payload):
        if topic is None:
            last = payload == self._subscribed and self._begun > 1
            name = "restart" if last else "device/#"
            payload = "subscription refused: "
        elif not topic.startswith(self._prefix):
            return  # the device has not subscribed to it
        else:
            name = _decode(topic[len(self._prefix) :])
            if self.mqtt.retained and name == "restart":
                return  # a retained one would restart the device at each connection
            self._stream.count_message(False)
        self._inbound_bytes += len(payload or b"") + 1
        self.inbound.append((name, payload))

    def _forget(self):
        self._queue.clear()
        self._sent.clear()
        self._queued = self._sent_bytes = self._again = 0
        self.inbound.clear()
        self._inbound_bytes = 0

    def _compose(self, client):
        """Composes the next frame. False: there is none. Ctrl-C may interrupt between two
        branches, but not between composing a frame and recording that it was composed."""
        if client.state != mqtt.READY:
            return False
        if client.answer():
            return True
        greeted = self._begun
        if greeted < _GREETING:
            # A client that sees the device online may send to it, so the device subscribes first.
            if greeted == 0:
                client.wipe()  # the password in CONNECT
            if greeted < 2:
                topic = self._prefix + (b"restart" if greeted else b"device/#")
                self._subscribed = client.subscribe(topic, 1)
            else:
                client.publish(self._status, _ONLINE, retain=True)
            self._begun = greeted + 1
            return True
        if not self._queue:
            return False
        message = self._queue[0]
        name, payload, packet_id = message
        topic = self._prefix + name.encode()
        size = _size(name, payload)
        again = self._again
        client.publish(topic, payload, packet_id, False, again > 0)
        self._queue.pop(0)
        self._queued -= size
        self._again = max(again - 1, 0)
        self._sent.append(message)
        self._sent_bytes += size
        self._stream.count_message(True)
        return True

    def _drop_sent(self, client):
        """Drops the messages that need not be held any longer. A server acknowledges them in
        their order [MQTT-4.6.0-2]."""
        while self._sent and not (self.holds and self._sent[0][2] in client.unacked):
            name, payload, _ = self._sent[0]
            size = _size(name, payload)
            self._sent.pop(0)
            self._sent_bytes -= size

    def _push(self, client, stream):
        for _ in range(3):  # header, payload, and one for a partial write
            if client.idle():
                return
            client.written = stream.write(client.out, client.out_n)
            client.sent(0)

    def _write(self, client, stream, now_ms):
        # If a step was interrupted behind write(), `written` still has what it wrote.
        client.sent(now_ms)
        for _ in range(_WRITES_PER_STEP):
            if client.idle() and not self._compose(client):
                return
            client.written = stream.write(client.out, client.out_n)
            if not client.written:
                return
            client.sent(now_ms)

    def _read(self, client, stream, now_ms, room):
        for _ in range(_READS_PER_STEP):
            # If a step was interrupted behind readinto(), `inbox_n` still has what it read.
            client.received(now_ms)
            if client.acks_due() or self._inbound_bytes > room:
                return True
            client.inbox_n = stream.readinto(client.inbox)
            if client.inbox_n is None:
                return True
            if not client.inbox_n:
                return False
        client.received(now_ms)
        return True

    def _end(self, cause, code):
        self.cause = cause
        self.code = code
        self._stream = None
        return _CLOSED


def _find_kept(has_looked):
    """The outbox, if it is in use or an earlier run of the firmware has left one; else None."""
    try:
        if not has_looked and any(os.ilistdir("/outbox")):  # outbox.FOLDER
            from connectwith import outbox

            return outbox.get()
    except (ImportError, OSError):
        pass
    used = sys.modules.get("connectwith.outbox")
    return used and used.get()


def _decode(name):
    """The bytes as str. A long topic may be truncated in the middle of a character."""
    for cut in range(4):
        try:
            return str(name[: len(name) - cut], "utf-8")
        except UnicodeError:
            pass
    return "device/?"  # not UTF-8: no handler has this name


def _size(name, payload):
    return len(name) + len(payload) + _OVERHEAD
