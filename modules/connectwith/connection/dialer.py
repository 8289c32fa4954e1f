# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""From a host name to a stream that is ready for the session: resolve, TCP, proxy, TLS."""

import time
from errno import ECONNREFUSED, ECONNRESET

import _connectwith
from micropython import const

from connectwith import overwrite, results

# What Resolver.poll() gives for a failure (RESOLVE_... in port/resolve_lwip.h), in words.
_NO_NAMES = const(
    (
        (-1, "DNS: no such name (NXDOMAIN)"),
        (-2, "DNS: no name server is known"),
        (-4, "DNS: the name has no IPv4 address"),
        (-5, "DNS: the server cannot tell (SERVFAIL or REFUSED)"),
        (-6, "DNS: no answer"),
    )
)
_SILENT = const(-6)
# A server has said so, or the network has told of none: a person has to change it. All other
# failures may pass.
_PERMANENT = const((-1, -2, -4))

# Statuses of a proxy that may pass (RFC 9110, section 15, and RFC 6585), besides 5xx.
_LATER = const((408, 425, 429))

# Codes of mbedTLS that a new try cannot change: no TLS at all (ssl.h), and of the certificates
# and keys that were given (pem.h to pk.h).
_NO_TLS = const(0x7200)
_OF_KEYS = const((0x1000, 0x4000))

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

# A name may have several addresses. After so long without an answer the next one is tried beside
# those before; RFC 8305, section 5, recommends 0.25 s and allows 2 s.
_NEXT_MS = const(1000)


class Dialer:
    """`start()`, then `poll()` until READY or FAILED, at last `close()`.

    `late` is the result if the time ends in the stage under way, -1 for what is usual there.
    After FAILED: `result` is the imp's code, `cause`, `code` and `flags` what lies behind it;
    `silent`: nobody has said no, nothing has come back at all; `permanent`: no new try helps.
    """

    def __init__(self, resolver):
        self._resolver = resolver
        self.stream = None
        self.device = None  # lwIP's name of the interface to use; None: lwIP chooses
        self._target = None
        self._proxy = self._key = None
        self._host = None  # whose address is wanted
        self._tried = 0  # so many of its addresses
        self._tried_ms = 0
        self._racing = []  # streams that connect, each with its address
        self._address = None  # that has answered
        self._known = [None, None, False]  # host, address of the last that answered; a good one?
        self._denied = False  # somebody has said no
        self._state = FAILED
        self._tunnel = None  # through the proxy
        self.result = 0
        self.cause = ""
        self.code = self.flags = 0
        self.silent = self.permanent = False
        self.late = -1

    def start(self, target, proxy, key):
        """`target`: cloud.Settings. `proxy`: (address, port, username, password) or None.
        `key`: of the client certificate, in the clear, or None; it is overwritten."""
        self.close()
        self._target = target
        self._proxy = proxy
        self._key = key
        self.late = -1
        self._host = proxy[0] if proxy else target.host
        self._denied = False
        self.code = 0
        self._resolver.start(self._host)
        self._state = _RESOLVE

    def poll(self):
        """Does the next bit of work; never waits, and allocates on progress only.

        Returns the stage that is under way (STAGE_RESOLVE to STAGE_TLS), READY or FAILED."""
        state = self._state
        if state == _RESOLVE:
            return self._resolve()
        if state == _DIAL:
            return self._dial()
        if state == _PROXY:
            return self._pass_proxy()
        if state == _TLS:
            return self._handshake()
        return state

    def close(self):
        """Drops the stream, if there is one, and every query. Never waits."""
        self.rate_address(False)  # the time is over, with an address that had answered
        self._state = FAILED
        self._resolver.cancel()
        self._drop_racing()
        stream = self.stream
        if stream is not None:
            stream.close()
            self.stream = None
        self._wipe_key()
        self._target = self._proxy = self._tunnel = None

    def rate_address(self, good):
        """Whether the server behind the address has served. A good one is the first to be tried
        next time, any other one the last. Only the first judgement on a connection counts."""
        if self._address is not None:
            known = self._known  # the list stays: what each attempt does should allocate nothing
            known[0] = self._host
            known[1] = self._address
            known[2] = good
            self._address = None

    def _drop_racing(self):
        while self._racing:
            stream = self._racing[-1][0]
            if stream is not self.stream:
                stream.close()
            self._racing.pop()

    def _resolve(self):
        found = self._resolver.poll()
        if not found:
            return _RESOLVE
        if found < 0:
            return self._unresolved(found)
        self._tried = 0
        if self._proxy:
            self.late = results.NO_PROXY
        self._state = _DIAL
        return self._try_next()

    def _index(self, number):
        """Where in the answer the address stands that is to be tried as that `number`: in the
        order of the answer, but for what is known of one of them."""
        host, address, good = self._known
        if host != self._host:
            return number
        for known in range(self._resolver.count()):
            if self._resolver.address(known) == address:
                break
        else:
            return number
        if number == (0 if good else self._resolver.count() - 1):
            return known
        if good:
            return number - 1 if number <= known else number
        return number + 1 if number >= known else number

    def _try_next(self):
        """Begins to connect to the next address, if there is one."""
        port = self._proxy[1] if self._proxy else self._target.port
        code = self.code
        while self._tried < self._resolver.count():
            address = self._resolver.address(self._index(self._tried))
            stream = _connectwith.Stream()
            self._racing.append((stream, address))  # first: a step may be cut short
            try:
                stream.connect(address, port, self.device)
            except OSError as error:
                code = error.errno
                self._racing.pop()
                stream.close()
                self._tried += 1
                continue
            self._tried_ms = time.ticks_ms()
            self._tried += 1
            return _DIAL
        if self._racing:
            return _DIAL
        return self._fail(self._unreachable(), "TCP errno", code)

    def _unresolved(self, found):
        for state, cause in _NO_NAMES:
            if state == found:
                break
        self._fail(results.NOT_RESOLVED, cause, 0)
        self.silent = found == _SILENT
        self.permanent = found in _PERMANENT
        return FAILED

    def _dial(self):
        for racer in self._racing:
            state = racer[0].poll()
            if state == _BROKEN:
                return self._drop(racer)
            if state >= _CONNECTED:
                return self._use(racer)
        waited_ms = time.ticks_diff(time.ticks_ms(), self._tried_ms)
        if waited_ms >= _NEXT_MS and self._tried < self._resolver.count():
            return self._try_next()
        return _DIAL

    def _drop(self, racer):
        """One address has failed: the next one at once."""
        stream = racer[0]
        self.code = stream.error()
        self._denied = self._denied or self.code in (ECONNREFUSED, ECONNRESET)
        stream.close()
        self._racing.remove(racer)
        return self._try_next()

    def _use(self, racer):
        """The first that has answered."""
        self.stream, self._address = racer
        state = self._secure() if self._proxy is None else self._enter_proxy()
        self._drop_racing()
        return state

    def _enter_proxy(self):
        # Most devices have none: its memory is better spent.
        from connectwith.connection import proxy

        _, _, username, password = self._proxy
        target = self._target
        request = proxy.request(target.host, target.port, username, password)
        self._tunnel = proxy.Tunnel(self.stream, request)
        self._state = _PROXY
        return _PROXY

    def _pass_proxy(self):
        try:
            status = self._tunnel.poll()
        except OSError as error:
            return self._fail(results.NO_PROXY, "proxy errno", error.errno)
        if status is None:
            return _PROXY
        if 200 <= status < 300:
            return self._secure()
        if status < 0:
            return self._fail(results.NO_PROXY, "closed by the proxy", 0)
        if not status:
            self._fail(results.NO_PROXY, "not a proxy", 0)
        else:
            refused = status in (401, 403, 407)
            result = results.NOT_AUTHORISED if refused else results.NO_PROXY
            self._fail(result, "proxy status", status)
        self.permanent = status < 500 and status not in _LATER
        return FAILED

    def _secure(self):
        self.late = -1
        target = self._target
        if not target.secure:
            self._state = READY
            return READY
        self.stream.secure(target.host, target.ca, target.cert, self._key)
        self._wipe_key()  # it has been copied
        self._state = _TLS
        return _TLS

    def _wipe_key(self):
        key = self._key
        self._key = None
        overwrite(key)

    def _handshake(self):
        state = self.stream.poll()
        if state == _BROKEN:
            return self._broken(results.NO_SERVER)
        if state != _SECURE:
            return _TLS
        self._state = READY
        return READY

    def _unreachable(self):
        return results.NO_PROXY if self._proxy else results.NO_SERVER

    def _broken(self, result):
        stream = self.stream
        code = stream.error()
        cause = "TLS error" if code < 0 else "TLS errno" if self._state == _TLS else "TCP errno"
        self._fail(result, cause, code, stream.verify_flags())
        bare = -code & 0x7F80  # without the lower module's code
        self.permanent = self.flags != 0 or bare == _NO_TLS or _OF_KEYS[0] <= bare < _OF_KEYS[1]
        return FAILED

    def _fail(self, result, cause, code, flags=0):
        self.result, self.cause, self.code, self.flags = result, cause, code, flags
        self.permanent = False
        self.silent = cause == "TCP errno" and not self._denied
        self.rate_address(False)
        self._state = FAILED
        return FAILED
