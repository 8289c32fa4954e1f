# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The UART to a modem and the AT commands on it.

Functions that take time are generators: they yield while they wait, so the caller never waits.
`value = yield from line.ask(...)` reads like a call. Ctrl-C ends a generator. Its owner then
begins again, with a modem in an unknown state."""

import time

from micropython import const

from connectwith.links.modem import at

_UART = const(1)
_RXBUF_BYTES = const(4096)  # 45 ms at 921600 baud; the driver of PPP reads every 10 ms
_TXBUF_BYTES = const(1024)  # longer than any command, so writing one does not wait
_EVENTS_PER_STEP = const(4)
_LOG_LINES = const(12)
_LOG_CHARACTERS = const(80)

_QUIET_MS = const(200)  # of silence, after which an answer is complete
_NOISY_MS = const(2000)

# URCs after a start or restart of the modem. The last two are those of related modems.
_READY = const(("RDY", "*ATREADY: 1", "QCRDY"))


class Restart(Exception):
    """The modem has restarted or does not answer, so its state is unknown."""


def pause(duration_ms):
    """Generator: waits."""
    since_ms = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), since_ms) < duration_ms:
        yield


def make_uart(rate):
    """Opens the board's UART to the modem at `rate` baud.

    RTS and CTS are not used: some cards and shields leave the pins unconnected, and a floating CTS
    stops the UART for ever."""
    from machine import UART, Pin

    board = Pin.board
    options = {
        "tx": board.MODEM_TX,
        "rx": board.MODEM_RX,
        "rxbuf": _RXBUF_BYTES,
        "txbuf": _TXBUF_BYTES,
        "timeout": 0,
    }
    return UART(_UART, rate, **options)


class Line:
    """Sends one command at a time. `log` has the last lines, oldest first, without secrets and
    without the OK of successful commands."""

    def __init__(self):
        self._at = at.At()
        self.uart = None
        self.rate = 0
        self.text = ""  # the last line of information, or the error
        self.number = -1  # of +CME ERROR
        self.ready = False  # RDY was received since `expect_restart()`
        self.expected = True  # RDY is no error, as the modem is starting
        self.heard = 0  # bytes received since `open()`
        self.asked = 0  # commands sent; never reset
        self.log = []
        self.hidden = []  # values (str) that must not be in the log
        self.recording = False
        self._name = ""  # of the running command's information

    def open(self, rate):
        """Sets the speed (baud), and drops bytes that were received at another one."""
        self.uart = make_uart(rate)
        self.rate = rate
        self.heard = 0
        self._at.reset()

    def close(self):
        if self.uart is not None:
            self.uart.deinit()
            self.uart = None

    def expect_restart(self):
        """To be called when the modem is in command mode. RDY means a restart from now on."""
        self._at.reset()
        self.ready = False

    def note(self, text):
        """Adds a line to the log. A repeated command is logged once, and so is its answer if it is
        the same."""
        text = self.without_secrets(text)
        log = self.log
        if not self.recording or log and log[-1] == text:
            return
        if text[0] == ">" and len(log) > 1 and log[-2] == text:
            return
        if len(log) >= _LOG_LINES:
            log.pop(0)
        log.append(text[:_LOG_CHARACTERS])

    def hide(self, value):
        """Replaces `value` (str) in all lines of the log: an echo may come late or in pieces, and
        an error may quote its command."""
        if value and value not in self.hidden:
            self.hidden.append(value)

    def without_secrets(self, text):
        """`text` with stars in place of the hidden values."""
        for value in self.hidden:
            if value in text:
                text = text.replace(value, "***")
        return text

    def write(self, data):
        """Writes bytes as they are."""
        self.uart.write(data)

    def ask(self, command, limit_ms, prefix=b"", shown=None):
        """Generator: sends `command` (bytes, without CR). Returns the final result (see `at`), or
        NONE if there was none in `limit_ms`. `shown` is logged in place of a command with a
        secret. Of its answer only the final result is logged, as an echo may have the secret."""
        yield from self._take_unsolicited()
        self.text = ""
        self.number = -1
        self._at.begin(command, prefix)
        self._name = str(prefix, "ascii").split(":")[0]
        self.note("> " + (shown or str(command, "ascii")))
        self.uart.write(command + b"\r")
        self.asked += 1
        return (yield from self._result(limit_ms, shown is not None))

    def rest(self):
        """The bytes that came directly behind CONNECT, which belong to PPP."""
        return bytes(self._at.rest())

    def escape(self, limit_ms):
        """Generator: waits for the result of leaving data mode, as `ask()` for that of a
        command."""
        self._at.begin(b"+++")
        return (yield from self._result(limit_ms, False))

    def _take_unsolicited(self):
        """Takes the events that came without a command. A late answer to an earlier command must
        not count as the answer to the next one."""
        count = 0
        since_ms = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), since_ms) < _NOISY_MS:
            event = self._take()
            if event == at.NONE:
                return
            self._file(event, False)
            count += 1
            if count == _EVENTS_PER_STEP:
                yield
                count = 0

    def _result(self, limit_ms, secret):
        since_ms = time.ticks_ms()
        count = 0
        while True:
            event = self._take()
            if event != at.NONE:
                self._file(event, secret)
                if event < at.INFO:
                    return event
                if self.ready and not self.expected:
                    raise Restart("the modem has restarted")
                count += 1
            if event == at.NONE or count == _EVENTS_PER_STEP:
                # The limit also holds for a modem that sends URCs without a pause.
                if time.ticks_diff(time.ticks_ms(), since_ms) >= limit_ms:
                    self.note("(no answer)")
                    return at.NONE
                yield
                count = 0

    def _take(self):
        """The next event, or NONE. Reads from the UART if no bytes are left."""
        engine = self._at
        event = engine.next()
        if event == at.NONE:
            space = engine.space()
            if len(space):
                n = self.uart.readinto(space)
                if n:
                    self.heard += n
                    engine.received(n)
                    event = engine.next()
        return event

    def _file(self, event, secret):
        text = self._at.text()
        if event < at.INFO:
            self.number = self._at.number
            if event != at.OK:
                self.text = text
        elif event == at.INFO:
            self.text = text
        elif text in _READY:
            self.ready = True
        elif self._name and text.startswith(self._name):
            return  # not logged: other lines of the answer, as further contexts of AT+CGDCONT?
        if event != at.OK and (event < at.INFO or not secret):
            self.note("< " + text)

    def drain(self):
        """Generator: drops received bytes until the line is quiet, at most for 2 s."""
        uart = self.uart
        since_ms = last_ms = time.ticks_ms()
        self._at.reset()
        space = self._at.space()
        while True:
            now_ms = time.ticks_ms()
            if uart.readinto(space):
                last_ms = now_ms
            if (
                time.ticks_diff(now_ms, last_ms) >= _QUIET_MS
                or time.ticks_diff(now_ms, since_ms) >= _NOISY_MS
            ):
                return
            yield

    def answers(self, tries, limit_ms):
        """Generator: whether the modem answers AT. The first try may only end an incomplete
        line."""
        for _ in range(tries):
            if (yield from self.ask(b"AT", limit_ms)) == at.OK:
                return True
        return False
