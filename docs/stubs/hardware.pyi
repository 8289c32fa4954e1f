# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The hardware, as on an imp: its ID, its timers, why it has booted.

Meanings after developer.electricimp.com/api/hardware/<name>. Pins and buses are in MicroPython's
module `machine`.
"""

from typing import Final, NoReturn

WAKEREASON_POWER_ON: Final = 0
WAKEREASON_TIMER: Final = 1
WAKEREASON_SW_RESET: Final = 2
WAKEREASON_PIN: Final = 3
WAKEREASON_NEW_SQUIRREL: Final = 4
WAKEREASON_SQUIRREL_ERROR: Final = 5
WAKEREASON_NEW_FIRMWARE: Final = 6
WAKEREASON_SNOOZE: Final = 7
WAKEREASON_HW_RESET: Final = 8
WAKEREASON_BLINKUP: Final = 9
WAKEREASON_SW_RESTART: Final = 10
WAKEREASON_POWER_RESTORED: Final = 11

def getdeviceid() -> str:
    """The device's ID: str of 12 hex digits, `machine.unique_id()`; it stands in the topics."""

def wakereason() -> int:
    """Why the device has booted (int): one of these constants, the others never.

    WAKEREASON_POWER_ON: power, EN, a brownout. WAKEREASON_TIMER: the end of a deep sleep;
    WAKEREASON_SNOOZE: of one that SUSPEND_ON_ERROR has begun. WAKEREASON_PIN: a pin has ended
    one. WAKEREASON_SW_RESTART: `server.restart()`, or the server has asked for it.
    WAKEREASON_NEW_SQUIRREL: a soft reset. WAKEREASON_SW_RESET: `machine.reset()`, a watchdog, a
    crash.
    """

def millis() -> int:
    """Milliseconds (int) since the boot, modulo 2**30 (12.4 days), as `time.ticks_ms()`; a soft
    reset is none. Differences: `time.ticks_diff(hardware.millis(), before)`."""

def micros() -> int:
    """Microseconds (int) since the boot, modulo 2**30 (17.9 minutes); see `millis()`."""

def voltage() -> NoReturn:
    """Raises NotImplementedError: no ESP32 can measure its own supply. A board that has it on a
    pin gives it by `machine.ADC`."""
