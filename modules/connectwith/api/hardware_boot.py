# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""For `hardware`: which device this is, and why it has booted."""

import machine
from micropython import const

from connectwith.settings import retained

# hardware.WAKEREASON_...
_POWER_ON = const(0)
_TIMER = const(1)
_SW_RESET = const(2)
_PIN = const(3)
_NEW_SQUIRREL = const(4)


def device_id():
    """See `hardware.getdeviceid`."""
    return machine.unique_id().hex()


def wake_reason():
    """See `hardware.wakereason`."""
    cause = machine.reset_cause()
    reason = retained.reason()
    if cause == machine.DEEPSLEEP_RESET:
        # All other sources of an ESP32 are pins, or watch pins.
        return (reason or _TIMER) if machine.wake_reason() == machine.TIMER_WAKE else _PIN
    if cause == machine.PWRON_RESET:
        return _POWER_ON
    if cause == machine.SOFT_RESET:
        return _NEW_SQUIRREL
    return reason or _SW_RESET
