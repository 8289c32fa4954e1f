# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The hardware, as on an imp: its ID, its timers, why it has booted.

Meanings after developer.electricimp.com/api/hardware/<name>. Pins and buses are in MicroPython's
module `machine`.
"""

import time

# What `wakereason()` returns.
WAKEREASON_POWER_ON = 0
WAKEREASON_TIMER = 1
WAKEREASON_SW_RESET = 2
WAKEREASON_PIN = 3
WAKEREASON_NEW_SQUIRREL = 4
WAKEREASON_SQUIRREL_ERROR = 5
WAKEREASON_NEW_FIRMWARE = 6
WAKEREASON_SNOOZE = 7
WAKEREASON_HW_RESET = 8
WAKEREASON_BLINKUP = 9
WAKEREASON_SW_RESTART = 10
WAKEREASON_POWER_RESTORED = 11


def getdeviceid():
    """The device's ID: str of 12 hex digits, `machine.unique_id()`; it stands in the topics."""
    from connectwith.api import hardware_boot

    return hardware_boot.device_id()


def wakereason():
    """Why the device has booted (int): one of these constants, the others never.

    WAKEREASON_POWER_ON: power, EN, a brownout. WAKEREASON_TIMER: the end of a deep sleep;
    WAKEREASON_SNOOZE: of one that SUSPEND_ON_ERROR has begun. WAKEREASON_PIN: a pin has ended
    one. WAKEREASON_SW_RESTART: `server.restart()`, or the server has asked for it.
    WAKEREASON_NEW_SQUIRREL: a soft reset. WAKEREASON_SW_RESET: `machine.reset()`, a watchdog, a
    crash.
    """
    from connectwith.api import hardware_boot

    return hardware_boot.wake_reason()


def millis():
    """Milliseconds (int) since the boot, modulo 2**30 (12.4 days), as `time.ticks_ms()`; a soft
    reset is none. Differences: `time.ticks_diff(hardware.millis(), before)`."""
    return time.ticks_ms()


def micros():
    """Microseconds (int) since the boot, modulo 2**30 (17.9 minutes); see `millis()`."""
    return time.ticks_us()


def voltage():
    """Raises NotImplementedError: no ESP32 can measure its own supply. A board that has it on a
    pin gives it by `machine.ADC`."""
    raise NotImplementedError("an ESP32 cannot measure its supply: see machine.ADC")
