# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""HTTP CONNECT (RFC 9110, section 9.3.6): the request, a parser of the reply, and the exchange of
both on a stream."""

from binascii import b2a_base64

from micropython import const

from connectwith import overwrite

_HEADER_MAX = const(4096)  # a reply with a longer header is refused

_BYTES_PER_STEP = const(64)  # of the reply

# The position in a line of the header. A bare LF ends a line, too (RFC 9112, section 2.2).
_AT_START = const(0)
_AFTER_CR = const(1)  # of an empty line
_INSIDE = const(2)


def request(host, port, username=None, password=""):
    """The CONNECT request as bytearray. `username` None: without credentials (RFC 7617)."""
    target = host + ":" + str(port)
    text = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n"
    if username is not None:
        pair = (username + ":" + password).encode()
        text += "Proxy-Authorization: Basic " + b2a_base64(pair).decode().strip() + "\r\n"
    return bytearray((text + "\r\n").encode())


class Reply:
    """Parses a reply byte by byte, and stores only its status."""

    def __init__(self):
        self.status = 0
        self.done = False
        self._seen = 0  # bytes of the header so far
        self._line = _INSIDE

    def feed(self, byte):
        """Takes the next byte (int). Returns False if this is not the reply of a proxy.

        `done`: the header is complete. `status`: its three digits. A TLS or MQTT server never
        sends first, so a byte after the header is refused, too."""
        seen = self._seen
        if self.done or seen >= _HEADER_MAX or not _fits(seen, byte):
            return False
        status = self.status
        if 8 < seen < 12:
            status = status * 10 + byte - 0x30
        line = self._line
        done = byte == 0x0A and line != _INSIDE
        if byte == 0x0A:
            line = _AT_START
        elif byte == 0x0D and line == _AT_START:
            line = _AFTER_CR
        else:
            line = _INSIDE
        self.status = status
        self._line = line
        self.done = done
        self._seen = seen + 1
        return True


class Tunnel:
    """Sends a request (bytearray), overwrites it, and reads the reply. No call waits.

    Ctrl-C may interrupt at any jump of the byte code. So the result of a call is stored before the
    next jump, and an interrupted step is simply made again.
    """

    def __init__(self, stream, out):
        self._stream = stream
        self._request = out
        self._out = memoryview(out)  # the rest of it
        self._took = 0
        self._byte = bytearray(1)
        self._got = 0
        self._reply = Reply()

    def poll(self):
        """None while the exchange is under way, then the status of the reply. 0: it was not the
        reply of a proxy. -1: the connection was closed. OSError: the connection is broken."""
        out = self._out
        if out is not None:
            if self._took:
                if self._took == len(out):
                    overwrite(self._request)  # it has the credentials
                self._out = out[self._took :] if self._took < len(out) else None
                self._took = 0
            else:
                self._took = self._stream.write(out)
            return None
        reply = self._reply
        for _ in range(_BYTES_PER_STEP):
            if reply.done:
                if 100 <= reply.status < 200:
                    self._reply = reply = Reply()  # an interim response (RFC 9110, 15.2)
                    continue
                return reply.status
            if not self._got:
                # One byte at a time: the bytes behind the header belong to TLS.
                self._got = self._stream.readinto(self._byte)
            if self._got is None:
                return None
            if not self._got:
                return -1
            fits = reply.feed(self._byte[0])
            self._got = 0  # no jump may stand between feed(), which has taken the byte, and this
            if not fits:
                return 0
        return None


def _fits(at, byte):
    """Whether `byte` may stand at position `at` of `HTTP/1.x NNN` (RFC 9112, section 4)."""
    if at < 7:
        return byte == b"HTTP/1."[at]
    if at == 8:
        return byte == 0x20
    if at < 12:
        return 0x30 <= byte <= 0x39
    return at > 12 or byte in b" \r\n"
