# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`network.PPP` on the modem's UART, for MicroPython up to 1.25 and later. No call waits.

The driver reports little. It does not detect NO CARRIER. Up to 1.25 it does not report a refused
password, which a tap on its stream detects, or a silent peer. But received bytes can be detected,
and a peer answers an LCP Echo-Request (RFC 1661, 5.8). So a line that stays silent after such a
request is dead. The modem answers the request itself, so it costs no data. It may be written in
the middle of a packet of lwIP, which is then lost.

Up to 1.25 the tap detects received bytes. The driver of later versions reads in the UART's
interrupt, which the user may set, so the handler of this file calls the driver's `poll()`. In 1.25
the interrupt cannot be used: a UART with a buffer size has lost the event queue of `irq()`.

The driver of 1.25 waits up to 8 s for the peer when it is closed. So it is given another stream, a
loop, from which it reads that the peer hangs up. The UART is free for AT commands at once. Later
versions accept no such stream, but close at once when connected. A driver that is not connected
yet is kept without a stream until it gives up by itself."""

import time

import _connectwith
from micropython import const

# LCP frames (RFC 1662) with identifier 0x57: Echo-Request, Terminate-Request and -Ack.
_ECHO = const(b"~\xff}#\xc0!})W} }(} } } } l\xdb~")
TERMINATE = b"~\xff}#\xc0!}%W} }$}'\x92~"
_TERMINATED = const(b"~\xff}#\xc0!}&W} }$\xca\xb7~")

_LOOP_BYTES = const(512)
_UNWIND_MS = const(60)  # the driver's task reads the loop every 10 ms

_ASK_MS = const(3000)  # of silence, after which an Echo-Request is sent, and then repeated
_DEAD_MS = const(10000)  # of silence, after which the line is dead

_CONNECTING = const(3)  # a status() of later versions; below 0 it is an error of lwIP

_AUTHENTICATION_FAILED = const(-7)  # PPPERR_AUTHFAIL (lwIP, netif/ppp/ppp.h)

REFUSED = const("PPP: user name or password refused")


class Ppp:
    """`start()`, `poll()` until `UP`, `drop()`; then `close()` to the end before the next start.

    `cause` and `code` say why `poll()` gave DOWN.
    """

    DOWN = -1
    PENDING = 0
    UP = 1

    def __init__(self):
        self._driver = None
        self._uart = None
        self._tap = None  # up to 1.25; in later versions the driver reads in the UART's interrupt
        self._waiting = []  # drivers of later versions that have not given up yet
        self._heard_ms = self._asked_ms = 0
        self.cause = ""
        self.code = 0

    def start(self, uart, auth, username, password, first):
        """Begins on `uart`, whose peer is in data mode; `first` (bytes) has been read already.
        `auth`: 0 none, 1 PAP, 2 CHAP, as network.PPP's AUTH_ and SEC_ constants. OSError: the
        driver has no memory."""
        import network

        self._uart = uart
        reads = hasattr(network.PPP, "poll")
        stream = _connectwith.Tap(uart, first)
        if not reads:
            self._tap = stream
        driver = self._driver
        if driver is None:
            self._driver = driver = network.PPP(stream)
        else:
            driver.config(stream=stream)
        driver.active(True)
        self._heard_ms = self._asked_ms = time.ticks_ms()
        if reads:
            uart.irq(self._read, uart.IRQ_RXIDLE)
        if not auth:
            driver.connect()
        elif reads:
            driver.connect(security=auth, user=username, key=password)
        else:
            driver.connect(authmode=auth, username=username, password=password)

    def poll(self):
        """UP, PENDING or DOWN. Allocates nothing."""
        driver = self._driver
        if driver is None:
            return self.DOWN
        connected = driver.isconnected()
        now_ms = time.ticks_ms()
        if self._tap is not None:
            if self._tap.heard():
                self._heard_ms = now_ms
                if self._tap.refused():
                    return self._fail(REFUSED, 0)
        elif not connected:
            status = driver.status()
            if status == _AUTHENTICATION_FAILED:
                return self._fail(REFUSED, 0)
            if status < 0:
                return self._fail("PPP error", -status)
        silent_ms = time.ticks_diff(now_ms, self._heard_ms)
        if silent_ms >= _DEAD_MS:
            return self._fail("PPP: the modem is silent", 0)
        if connected and silent_ms >= _ASK_MS:
            if time.ticks_diff(now_ms, self._asked_ms) >= _ASK_MS:
                self._uart.write(_ECHO)
                self._asked_ms = now_ms
        return self.UP if connected else self.PENDING

    def addresses(self):
        # ifconfig() of this driver has gateway and netmask the other way round than all others.
        driver = self._driver
        return driver.ipconfig("addr4") + (driver.ipconfig("gw4"),)

    def drop(self):
        """Detaches PPP from the UART at once: it writes nothing more. A second call does
        nothing."""
        uart = self._uart
        if uart is None:
            return
        self._uart = None
        driver = self._driver
        if self._tap is not None:
            driver.config(stream=_loop())
            return
        uart.irq(None)
        if driver.status() == _CONNECTING or driver.ifconfig()[0] == "0.0.0.0":
            # active(False) would leave the interface in lwIP's list for ever.
            driver.config(stream=None)
            self._waiting.append(driver)
            self._driver = None
        else:
            driver.active(False)

    def close(self):
        """Generator: the rest of the shutdown after `drop()`."""
        driver = self._driver
        if driver is not None and self._tap is not None and driver.active():
            since_ms = time.ticks_ms()
            while time.ticks_diff(time.ticks_ms(), since_ms) < _UNWIND_MS:
                yield
            driver.active(False)  # 10 ms: the driver sleeps until its task has ended
            driver.config(stream=None)
        for old in self._waiting:
            if old.status() < 0:
                old.active(False)
        self._waiting = [old for old in self._waiting if old.active()]

    def _read(self, uart):
        """The handler of the UART's interrupt; runs from the scheduler."""
        if self._uart is not None and self._driver.poll() > 0:
            self._heard_ms = time.ticks_ms()

    def _fail(self, cause, code):
        self.cause = cause
        self.code = code
        return self.DOWN


def _loop():
    """A stream that returns what is written to it. It holds the peer's Terminate-Request and
    -Ack."""
    from micropython import RingIO

    loop = RingIO(_LOOP_BYTES)
    loop.write(TERMINATE)
    loop.write(_TERMINATED)
    return loop
