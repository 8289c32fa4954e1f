# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.diag`: what happened and why. Nothing here holds a secret."""

import time

import _connectwith
from micropython import const

from connectwith import connection
from connectwith.connection.job import check_callback
from connectwith.diagnostics import report

# What _connectwith.clock_quality() gives, in words.
_CLOCK = const(("unset", "user", "floor", "suspect", "network", "sntp"))


def lastattempt():
    """The last attempt, also while it runs, as a dict; None before the first.

    `interface`, `result` and `name` (None while it runs), `stages`: a list of (name, ms),
    `ms`: all of them, `cause`: what the driver, TLS or the server said, or None. `tries`: of
    `server.connect`, the result of each interface that has ended. `note`: what is wrong but no
    failure; absent where nothing is.
    """
    control = connection.get()
    with _connectwith.SchedulerLock():  # all of it at one moment
        return report.last(control.diag, control.attempt.timeline())


def ontransition(callback):
    """`callback(stage, ms)` is called when a stage (str) has ended; None for no callback."""
    check_callback(callback)
    connection.get().diag.watcher = callback


def counters():
    """Since the boot, as a dict: `attempts`, `successes`, `losses` of a session, and why the
    last of these happened as `lastloss` (str or None)."""
    control = connection.get()
    with _connectwith.SchedulerLock():
        return report.counters(control.diag)


def version():
    """The version of this firmware (str), as `./tools/cw --version` of its sources."""
    return _connectwith.VERSION


def clock():
    """What the clock rests on (str). sntp: a time server. network: the mobile network. user: other
    code has set it. floor: no more than a time that is surely past, the firmware's build or a date
    that the broker's CA has signed. suspect: TLS found no certificate valid at it, and no server
    has answered since. unset: it cannot be the present."""
    return _CLOCK[_connectwith.clock_quality(time.time())]


def keysource():
    """Where the key of sealed values comes from: efuse-hmac, nvs-encrypted or nvs-plain."""
    return _connectwith.key_source()
