# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: records the turns of user code. Times in microseconds."""

import time
from array import array

import machine

_KEPT = 4096

_ticks_us = time.ticks_us
_ticks_diff = time.ticks_diff
_timer = machine.Timer(1)
_gaps = array("I", bytearray(4 * _KEPT))
_count = 0
_loop_last = _loop_worst = 0
_timer_last = _timer_worst = 0


def turn():
    """User code: to be called as often as it gets to run."""
    global _loop_last, _loop_worst
    now = _ticks_us()
    gap = _ticks_diff(now, _loop_last)
    _loop_last = now
    if gap > _loop_worst:
        _loop_worst = gap


def _tick(_):
    global _timer_last, _timer_worst, _count
    now = _ticks_us()
    gap = _ticks_diff(now, _timer_last)
    _timer_last = now
    if gap > _timer_worst:
        _timer_worst = gap
    if _count < _KEPT:
        _gaps[_count] = gap
        _count += 1


def begin():
    """Starts the watch, the 1 ms Timer included."""
    global _loop_last, _loop_worst, _timer_last, _timer_worst, _count
    _loop_worst = _timer_worst = _count = 0
    _timer_last = _loop_last = _ticks_us()
    _timer.init(period=1, callback=_tick)


def end():
    """Ends it and returns the record. A pause that lasts until now counts."""
    turn()
    time.sleep_ms(3)  # for the Timer to have its turn after a call that has stopped it
    _timer.deinit()
    return {"loop": _loop_worst, "timer": _timer_worst, "gaps": list(_gaps[:_count])}
