# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Runs on the board of `./tools/cw lab`: tells the page about attempts, the session and pauses.

A note is JSON between two control characters, which the lab takes out of the console's text.
boot.py imports this file. In place of that it can be run from memory, once after a reset:
exec(text, {"__name__": "lab_notes"}). Notes that find no memory are left out.
"""

import imp
import json
import sys
import time
from array import array

import machine
import server

try:
    import _board  # only the virtual board has it
except ImportError:
    _board = None

_LOOK_S = 0.1  # between two looks for what nobody tells: an attempt's start, a session's end
_LOOK_MS = 100
_LATE_MS = 1000  # a look that has not come by then does not come any more
_CHECK = 5  # looks between two at an attempt under way, whether it still goes on
_WHILE_IT_RUNS = ("interface", "timeout", "stages", "cause", "tries")
_STALLED = 3  # looks without a tick in between

_WINDOW_US = 50000
_WINDOWS = 5  # in one note
_TIMERS = (3, 1)  # the last one of a chip that has four, and of one that has two
# Each tick starts the next one, so that after a pause one tick waits and not as many as the
# scheduler's queue takes: callbacks of the user's would be lost. On a chip with MicroPython 1.28
# the clock stops after 255 starts of a timer, so there it is periodic.
_MODE = machine.Timer.PERIODIC if _board is None else machine.Timer.ONE_SHOT

_users = None  # the user's callback for transitions
_wakeup = None  # the next look
_looked_ms = time.ticks_ms()
_looks = 0
_number = 0  # the attempt of the last note
_runs = False  # that attempt
_told_ms = 0
_is_old = False  # a stage has ended since that note
_was_ms = -1  # how long the attempt had lasted at the last check
_cause = None  # the one that was told
_reached = None  # the interface of the last attempt that has connected
_session = None  # as it was told

_timer = None  # of the pauses, while they are measured
_own = None  # that, also afterwards
_gaps = None  # the longest of each window
_window = 0
_longest_us = 0
_last_us = 0
_end_us = 0  # of the window
_seen_us = 0  # the last tick that a look has seen
_stalls = 0


def _say(note):
    sys.stdout.write("\x1e" + json.dumps(note, separators=(",", ":")) + "\x1f")


# -- attempts and the session


def _tell_attempt(is_stopped=False):
    """A note about the last attempt."""
    global _number, _runs, _told_ms, _is_old, _was_ms, _cause, _reached
    last = imp.diag.lastattempt()
    runs = last["result"] is None and not is_stopped
    # Short while it runs, because a UART is slow; but with all stages so far.
    note = {key: last[key] for key in _WHILE_IT_RUNS if last.get(key)} if runs else dict(last)
    note["number"] = number = imp.diag.counters()["attempts"]
    if is_stopped:
        note["stopped"] = True
    _say({"attempt": note})
    _told_ms = time.ticks_ms()
    _number, _runs, _cause = number, runs, last["cause"]
    _is_old = False
    _was_ms = -1
    if last["result"] == server.SERVER_CONNECTED:
        _reached = last["interface"]
    _tell_session()


def _tell_session():
    """A note, if the session is over another interface than it was."""
    global _session
    over = _reached if server.isconnected() else None
    if over != _session:
        _say({"session": over})
        _session = over


def _check_attempt():
    """Tells if a call has ended the attempt, or what it does again now and why."""
    global _was_ms
    note = imp.diag.lastattempt()
    if note["ms"] == _was_ms:
        _tell_attempt(note["result"] is None)
    elif note["cause"] != _cause:
        _tell_attempt()
    else:
        _was_ms = note["ms"]


def _look():
    global _wakeup, _looked_ms, _looks
    _looked_ms = time.ticks_ms()
    try:
        _wakeup = imp.wakeup(_LOOK_S, _look)
        _looks += 1
        if _is_old or imp.diag.counters()["attempts"] != _number:
            _tell_attempt()
        elif _runs and not _looks % _CHECK:
            _check_attempt()
        _tell_session()
        _check_ticks()
    except MemoryError:
        pass


def _look_if_late():
    """Goes on with the looks, if there was no memory to set the next one."""
    if time.ticks_diff(time.ticks_ms(), _looked_ms) > _LATE_MS:
        if _wakeup is not None:
            imp.cancelwakeup(_wakeup)
        _look()


def _on_stage(stage, ms):
    global _is_old
    _is_old = True
    try:
        if time.ticks_diff(time.ticks_ms(), _told_ms) >= _LOOK_MS or not _attempt_runs():
            _tell_attempt()
        _look_if_late()
    except MemoryError:
        pass
    if _users is not None:
        _users(stage, ms)


def _attempt_runs():
    return imp.diag.lastattempt()["result"] is None


def ontransition(callback):
    """In place of `imp.diag.ontransition`, for the user's code."""
    global _users
    _set_watcher(callback)  # checks it
    _users = callback
    _set_watcher(_on_stage)


# -- pauses


def pauses(on=True):
    """Measures the pauses of user code with a 1 ms Timer, or does not. On a chip it is off at
    first: while user code does not run, the ticks fill the scheduler's queue of 8."""
    global _timer
    if _timer is not None:
        if _is_ours(_timer):
            _timer.deinit()
        _timer = None
    if on:
        _timer = _find_timer()
        if _timer is not None:
            _start_ticks()
    if _timer is None:
        _say({"gaps": None})


def _find_timer():
    global _gaps, _own
    for number in _TIMERS:
        try:
            timer = machine.Timer(number)
        except ValueError:
            continue  # not on this chip
        if repr(timer).endswith("period=0)") or timer is _own and _is_ours(timer):
            _gaps = array("i", bytearray(4 * _WINDOWS))
            _own = timer
            return timer
        break  # the user's code has it
    return None


def _is_ours(timer):
    """Whether the timer is set as this file sets it. Without memory that is assumed."""
    try:
        words = repr(timer)
    except MemoryError:
        return True
    return words.endswith(", period=1)") and ("ONE_SHOT" in words) == (_MODE == timer.ONE_SHOT)


def _start_ticks():
    global _last_us, _end_us, _longest_us, _window, _stalls
    _window = _longest_us = _stalls = 0
    _last_us = time.ticks_us()
    _end_us = time.ticks_add(_last_us, _WINDOW_US)
    _timer.init(period=1, mode=_MODE, callback=_tick)


# Allocates nothing, and neither do the functions that it calls, but when a tick is late.
def _tick(timer):
    global _last_us, _longest_us
    if _MODE == timer.ONE_SHOT:
        # Code of the user's may have set the timer after this tick was scheduled.
        if timer.value() != 1 and not _is_ours(timer):
            return
        timer.init(period=1, mode=_MODE, callback=_tick)
    now_us = time.ticks_us()
    gap_us = time.ticks_diff(now_us, _last_us)
    _last_us = now_us
    if gap_us > _longest_us:
        _longest_us = gap_us
    if time.ticks_diff(now_us, _end_us) >= 0:
        _end_window(now_us)


def _end_window(now_us):
    global _window, _longest_us, _end_us
    _gaps[_window] = _longest_us
    _longest_us = 0
    _end_us = time.ticks_add(_end_us, _WINDOW_US)
    if time.ticks_diff(now_us, _end_us) >= 0:  # after a long pause
        _end_us = time.ticks_add(now_us, _WINDOW_US)
    _window += 1
    if _window == _WINDOWS:
        _window = 0
        _tell_gaps()
        _look_if_late()


def _tell_gaps():
    print('\x1e{"each_ms":50,"gaps":[', end="")
    for index in range(_WINDOWS):
        if index:
            print(",", end="")
        print(_gaps[index], end="")
    print("]}\x1f", end="")


def _check_ticks():
    """In a look: the ticks end if code of the user's has taken the timer."""
    global _seen_us, _stalls
    if _timer is None:
        return
    _stalls = _stalls + 1 if _last_us == _seen_us else 0
    _seen_us = _last_us
    if _stalls < _STALLED:
        return
    if _is_ours(_timer):
        _start_ticks()  # a tick was lost
    else:
        pauses(False)


_say({"boot": 1, "device": machine.unique_id().hex()})
_set_watcher = imp.diag.ontransition
imp.diag.ontransition = ontransition
ontransition(None)
_look()
if _board is not None:
    pauses()
