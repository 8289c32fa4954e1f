# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Sends under a policy: how long a send waits, and what it returns.

These calls may block, as on an imp. While one waits, `control.busy` prevents the session's steps.
"""

import time

import _connectwith
from micropython import const

from connectwith import results

# Under SUSPEND_ON_ERROR. The server may close the connection because of the message itself.
_TRIES = const(3)

# What `_wait()` waits for.
_ROOM = const(0)
_WITHIN_BUFFER = const(1)
_ACKNOWLEDGED = const(2)


def send(control, name, payload):
    """Sends bytes on the device's topic `name`. Returns 0 or a send error.

    Under SUSPEND_ON_ERROR it connects first if the device is offline, and sends the message again
    if the connection was lost meanwhile.
    """
    for _ in range(_TRIES):
        if control.busy:
            return results.SEND_ERROR_WOULDBLOCK  # called by a callback during another call
        if not control.is_connected() and not control.reconnect():
            return results.SEND_ERROR_NOT_CONNECTED
        control.busy += 1
        try:
            result = _send(control, name, payload)
        finally:
            control.busy -= 1
        if control.is_connected():
            # The acknowledgement, or the rest of the message, is outstanding.
            control.schedule_step()
            break
        if control.policy != results.SUSPEND_ON_ERROR:
            break
    else:
        control.reconnect()  # without the message
    return result


def flush(control, timeout_ms, again=True):
    """Waits until all messages are acknowledged. Returns whether they are. `again`: after a loss
    it does what the policy says."""
    current = control.session
    if not current.is_waiting():
        return True
    if control.busy or not control.is_connected():
        return False
    deadline = time.ticks_add(time.ticks_ms(), timeout_ms)
    control.busy += 1
    try:
        flushed = _wait(control, _ACKNOWLEDGED, deadline) == 0
    finally:
        control.busy -= 1
    if again and not control.is_connected() and control.policy == results.SUSPEND_ON_ERROR:
        control.reconnect()
    return flushed


def _send(control, name, payload):
    deadline = time.ticks_add(time.ticks_ms(), control.timeout_ms)
    keep = control.policy == results.RETURN_ON_ERROR_NO_DISCONNECT
    result = _wait(control, _ROOM, deadline, name, payload)
    if result == results.SEND_ERROR_TIMEOUT and keep:
        return results.SEND_ERROR_WOULDBLOCK
    if not result:
        with _connectwith.SchedulerLock():  # another session may take over meanwhile
            packet_id = control.session.enqueue(name, payload)
        if control.wait == results.WAIT_FOR_ACK:
            result = _wait(control, _ACKNOWLEDGED, deadline, packet_id)
        else:
            result = _wait(control, _WITHIN_BUFFER, deadline)
            if keep and result == results.SEND_ERROR_TIMEOUT:
                result = 0  # it is longer than the send buffer, and is sent from its own memory
    if result == results.SEND_ERROR_TIMEOUT and not keep:
        control.lose("send timeout", 0, results.NO_SERVER)
    return result


def _wait(control, what, deadline, first=0, payload=b""):
    """Runs steps of the session, at least one, until the condition `what` holds.

    Returns 0, SEND_ERROR_TIMEOUT or SEND_ERROR_DISCONNECTED."""
    generation = control.generation
    while True:
        # As in a step: a callback must not close the session or poll the link meanwhile.
        with _connectwith.SchedulerLock():
            if generation != control.generation:
                return results.SEND_ERROR_DISCONNECTED  # a callback has closed it
            result = _look(control, what, deadline, first, payload)
        if result >= 0:
            return result
        if time.ticks_diff(deadline, time.ticks_ms()) <= 0:
            return results.SEND_ERROR_TIMEOUT
        if control.moving is not None:
            # Inside a callback the scheduler does not run, and the session that takes over may be
            # what this waits for.
            control.attempt.run_due()
        time.sleep_ms(-result)


def _look(control, what, deadline, first, payload):
    """One step of the session. Below 0: the condition does not hold yet, and the next step is to
    follow after so many ms; otherwise as `_wait()`."""
    current = control.session
    now_ms = time.ticks_ms()
    if current.poll(now_ms, True) < 0:
        # A link that goes down breaks its connections, so its state is checked first.
        if not control.has_lost_link():
            limits = control.sequence.limits
            # At the deadline the connection has ended, whatever is to blame.
            if time.ticks_diff(deadline, now_ms) > 0 and limits.blames_link(current.code):
                return -limits.wait_ms()
            control.lose(current.cause, current.code, results.NO_SERVER)
        # It is still connected if another session is taking over.
        return -1 if control.is_connected() else results.SEND_ERROR_DISCONNECTED
    if what == _ROOM:
        done = current.has_room(first, payload)
    elif what == _WITHIN_BUFFER:
        done = current.is_within_buffer()
    else:
        done = not current.is_waiting(first)
    if done:
        return 0
    if control.has_lost_link() and not control.is_connected():
        return results.SEND_ERROR_DISCONNECTED
    return -1
