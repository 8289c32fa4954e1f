# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""From a host name to a stream that is ready for the session: resolve, TCP, proxy, TLS."""

import time
from errno import ECONNREFUSED, ECONNRESET

import _connectwith
from micropython import const

from connectwith import overwrite, results, unload
from connectwith.settings import cloud

# Texts for the failures of Resolver.poll() (RESOLVE_... in port/resolve_lwip.h).
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
# Failures that only a person can change: a server has answered so, or no server is configured. All
# others may be temporary.
_PERMANENT = const((-1, -2, -4))

# Statuses of a proxy that may be temporary (RFC 9110, section 15, and RFC 6585), besides 5xx.
_LATER = const((408, 425, 429))

# Codes of mbedTLS that are permanent: the peer does not speak TLS (ssl.h), or the given
# certificates or keys are invalid (pem.h to pk.h).
_NO_TLS = const(0x7200)
_OF_KEYS = const((0x1000, 0x4000))

_ANOTHER = const(0x0C)  # MBEDTLS_X509_BADCERT_CN_MISMATCH and NOT_TRUSTED, mbedtls/x509.h

# Stages (see _connectwith.STAGE_...); READY is the one after TLS.
_RESOLVE = const(4)
_DIAL = const(5)
_PROXY = const(6)
_TLS = const(7)
READY = const(8)
FAILED = const(-1)

# States that Stream.poll() returns.
_CONNECTED = const(2)
_SECURE = const(4)
_BROKEN = const(-1)

# A name may have several addresses. After this time without an answer the next address is tried in
# parallel. RFC 8305, section 5, recommends 0.25 s and allows 2 s.
_NEXT_MS = const(1000)


class Dialer:
    """Opens the stream to the server: `start()`, then `poll()` until READY or FAILED, then
    `close()`.

    `late` is the result if the deadline ends the stage under way; -1: the stage's usual result.
    After FAILED: `result` is the imp's code; `cause`, `code` and `flags` are the error; `silent`:
    nothing has come back at all; `permanent`: a retry cannot succeed.
    """

    def __init__(self, resolver):
        self._resolver = resolver
        self.stream = None
        self.device = None  # lwIP's name of the interface to use; None: lwIP chooses
        self._target = None
        self._proxy = self._key = None
        self._host = None  # the name to resolve
        self._tried = 0  # how many of its addresses were tried
        self._tried_ms = 0
        self._racing = []  # streams that connect, each with its address
        self._address = None  # the address that has answered
        self._known = [
            None,
            None,
            False,
        ]  # host, the last address that answered, whether it served
        self._denied = False  # an address has refused the connection
        self._state = FAILED
        self.check = None  # the portal.Check that runs; False: it has run in this attempt
        self._tunnel = None  # through the proxy
        self.result = 0
        self.cause = ""
        self.code = self.flags = 0
        self.silent = self.permanent = False
        self.late = -1

    def start(self, target, proxy, key):
        """`target`: cloud.Settings. `proxy`: (address, port, username, password) or None. `key`:
        that of the client certificate in plain text (bytearray), or None; it is overwritten."""
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
        """Does the next piece of work. Never waits, and allocates only on progress.

        Returns the stage under way (STAGE_RESOLVE to STAGE_TLS), READY or FAILED."""
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
        """Closes the stream, if there is one, and cancels the query. Never waits."""
        if self.check:
            self._end_check()
        self.rate_address(False)  # the address has answered, but the attempt ended before success
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
        """Records whether the server at the address has accepted the session. A good address is
        tried first next time, any other one last. Only the first call of a connection counts."""
        if self._address is not None:
            known = self._known  # the list is reused: an attempt should not allocate
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
        """The index in the DNS answer of the address to be tried as that `number`. The order is
        that of the answer, except for the address that is known to be good or bad."""
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
            self._racing.append((stream, address))  # before connect(), which may be interrupted
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
        """One address has failed: tries the next one at once."""
        stream = racer[0]
        self.code = stream.error()
        self._denied = self._denied or self.code in (ECONNREFUSED, ECONNRESET)
        stream.close()
        self._racing.remove(racer)
        return self._try_next()

    def _use(self, racer):
        """Uses the address that has answered first."""
        self.stream, self._address = racer
        state = self._secure() if self._proxy is None else self._enter_proxy()
        self._drop_racing()
        return state

    def _enter_proxy(self):
        # Most devices use no proxy, and never import this.
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
        self.stream.secure(target.host, target.ca, target.cert, self._key, target.port)
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
            return self._redial() if self.stream.retry() else self._broken(results.NO_SERVER)
        if state != _SECURE:
            return _TLS
        self._state = READY
        return READY

    def suspects_portal(self, link, route, target):
        """After FAILED over `link`: whether a captive portal may stand in for the server. Then the
        check for it begins, which is made once in an attempt; the other arguments are those of
        portal.Check."""
        if self.check is False or target == ():
            return False
        if not self._met_another(link):
            if self.cause == "TCP errno":
                self._end_check()  # what was imported for that
            return False
        from connectwith.connection import portal

        self.check = portal.Check(route, target)
        return True

    def check_portal(self):
        """False while the check runs. After it `cause` may be a portal."""
        state = self.check.poll()
        if state > 0:  # only a person can log in
            self.cause, self.code, self.permanent = "captive portal", min(self.code, 0), True
        if state:
            self._end_check()
        return state != 0

    def _end_check(self):
        if self.check:
            self.check.close()
        self.check = False
        unload("connection.portal")

    def _met_another(self, link):
        """Whether somebody else may have answered in place of the server."""
        if self._proxy is not None:
            return False
        if self.cause == "TLS error":
            return self.flags & _ANOTHER != 0 or -self.code & 0x7F80 == _NO_TLS
        if self.cause != "TCP errno" or not self._resolver.count():
            return False
        from connectwith.connection import portal

        return portal.is_strange(self._host, self._resolver.address(), link.addresses()[2])

    def _redial(self):
        """Begins again: the server broke off because of the session that it was offered."""
        self._address = None  # that is not the address's fault
        target = self._target
        self.start(target, self._proxy, cloud.secret(target, "key"))
        return _RESOLVE

    def _unreachable(self):
        return results.NO_PROXY if self._proxy else results.NO_SERVER

    def _broken(self, result):
        stream = self.stream
        code = stream.error()
        cause = "TLS error" if code < 0 else "TLS errno" if self._state == _TLS else "TCP errno"
        self._fail(result, cause, code, stream.verify_flags())
        bare = -code & 0x7F80  # without the low-level part of the code
        self.permanent = self.flags != 0 or bare == _NO_TLS or _OF_KEYS[0] <= bare < _OF_KEYS[1]
        return FAILED

    def _fail(self, result, cause, code, flags=0):
        self.result, self.cause, self.code, self.flags = result, cause, code, flags
        self.permanent = False
        self.silent = cause == "TCP errno" and not self._denied
        self.rate_address(False)
        self._state = FAILED
        return FAILED
