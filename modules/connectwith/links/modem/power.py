# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The power key of a SIM7600 and its STATUS output, as far as a board has them.

The key toggles: a short press starts the module, a long one stops it. So it is never pressed
before it is known what for, and not again before the module can have reacted. All times are those
of boards in use; SIMCom's own table leaves some of them out.
"""

import time

from micropython import const

_ON_MS = const(500)  # 100 ms at least; half a second does not stop a module that runs
_OFF_MS = const(3000)  # 2.5 s at least
_BETWEEN_MS = const(3900)  # from the end of one press to the next
BOOT_MS = const(15000)  # AT is answered after 11 to 12 s; no second press before
_STATUS_MS = const(20000)  # STATUS is up after 16 s
_FULLY_OFF_MS = const(26000)  # a press earlier than this after a stop is lost


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
        self._seen_on = True  # STATUS has risen since the module was started, or must have
        if self._key is not None:
            # The board's transistor inverts: high presses.
            self._key.init(Pin.OUT, value=0)
        if self._status is not None:
            self._status.init(Pin.IN)
        for name, level in (("MODEM_DTR", 0), ("MODEM_FLIGHT", 1)):
            if hasattr(board, name):  # awake, and the radio not switched off
                getattr(board, name).init(Pin.OUT, value=level)
        self.key = self._key is not None
        self.status = self._status is not None

    def is_on(self):
        """What STATUS says; None without one. It rises 4 s after the module answers AT, so low
        means off only for a module that has not just been started."""
        if self._status is None:
            return None
        on = bool(self._status.value())
        self._seen_on = self._seen_on or on
        return on

    def is_known_off(self):
        """Whether STATUS says off, and not only because the module was started just now."""
        started_ms = self._started_ms
        if started_ms is None or time.ticks_diff(time.ticks_ms(), started_ms) >= _STATUS_MS:
            self._started_ms = None  # ticks wrap
            self._seen_on = True
        return self.is_on() is False and self._seen_on

    def booting(self):
        """Whether the module was started so recently that it need not answer yet."""
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
        """The module has been told to stop, by the key or by a command."""
        self._stopped_ms = time.ticks_ms()
        self._started_ms = None

    def stopping(self):
        """Whether the module may still be about to stop, so that the key would be lost on it."""
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
            # Also when this generator is dropped: an endless press would stop the module.
            key.value(0)
            self._pressed_ms = time.ticks_ms()
