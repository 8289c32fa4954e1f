# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The MQTT session with the broker, on a stream: what to say, when to give up. No call waits.

Beside it in this package: its frames, sends under a policy, messages of the agent. May use
settings. It gets its stream and the controller from the connection, and imports neither.
"""

import machine
from micropython import const

from connectwith.session import mqtt

# A flood of messages, either way, must not hold up the user's code.
_READS_PER_STEP = const(4)
_WRITES_PER_STEP = const(4)

_BUFFER_BYTES = const(3456)  # six segments of the smallest size that every host takes (RFC 1122)
_BUFFER_MAX = const(30 * 1024)
_OVERHEAD = const(16)  # of a message beside topic and payload
_UNACKED_MAX = const(256)
_LONGEST = const(8 * 1024)  # of a message to the device with its topic; it is held in memory
_INBOUND_MAX = const(4 * 1024)  # of messages to the device while the user's code waits in a call

# What poll() returns.
_PENDING = const(0)
_OPEN = const(1)
_CLOSED = const(-1)

_ONLINE = const(b'"online"')
_OFFLINE = const(b'"offline"')


class Session:
    """`open()`, then `poll()` again and again, `close()` at the end. One object serves for ever.

    When `poll()` says CLOSED, `cause` (str) and `code` (int) tell why.
    """

    def __init__(self):
        self.mqtt = mqtt.Client(self._on_message, _LONGEST)
        self._stream = None
        device = machine.unique_id().hex()
        self._prefix = ("imp/" + device + "/").encode()
        self._status = self._prefix + b"status"
        self._client_id = ("imp-" + device).encode()
        self._begun = 0  # how much of what a session begins with has been said
        self._subscribed = 0  # packet id of the last subscription
        self._queue = []  # (name, payload, packet id) of messages, oldest first
        self._queued = 0  # bytes of them
        # (name, payload) of messages to the device, oldest first; None is the payload of one that
        # is too long. With a str as payload it is not a message, but what is wrong with that name.
        self.inbound = []
        self._inbound_bytes = 0
        self.buffer_bytes = _BUFFER_BYTES
        self.cause = ""
        self.code = 0

    def open(self, stream, settings, password, now_ms):
        """Composes CONNECT. `settings`: cloud.Settings; `password`: bytes or None."""
        client = self.mqtt
        client.reset()
        client.keepalive(now_ms)
        client_id = settings.clientid.encode() if settings.clientid else self._client_id
        username = None if settings.username is None else settings.username.encode()
        client.connect(client_id, username, password, self._status, _OFFLINE)
        self._forget()
        self._begun = 0
        self._stream = stream

    def poll(self, now_ms, waiting=False):
        """Writes what is due and reads what has come. PENDING, OPEN, or CLOSED for good.

        `waiting`: the user's code waits for this in a call, so that messages to the device, for
        whose handlers it is not the time, must not hold up acknowledgements."""
        stream = self._stream
        if stream is None:
            return _CLOSED
        client = self.mqtt
        broken = ended = wrong = None
        try:
            self._write(client, stream, now_ms)
        except OSError as error:
            broken = error  # what has come before is still to be read
        try:
            ended = not self._read(client, stream, now_ms, _INBOUND_MAX if waiting else 0)
        except mqtt.ProtocolError as error:
            wrong = error
        except OSError as error:
            broken = broken or error
        if client.state == mqtt.REFUSED:  # a server that refuses closes behind it
            return self._end("CONNACK", client.refusal)
        if wrong is not None:
            return self._end("MQTT: " + str(wrong), 0)
        if ended:
            return self._end("closed by the server", 0)
        if broken is not None and (waiting or not self.inbound):  # their handlers come first
            return self._end("errno", broken.errno or 0)
        if client.state != mqtt.READY:
            return _PENDING
        if not client.tick(now_ms):
            return self._end("no answer to PINGREQ", 0)
        return _OPEN

    def close(self, goodbye):
        """Forgets the stream, which the owner closes. `goodbye`: says goodbye, without waiting.
        Returns whether goodbye is on its way.

        What was not acknowledged stays known as such until the next `open()`."""
        stream = self._stream
        self._stream = None
        client = self.mqtt
        self._forget()
        if client.state != mqtt.READY:
            client.wipe()  # the password in CONNECT, which nobody has answered well
        if stream is None or not goodbye or client.state != mqtt.READY or not client.idle():
            return False
        try:
            # The last will is not sent after DISCONNECT, so the status is ours to set.
            client.publish(self._status, _OFFLINE, retain=True)
            self._push(client, stream)
            client.disconnect()
            self._push(client, stream)
        except (OSError, RuntimeError):
            return False  # it is gone already, or there is no room: the last will says the same
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
        """Whether the send buffer takes a message. An empty one takes any, bit by bit."""
        if len(self.mqtt.unacked) >= _UNACKED_MAX:
            return False
        used = self._queued + self.mqtt.unsent()
        return not used or used + _size(name, payload) <= self.buffer_bytes

    def is_within_buffer(self):
        """Whether all that is left of the accepted messages fits into the send buffer."""
        return self._queued + self.mqtt.unsent() <= self.buffer_bytes

    def enqueue(self, name, payload):
        """Puts a message (bytes) for the device's topic `name` (str) into the send buffer. It goes
        out with QoS 1. Returns its packet id."""
        packet_id = self.mqtt.reserve()
        self._queued += _size(name, payload)
        self._queue.append((name, payload, packet_id))
        return packet_id

    def is_waiting(self, packet_id=0):
        """Whether this message, or with 0 any, still has to be acknowledged."""
        unacked = self.mqtt.unacked
        return packet_id in unacked if packet_id else len(unacked) > 0

    def busy(self):
        """Whether something is on its way, so that the next look should come soon."""
        return self.mqtt.out_n > 0 or len(self.mqtt.unacked) > 0 or self.mqtt.acks_due()

    def watch(self):
        """Asks for a step as soon as something comes. False: nobody will tell."""
        return self._stream.watch()

    # -- messages to the device

    def take(self):
        """The oldest message that has come, as (name, payload), and forgets it."""
        message = self.inbound.pop(0)
        self._inbound_bytes = self._inbound_bytes - len(message[1] or b"") if self.inbound else 0
        return message

    def _on_message(self, topic, payload):
        if topic is None:
            last = payload == self._subscribed and self._begun > 1
            name = "restart" if last else "device/#"
            payload = "subscription refused: "
        elif not topic.startswith(self._prefix):
            return  # subscribed to by nobody here
        else:
            name = _decode(topic[len(self._prefix) :])
            if self.mqtt.retained and name == "restart":
                return  # else every connection would end in a restart
        self._inbound_bytes += len(payload or b"") + 1
        self.inbound.append((name, payload))

    def _forget(self):
        self._queue.clear()
        self._queued = 0
        self.inbound.clear()
        self._inbound_bytes = 0

    def _compose(self, client):
        """Composes the next frame. False: there is none. Ctrl-C may strike between any two of
        these branches, but not between a frame and its record."""
        if client.state != mqtt.READY:
            return False
        if client.answer():
            return True
        greeted = self._begun
        if greeted < 3:
            # Whoever sees the device online may send to it: so it has subscribed before.
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
        name, payload, packet_id = self._queue[0]
        topic = self._prefix + name.encode()
        size = _size(name, payload)
        client.publish(topic, payload, packet_id)
        self._queue.pop(0)
        self._queued -= size
        return True

    def _push(self, client, stream):
        for _ in range(3):  # header, payload, and one for a partial write
            if client.idle():
                return
            client.written = stream.write(client.out, client.out_n)
            client.sent(0)

    def _write(self, client, stream, now_ms):
        # `written` keeps what a step wrote that was interrupted before it could account for it.
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
            # `inbox_n` keeps what an interrupted step has read.
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


def _decode(name):
    """The bytes as str; of a long topic the end may be missing, in the middle of a character."""
    for cut in range(4):
        try:
            return str(name[: len(name) - cut], "utf-8")
        except UnicodeError:
            pass
    return "device/?"  # not even UTF-8: it has no handler


def _size(name, payload):
    return len(name) + len(payload) + _OVERHEAD
