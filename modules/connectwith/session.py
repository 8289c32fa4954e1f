# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The session with the broker, on a stream: what to say, when to give up. No call waits."""

import machine
from micropython import const

from connectwith import mqtt

_READS_PER_STEP = const(4)  # a flood of messages must not hold up the user's code

PENDING = const(0)
OPEN = const(1)
CLOSED = const(-1)

_ONLINE = b'"online"'
_OFFLINE = b'"offline"'


class Session:
    """`open()`, then `pump()` again and again, `close()` at the end. One object serves for ever.

    When `pump()` says CLOSED, `cause` (str) and `code` (int) tell why.
    """

    def __init__(self):
        self._mqtt = mqtt.Client()
        self._stream = None
        self._status_due = False
        device = machine.unique_id().hex()
        self._prefix = "imp/" + device + "/"
        self._client_id = ("imp-" + device).encode()
        self._status_topic = (self._prefix + "status").encode()
        self.cause = ""
        self.code = 0

    def open(self, stream, settings, password, now_ms):
        """Composes CONNECT. `settings`: cloud.Settings; `password`: bytes or None."""
        client = self._mqtt
        client.reset()
        client.alive(now_ms)
        client_id = settings.clientid.encode() if settings.clientid else self._client_id
        username = None if settings.username is None else settings.username.encode()
        client.connect(client_id, username, password, self._status_topic, _OFFLINE)
        self._status_due = True
        self._stream = stream

    def pump(self, now_ms):
        """Writes what is due and reads what has come. PENDING, OPEN, or CLOSED for good."""
        stream = self._stream
        if stream is None:
            return CLOSED
        client = self._mqtt
        try:
            self._write(client, stream, now_ms)
            if not self._read(client, stream, now_ms):
                return self._end("closed by the server", 0)
            if self._status_due and client.state == mqtt.READY and client.idle():
                self._say_online(client)
                self._write(client, stream, now_ms)
        except mqtt.ProtocolError as error:
            return self._end("MQTT: " + str(error), 0)
        except OSError as error:
            return self._end("errno", error.errno or 0)
        if client.state == mqtt.REFUSED:
            return self._end("CONNACK", client.refusal)
        if client.state != mqtt.READY:
            return PENDING
        if not client.tick(now_ms):
            return self._end("no answer to PINGREQ", 0)
        return OPEN

    def close(self, polite):
        """Forgets the stream, which the owner closes. `polite`: says goodbye, without waiting."""
        stream = self._stream
        self._stream = None
        client = self._mqtt
        if stream is None or not polite or client.state != mqtt.READY or not client.idle():
            return
        try:
            # The last will is not sent after DISCONNECT, so the status is ours to set.
            client.publish(self._status_topic, _OFFLINE, 0, True)
            self._push(client, stream)
            client.disconnect()
            self._push(client, stream)
        except (OSError, RuntimeError):
            pass  # it is gone already, or there is no room: the last will says the same

    def publish(self, name, payload, qos):
        """Composes a message on the device's topic `name` (str). The packet id, 0 for QoS 0.

        Only when `idle()`."""
        return self._mqtt.publish((self._prefix + name).encode(), payload, qos)

    def idle(self):
        return self._mqtt.idle()

    def acked(self):
        """The packet id that was acknowledged last."""
        return self._mqtt.acked

    def busy(self):
        """Whether something is on its way out, so that the next look should come soon."""
        return self._mqtt.out_n > 0 or self._mqtt.owes()

    def _say_online(self, client):
        client.wipe()  # the password in CONNECT
        client.publish(self._status_topic, _ONLINE, 0, True)
        self._status_due = False

    def _push(self, client, stream):
        for _ in range(3):  # header, payload, and one for a partial write
            if client.idle():
                return
            client.took = stream.write(client.out, client.out_n)
            client.sent(0)

    def _write(self, client, stream, now_ms):
        # `took` keeps what a step wrote that was interrupted before it could account for it.
        client.sent(now_ms)
        for _ in range(2):
            if client.idle():
                return
            client.took = stream.write(client.out, client.out_n)
            client.sent(now_ms)

    def _read(self, client, stream, now_ms):
        for _ in range(_READS_PER_STEP):
            # `got` keeps what an interrupted step has read.
            client.received(now_ms)
            if client.owes():
                return True
            client.got = stream.readinto(client.inbox)
            if client.got is None:
                return True
            if not client.got:
                return False
        client.received(now_ms)
        return True

    def _end(self, cause, code):
        self.cause = cause
        self.code = code
        self._stream = None
        return CLOSED
