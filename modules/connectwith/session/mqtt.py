# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""An MQTT 3.1.1 client without input or output (OASIS standard of 29 October 2014; numbers in
brackets below are its statements).

The owner moves the bytes. Output is one frame at a time: while `out_n` is not 0, the owner writes
the first `out_n` bytes of `out`, stores the number of bytes that the stream took in `written`, and
calls `sent()`. A frame may be composed only when `idle()`. Input: the owner reads into `inbox`,
stores the number of bytes in `inbox_n`, and calls `received()`.

Ctrl-C may interrupt at any jump of the byte code. So the owner stores `written` and `inbox_n`
straight from the call. The methods here take all decisions first and then change the state in
straight-line code: an interrupted call is simply made again. Waiting allocates nothing.
"""

from array import array

from micropython import const

from connectwith.session import mqtt_frame

_KEEP_ALIVE_S = const(60)  # the server disconnects after 1.5 times this [MQTT-3.1.2-24]

# Indices into `_ms`, as in mqtt_frame.py.
_RECEIVED = const(0)
_SENT = const(1)
_WITHIN = const(4)
_DUE = const(5)

_CONNECT = const(0x10)
_CONNACK = const(0x20)
_PUBLISH = const(0x30)
_DUP = const(0x08)
_PUBACK = const(0x40)
_SUBSCRIBE = const(0x82)
_SUBACK = const(0x90)
_PINGREQ = const(0xC0)
_PINGRESP = const(0xD0)
_DISCONNECT = const(0xE0)

# State of the session.
_NEW = const(0)
_CONNECTING = const(1)
READY = const(2)
REFUSED = const(3)  # `refusal` holds the CONNACK code

# State of the parser.
_AT_TYPE = const(0)
_AT_LENGTH = const(1)
_AT_BODY = const(2)

_RX_BYTES = const(256)  # of the buffer for packets; a longer message gets a buffer of its own
_INBOX_BYTES = const(256)
_ACKS = const(40)  # an inbox cannot hold as many PUBLISH packets with QoS 1


class ProtocolError(Exception):
    """The peer has violated the protocol."""


class Client(mqtt_frame.Frame):
    """One session. `on_message(topic, payload)`, if not None, is called for each message that the
    server publishes, and as `on_message(None, packet_id)` for a SUBSCRIBE that it refuses.

    `longest`: bytes of the longest message that is received. The payload of a longer message, and
    of one for which there is no memory, is None. During the call `retained` says whether the
    message was a retained one."""

    def __init__(self, on_message=None, longest=_RX_BYTES):
        super().__init__()
        self._rx = bytearray(_RX_BYTES)
        self._body = self._rx_view = memoryview(self._rx)
        self.inbox = memoryview(bytearray(_INBOX_BYTES))
        self._skipped_id = bytearray(2)  # packet id of a message that is skipped
        self._acks = array("H", bytes(2 * _ACKS))
        self.on_message = on_message
        self._longest = longest
        self.reset()

    def reset(self):
        """Resets all state, for a new connection."""
        self.wipe()
        self.state = _NEW
        self.refusal = 0
        self.out = self._tail = None
        self.out_n = self.written = self.inbox_n = self._parsed = 0
        self._packet_id = 0
        self.unacked.clear()
        self._at = _AT_TYPE
        self._type = self._length = self._shift = self._stored_n = self._n_acks = 0
        self._ms[_WITHIN] = self._ms[_DUE] = 0
        self.retained = False
        self.keepalive(0)

    # -- outwards

    def idle(self):
        """Whether a frame can be composed: the frame before was written completely."""
        return self.out_n == 0

    def sent(self, now_ms):
        """Removes the `written` bytes from `out`."""
        took = self.written
        if not took:
            return
        rest = self.out_n - took
        if rest:
            following = memoryview(self.out)[took:]
            tail = self._tail
        else:
            following = self._tail
            tail = None
            if following is not None:
                rest = len(following)
        self._ms[_SENT] = now_ms
        self._tail = tail
        self.out = following
        self.out_n = rest
        self.written = 0

    def connect(self, client_id, username, password, will_topic, will, clean=True):
        """Composes CONNECT with a retained last will of QoS 1. All parts are bytes or None.
        `clean`: the server forgets the session at its end."""
        flags = 0x04 | 0x08 | 0x20  # will: present, QoS 1, retained
        if clean:
            flags |= 0x02
        if username is not None:
            flags |= 0x80
            if password is not None:
                flags |= 0x40  # never without a user name [MQTT-3.1.2-22]
        size = 10 + 6 + len(client_id) + len(will_topic) + len(will)
        if flags & 0x80:
            size += 2 + len(username)
        if flags & 0x40:
            size += 2 + len(password)
        self._make_room(size)  # until wipe()
        self._begin(_CONNECT, size)
        self._field(b"MQTT")
        self._byte(4)
        self._byte(flags)
        self._word(_KEEP_ALIVE_S)
        self._field(client_id)
        self._field(will_topic)
        self._field(will)
        if flags & 0x80:
            self._field(username)
        if flags & 0x40:
            self._field(password)
        self.state = _CONNECTING
        self._finish()

    def reserve(self):
        """A packet id for a message to be published. It counts as unacknowledged from now on."""
        packet_id = self.next_id()
        self.unacked.append(packet_id)
        return packet_id

    def publish(self, topic, payload, packet_id=0, retain=False, again=False):
        """Composes PUBLISH. `topic`, `payload`: bytes. QoS 1 with a packet id, otherwise QoS 0.
        `again`: it was sent before [MQTT-3.3.1-1]. The payload is not copied, so it must not
        change before `idle()`."""
        qos = 1 if packet_id else 0
        self._begin(
            _PUBLISH | qos << 1 | (1 if retain else 0) | (_DUP if again else 0),
            2 + len(topic) + (2 if qos else 0) + len(payload),
            len(payload),
        )
        self._field(topic)
        if qos:
            self._word(packet_id)
        self._tail = memoryview(payload) if len(payload) else None
        self._finish()

    def subscribe(self, topic, qos=0):
        """Composes SUBSCRIBE for one topic filter (bytes). Returns the packet id."""
        self._begin(_SUBSCRIBE, 2 + 2 + len(topic) + 1)
        packet_id = self.next_id()
        self._word(packet_id)
        self._field(topic)
        self._byte(qos)
        self._finish()
        return packet_id

    def disconnect(self):
        """Composes DISCONNECT, after which the server drops the last will."""
        self._begin(_DISCONNECT, 0)
        self._finish()

    def tick(self, now_ms):
        """Keepalive, to be called before writing. False: the peer has not answered PINGREQ."""
        if not self.is_alive(now_ms):
            return False
        if not self.out_n:
            self.answer()
        return True

    def answer(self):
        """When `idle()`: composes PINGREQ or PUBACK. False: none is due."""
        if self._ms[_DUE]:
            self._begin(_PINGREQ, 0)
            self._ms[_DUE] = 0
            self._finish()
            return True
        if self._n_acks:
            self._begin(_PUBACK, 2)
            self._word(self._acks[self._n_acks - 1])
            self._n_acks -= 1
            self._finish()
            return True
        return False

    def unsent(self):
        """Bytes of the frame that have not been written yet."""
        return self.out_n + (len(self._tail) if self._tail is not None else 0)

    def acks_due(self):
        """Whether acknowledgements are to be written. Nothing may be read before."""
        return self._n_acks > 0

    def next_id(self):
        """A packet id that no unacknowledged message has [MQTT-2.3.1-2]."""
        packet_id = self._packet_id % 65535 + 1
        while packet_id in self.unacked:
            packet_id = packet_id % 65535 + 1
        self._packet_id = packet_id
        return packet_id

    # -- inwards

    def received(self, now_ms):
        """Parses the first `inbox_n` bytes of `inbox`. ProtocolError: the owner must
        disconnect."""
        n = self.inbox_n
        if not n:
            return
        ms = self._ms
        ms[_RECEIVED] = now_ms
        ms[_WITHIN] = ms[_DUE] = 0
        while self._parsed < n:
            if self._at == _AT_BODY:
                self._store(n - self._parsed)
            elif self._at == _AT_LENGTH:
                self._length_byte(self.inbox[self._parsed])
            else:
                self._first_byte(self.inbox[self._parsed])
            if self._at == _AT_BODY and self._stored_n == self._length:
                self._packet()
                self._at = _AT_TYPE
                self._body = self._rx_view
        self.inbox_n = self._parsed = 0

    def _first_byte(self, byte):
        if self.state != READY:
            # Nothing comes before CONNACK [MQTT-3.2.0-1].
            if self.state != _CONNECTING or byte != _CONNACK:
                raise ProtocolError("no CONNACK")
        elif byte & 0xF0 == _PUBLISH:
            if byte & 0x06 > 0x02:
                raise ProtocolError("QoS")  # no subscription has QoS 2
        elif byte not in (_PUBACK, _SUBACK, _PINGRESP):
            raise ProtocolError("packet type")
        self._type = byte
        self._length = self._shift = self._stored_n = 0
        self._at = _AT_LENGTH
        self._parsed += 1

    def _length_byte(self, byte):
        shift = self._shift
        length = self._length | (byte & 0x7F) << shift
        if byte & 0x80:
            if shift >= 21:
                raise ProtocolError("length")
            at = _AT_LENGTH
        else:
            if not self._is_right_length(length) or shift and not byte:
                raise ProtocolError("length")  # or its last byte is a superfluous zero
            at = _AT_BODY
            self._body = self._buffer_for(length)
        self._length = length
        self._shift = shift + 7
        self._at = at
        self._parsed += 1

    def _is_right_length(self, length):
        kind = self._type & 0xF0
        if kind == _PUBLISH:
            return length >= 3
        # A SUBSCRIBE has one topic, so its SUBACK has one code.
        return length == (0 if kind == _PINGRESP else 3 if kind == _SUBACK else 2)

    def _buffer_for(self, length):
        """The buffer for a packet. For a message that is to be skipped it is too small."""
        if _RX_BYTES < length <= self._longest and self.on_message:
            try:
                return memoryview(bytearray(length))
            except MemoryError:
                pass
        return self._rx_view

    def _store(self, n):
        have = self._stored_n
        start = self._parsed
        n = min(n, self._length - have)
        room = min(n, len(self._body) - have)
        if room > 0:
            self._body[have : have + room] = self.inbox[start : start + room]
        if self._length > len(self._body):
            self._store_id(have, n)
        self._stored_n = have + n
        self._parsed += n

    def _store_id(self, have, n):
        """Stores the packet id of a message that is skipped. Only the beginning of such a message
        is in the buffer, and the packet id, which follows the topic, may be behind it."""
        first = 2 + (self._rx[0] << 8 | self._rx[1])
        for i in range(2):
            if have <= first + i < have + n:
                self._skipped_id[i] = self.inbox[self._parsed + first + i - have]

    def _packet(self):
        kind = self._type & 0xF0
        packet_id = self._rx[0] << 8 | self._rx[1]  # of an acknowledgement
        if kind == _CONNACK:
            self._connack(self._rx[0], self._rx[1])
        elif kind == _PUBACK:
            if packet_id in self.unacked:  # otherwise it is a duplicate, or was never sent
                self.unacked.remove(packet_id)
        elif kind == _SUBACK:
            if self._rx[2] not in (0, 1, 2, 0x80):
                raise ProtocolError("SUBACK")
            if self._rx[2] & 0x80 and self.on_message:
                self.on_message(None, packet_id)
        elif kind == _PUBLISH:
            self._message()

    def _connack(self, flags, code):
        # The flags of a refusal are ignored. So is Session Present (section 3.2.2.2): a broker may
        # have kept a session although CONNECT asked for a clean one. Its messages are read and
        # acknowledged.
        if flags & 0xFE and not code:
            raise ProtocolError("CONNACK flags")
        self.refusal = code
        self.state = REFUSED if code else READY

    def _message(self):
        rx = self._body
        start = 2 + (rx[0] << 8 | rx[1])
        payload = start + (2 if self._type & 0x06 else 0)
        if start == 2 or payload > self._length:
            raise ProtocolError("topic length")
        whole = self._length <= len(rx)
        if self._type & 0x06:
            packet_id = rx[start:payload] if whole else self._skipped_id
            self._remember(packet_id[0] << 8 | packet_id[1])
        if self.on_message:
            topic = bytes(rx[2 : min(start, len(rx))])
            for byte in topic:
                if byte in b"#+\0":  # [MQTT-3.3.2-2], [MQTT-1.5.3-2]
                    raise ProtocolError("topic")
            self.retained = bool(self._type & 1)
            data = rx[payload : self._length] if whole else None
            if data and rx is self._rx_view:  # otherwise the message has a buffer of its own
                data = bytes(data)
            self.on_message(topic, data)

    def _remember(self, packet_id):
        if not packet_id:
            raise ProtocolError("packet id")  # [MQTT-2.3.1-1]
        if self._n_acks >= _ACKS:
            raise ProtocolError("too many at once")
        self._acks[self._n_acks] = packet_id
        self._n_acks += 1
