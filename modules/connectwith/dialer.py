# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""From a host name to a stream that is ready for the session: resolve, TCP, proxy, TLS."""

import _connectwith
from micropython import const

from connectwith import results

# Stages (see _connectwith.STAGE_...); READY is the one after TLS.
_RESOLVE = const(4)
_DIAL = const(5)
_PROXY = const(6)
_TLS = const(7)
READY = const(8)
FAILED = const(-1)

# What Stream.poll() gives.
_CONNECTED = const(2)
_SECURE = const(4)
_BROKEN = const(-1)

_BYTES_PER_STEP = const(64)  # of the proxy's reply


class Dialer:
    """`start()`, then `poll()` until READY or FAILED, at last `close()`.

    `late` is the result if the time ends in the stage under way, -1 for what is usual there.
    After FAILED: `result` is the imp's code, `cause`, `code` and `flags` what lies behind it.
    """

    def __init__(self, resolver):
        self._resolver = resolver
        self.stream = None
        self._target = None
        self._proxy = self._secrets = None
        self._turn = FAILED
        self._asked = False
        self._out = None  # the rest of the request to the proxy
        self._took = 0
        self._reply = None
        self._byte = bytearray(1)
        self._got = 0
        self.result = 0
        self.cause = ""
        self.code = self.flags = 0
        self.late = -1

    def start(self, target, proxy, secrets):
        """`target`: cloud.Settings. `proxy`: (address, port, username, password) or None.
        `secrets`: what TLS takes as client certificate and key, or (None, None)."""
        self.close()
        self._target = target
        self._proxy = proxy
        self._secrets = secrets
        self._asked = False
        self.late = -1
        self._turn = _RESOLVE

    def poll(self):
        """Does the next bit of work; never waits, and allocates on progress only.

        Returns the stage that is under way (STAGE_RESOLVE to STAGE_TLS), READY or FAILED."""
        turn = self._turn
        if turn == _RESOLVE:
            return self._resolve()
        if turn == _DIAL:
            return self._dial()
        if turn == _PROXY:
            return self._tunnel()
        if turn == _TLS:
            return self._handshake()
        return turn

    def close(self):
        """Drops the stream, if there is one, and every query. Never waits."""
        self._turn = FAILED
        self._resolver.cancel()
        stream = self.stream
        if stream is not None:
            stream.close()
            self.stream = None
        self._target = self._proxy = self._secrets = self._out = self._reply = None

    def _resolve(self):
        if not self._asked:
            self._resolver.start(self._proxy[0] if self._proxy else self._target.host)
            self._asked = True
        found = self._resolver.poll()
        if not found:
            return _RESOLVE
        if found < 0:
            return self._fail(results.NOT_RESOLVED, "DNS", found)
        port = self._proxy[1] if self._proxy else self._target.port
        if self.stream is not None:
            self.stream.close()  # of this step, when Ctrl-C had cut it short
        stream = _connectwith.Stream()
        self.stream = stream
        try:
            stream.connect(self._resolver.address(), port)
        except OSError as error:
            return self._fail(self._unreachable(), "TCP errno", error.errno)
        if self._proxy:
            self.late = results.NO_PROXY
        self._turn = _DIAL
        return _DIAL

    def _dial(self):
        state = self.stream.poll()
        if state == _BROKEN:
            return self._broken(self._unreachable())
        if state < _CONNECTED:
            return _DIAL
        if self._proxy is None:
            return self._secure()
        from connectwith import proxy  # most devices have none: its memory is better spent

        _, _, username, password = self._proxy
        target = self._target
        self._out = memoryview(proxy.request(target.host, target.port, username, password))
        self._took = 0
        self._got = 0
        self._reply = proxy.Reply()
        self._turn = _PROXY
        return _PROXY

    def _tunnel(self):
        out = self._out
        if out is not None:
            return self._ask(out)
        reply = self._reply
        for _ in range(_BYTES_PER_STEP):
            if not self._got:
                try:
                    # One byte at a time: what follows the header belongs to TLS.
                    self._got = self.stream.readinto(self._byte)
                except OSError as error:
                    return self._fail(results.NO_PROXY, "proxy errno", error.errno)
            if self._got is None:
                return _PROXY
            if not self._got or not reply.feed(self._byte[0]):
                return self._fail(results.NO_PROXY, "not a proxy", 0)
            self._got = 0
            if reply.done:
                return self._admitted(reply.status)
        return _PROXY

    def _ask(self, out):
        if self._took:
            self._out = out[self._took :] if self._took < len(out) else None
            self._took = 0
            return _PROXY
        try:
            self._took = self.stream.write(out)
        except OSError as error:
            return self._fail(results.NO_PROXY, "proxy errno", error.errno)
        return _PROXY

    def _admitted(self, status):
        if 200 <= status < 300:
            return self._secure()
        if status in (401, 403, 407):
            return self._fail(results.NOT_AUTHORISED, "proxy status", status)
        return self._fail(results.NO_PROXY, "proxy status", status)

    def _secure(self):
        self.late = -1
        target = self._target
        if not target.secure:
            self._turn = READY
            return READY
        cert, key = self._secrets
        self.stream.secure(target.host, target.ca, cert, key)
        self._turn = _TLS
        return _TLS

    def _handshake(self):
        state = self.stream.poll()
        if state == _BROKEN:
            return self._broken(results.NO_SERVER)
        if state != _SECURE:
            return _TLS
        self._turn = READY
        return READY

    def _unreachable(self):
        return results.NO_PROXY if self._proxy else results.NO_SERVER

    def _broken(self, result):
        stream = self.stream
        code = stream.error()
        cause = "TLS error" if code < 0 else "TLS errno" if self._turn == _TLS else "TCP errno"
        return self._fail(result, cause, code, stream.verify_flags())

    def _fail(self, result, cause, code, flags=0):
        self.result, self.cause, self.code, self.flags = result, cause, code, flags
        self._turn = FAILED
        return FAILED
