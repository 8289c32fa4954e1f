# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The power key of a SIM7600 and its STATUS output, if the board has them.

A short press of the key starts the module, a long press stops it. So the key is only pressed when
the state of the module is known, and not again before the module can have reacted. The times are
those of boards in use; SIMCom's table lacks some of them.
"""

import time

from micropython import const

_ON_MS = const(500)  # at least 100 ms; 500 ms do not stop a module that runs
_OFF_MS = const(3000)  # at least 2.5 s
_BETWEEN_MS = const(3900)  # from the end of one press to the next
BOOT_MS = const(15000)  # AT is answered after 11 to 12 s
_STATUS_MS = const(20000)  # STATUS is high after 16 s
_FULLY_OFF_MS = const(26000)  # a press sooner than this after a stop has no effect


class Power:
    """`status`: whether there is a STATUS pin, `key`: whether there is a power key."""

    def __init__(self):
        from machine import Pin

        board = Pin.board
        self._key = getattr(board, "MODEM_PWRKEY", None)
        self._status = getattr(board, "MODEM_STATUS", None)
        self._pressed_ms = None  # end of the last press
        self._started_ms = None  # when it was pressed to start the module
        self._stopped_ms = None  # when the module was told to stop
        self._seen_on = True  # STATUS has been high since the start, or must have been by now
        if self._key is not None:
            # The board's transistor inverts: high presses.
            self._key.init(Pin.OUT, value=0)
        if self._status is not None:
            self._status.init(Pin.IN)
        for name, level in (("MODEM_DTR", 0), ("MODEM_FLIGHT", 1)):
            if hasattr(board, name):  # no sleep mode, no flight mode
                getattr(board, name).init(Pin.OUT, value=level)
        self.key = self._key is not None
        self.status = self._status is not None

    def is_on(self):
        """The level of STATUS; None: the board has no STATUS pin. STATUS rises 4 s after the
        module answers AT, so after a start low does not mean off."""
        if self._status is None:
            return None
        on = bool(self._status.value())
        self._seen_on = self._seen_on or on
        return on

    def is_known_off(self):
        """Whether STATUS is low, and the module was not started just now."""
        started_ms = self._started_ms
        if started_ms is None or time.ticks_diff(time.ticks_ms(), started_ms) >= _STATUS_MS:
            self._started_ms = None  # ticks wrap
            self._seen_on = True
        return self.is_on() is False and self._seen_on

    def booting(self):
        """Whether the module was started so recently that it may not answer yet."""
        started_ms = self._started_ms
        return started_ms is not None and time.ticks_diff(time.ticks_ms(), started_ms) < BOOT_MS

    def press_on(self):
        """Generator: starts the module."""
        yield from self._await_gap()
        self._started_ms = time.ticks_ms()
        self._stopped_ms = None
        self._seen_on = False
        yield from self._press(_ON_MS)

    def press_off(self):
        """Generator: stops the module."""
        yield from self._await_gap()
        yield from self._press(_OFF_MS)
        self.stop_requested()

    def stop_requested(self):
        """To be called when the module was told to stop, by the key or by a command."""
        self._stopped_ms = time.ticks_ms()
        self._started_ms = None

    def stopping(self):
        """Whether the module may still be stopping, so that a press of the key has no effect."""
        stopped_ms = self._stopped_ms
        if stopped_ms is None:
            return False
        if self.is_on() is False or time.ticks_diff(time.ticks_ms(), stopped_ms) > _FULLY_OFF_MS:
            self._stopped_ms = None
            return False
        return True

    def _await_gap(self):
        pressed_ms = self._pressed_ms
        if pressed_ms is not None:
            while time.ticks_diff(time.ticks_ms(), pressed_ms) < _BETWEEN_MS:
                yield
            self._pressed_ms = None  # ticks wrap

    def _press(self, duration_ms):
        key = self._key
        try:
            key.value(1)
            since_ms = time.ticks_ms()
            while time.ticks_diff(time.ticks_ms(), since_ms) < duration_ms:
                yield
        finally:
            # Also if this generator is closed: a press without an end would stop the module.
            key.value(0)
            self._pressed_ms = time.ticks_ms()
