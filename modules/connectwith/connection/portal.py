# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Whether a captive portal stands in for the server: one HTTP request, after the server's name or
TLS has led to somebody else. Imported for that, and unloaded afterwards.

The request goes to an address that answers 204, No Content. Nobody but a portal redirects it,
answers with a page, or says 511, Network Authentication Required (RFC 6585, section 6). Any other
answer, noise and silence tell nothing.
"""

import time

import _connectwith
from micropython import const

from connectwith.settings import nic

_URL = const("http://connectivitycheck.gstatic.com/generate_204")
_URL_MAX = const(200)
_TOTAL_MS = const(4000)

_STATUS_BYTES = const(12)  # "HTTP/1.1 204" (RFC 9112, section 4)
_NO_CONTENT = const(204)
_MUST_LOG_IN = const(511)

_CONNECTED = const(2)  # a state that Stream.poll() returns

# Last labels of names that are not public (RFC 6761, 6762, 8375, RFC 9476 and custom): a private
# address is no surprise then.
_PRIVATE = const(("test", "local", "lan", "home", "internal", "intranet", "corp", "arpa", "alt"))


def parse(url):
    """(host, port, path) of an address that is to answer 204; () if `url` is None, for no check.
    ValueError, TypeError: it is not `http://host[:port]/path`."""
    if url is None:
        return ()
    if not isinstance(url, str):
        raise TypeError("url: must be a str")
    if url[:7] != "http://":
        raise ValueError("url: must begin with http://")
    if len(url) > _URL_MAX:
        raise ValueError("url: too long")
    for letter in url:
        if not "!" <= letter <= "~":
            raise ValueError("url: not an address")
    host, _, path = url[7:].partition("/")
    host, colon, digits = host.partition(":")
    port = 80
    if colon:
        port = int(digits) if digits.isdigit() and len(digits) <= 5 else 0
        if not 1 <= port <= 65535:
            raise ValueError("url: not a port")
    if not nic.is_host(host):
        raise ValueError("url: not a host name")
    return host, port, "/" + path


def is_strange(host, address, gateway):
    """Whether `address`, which DNS has given for the server `host`, is that of a portal: the
    gateway's, or a private one for a public name."""
    label = host.rstrip(".").rpartition(".")
    if not label[1] or label[2].isdigit() or label[2].lower() in _PRIVATE:
        return False
    if address == gateway:
        return True
    first, second, _, _ = (int(part) for part in address.split("."))
    return (
        first in (10, 127)
        or first == 172 and 16 <= second < 32
        or (first, second) in ((192, 168), (169, 254))
    )  # fmt: skip


class Check:
    """The request. No call waits."""

    def __init__(self, route, target):
        """`route`: the interface, see links.route(). `target`: what parse() has returned; None:
        the default address."""
        self._host, self._port, path = target or parse(_URL)
        self._device = route[0]
        # One that asks for the connection to be kept would be answered no faster.
        text = "GET " + path + " HTTP/1.1\r\nHost: " + self._host
        if self._port != 80:
            text += ":" + str(self._port)
        self._out = memoryview((text + "\r\nConnection: close\r\n\r\n").encode())
        self._status = memoryview(bytearray(_STATUS_BYTES))
        self._have = 0
        self._stream = None
        self._began_ms = time.ticks_ms()
        self._resolver = _connectwith.Resolver()
        self._resolver.use(route[0], route[1])
        self._resolver.start(self._host)

    def poll(self):
        """0 while the answer is awaited, 1 for a portal, -1 if nothing says so."""
        if time.ticks_diff(time.ticks_ms(), self._began_ms) >= _TOTAL_MS:
            return -1
        try:
            return self._poll()
        except (OSError, ValueError, RuntimeError, MemoryError):
            return -1

    def close(self):
        """Ends it. A second call does nothing."""
        self._resolver.cancel()
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _poll(self):
        stream = self._stream
        if stream is None:
            found = self._resolver.poll()
            if found > 0:
                self._stream = _connectwith.Stream()
                self._stream.connect(self._resolver.address(), self._port, self._device)
            return min(found, 0)
        state = stream.poll()
        if state < _CONNECTED:
            return min(state, 0)
        if len(self._out):
            took = stream.write(self._out) or 0
            self._out = self._out[took:]
            return 0
        got = stream.readinto(self._status[self._have :])
        if got is None:
            return 0
        self._have += got
        if self._have == _STATUS_BYTES:
            return 1 if _is_portal(bytes(self._status)) else -1
        return 0 if got else -1


def _is_portal(line):
    """Whether the begin of a status line is that of a portal."""
    digits = line[9:]
    if line[:7] != b"HTTP/1." or line[8:9] != b" " or not digits.isdigit():
        return False
    status = int(digits)
    return 200 <= status < 400 and status != _NO_CONTENT or status == _MUST_LOG_IN
