# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Deep sleep that the user's code asks for, and what is done before any."""

import time

import _connectwith
from micropython import const

from connectwith import call, links
from connectwith.settings import nic, retained

# machine.deepsleep() takes milliseconds as an int of 32 bits.
_SECONDS_MAX = const(2147483)
_STOPPING_MS = const(60000)  # more than a modem needs to sign off and switch itself off
_MINUTE_S = const(60)
_HOUR_S = const(3600)
_DAY_S = const(86400)
_WEEK_S = const(7 * 86400)


def duration_ms(seconds):
    """Of `imp.deepsleepfor` and `server.sleepfor`, checked."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError("sleeptime: must be a number of seconds")
    if not 0 <= seconds <= _SECONDS_MAX:
        raise ValueError("sleeptime: must be 0 to 2147483 s")
    return int(seconds * 1000)


def until_ms(hour, minute, second, day):
    """Of `imp.deepsleepuntil` and `server.sleepuntil`, checked: from now until then, in UTC."""
    for name, value, most in (("hour", hour, 23), ("minute", minute, 59), ("second", second, 59)):
        _check(name, value, most)
    if day is not None:
        _check("day", day, 6)
    now = time.time()
    if not _connectwith.clock_quality(now):
        raise RuntimeError("the clock is not set: connect first, or set it by machine.RTC()")
    year, month, date, at_hour, at_minute, at_second, weekday, _ = time.gmtime(now)
    left_s = hour * _HOUR_S + minute * _MINUTE_S + second
    left_s -= at_hour * _HOUR_S + at_minute * _MINUTE_S + at_second
    period_s = _DAY_S
    if day is not None:
        left_s += (day - (weekday + 1)) * _DAY_S  # Sunday is 0 there, and 6 in `time`
        period_s = _WEEK_S
    # The moment that is now is over.
    return ((left_s - 1) % period_s + 1) * 1000


def enter(control, sleep_ms, flush, until=False):
    """Sleeps for `sleep_ms`; does not return. `flush`: what is sent is waited for first, for at
    most the timeout of sends. `until`: `sleep_ms` counts from now, not from the sleep's begin."""
    began_ms = time.ticks_ms() if until else None
    try:
        retained.save()  # raises before anything has changed
        if flush and control.is_connected():
            from connectwith.session import sending

            sending.flush(control, control.timeout_ms, False)
        sleep(control, sleep_ms, 0, began_ms)
    finally:
        retained.erase()  # Ctrl-C has ended a wait: the sleep that comes next may be another


def sleep(control, sleep_ms, why, began_ms=None):
    """Powers all interfaces down, keeps nv, and sleeps until `sleep_ms` after `began_ms` (None:
    from then on). `why`: as in retained.save()."""
    import machine

    since_ms = time.ticks_ms()
    control.disconnect()
    _wait(control.is_stopping, since_ms)
    # Callbacks have run meanwhile, and may have begun an attempt. From here on none runs.
    with _connectwith.SchedulerLock():
        control.disconnect()
        _wait(control.is_stopping, since_ms)
        for kind in range(len(nic.NAMES)):
            call(links.left_over, kind)  # no reset has stopped a modem
        _wait(links.turn_off, since_ms)  # those that the local network holds, too
        try:
            call(retained.save, why)  # an error in nv does not prevent the sleep
            call(_connectwith.keep_session)
            if began_ms is not None:
                sleep_ms -= time.ticks_diff(time.ticks_ms(), began_ms)
            machine.deepsleep(max(sleep_ms, 1))
        finally:
            retained.erase()  # Ctrl-C has come before it


def _wait(is_on, since_ms):
    """Waits until `is_on()`, which makes a step each time, says no. A modem left on would be so
    for all of the sleep."""
    while True:
        with _connectwith.SchedulerLock():
            on = is_on()
        if not on or time.ticks_diff(time.ticks_ms(), since_ms) >= _STOPPING_MS:
            return
        time.sleep_ms(10)


def _check(name, value, most):
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(name + ": must be an int")
    if not 0 <= value <= most:
        raise ValueError(name + ": must be 0 to " + str(most))
