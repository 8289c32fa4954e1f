# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.diag`: reports on attempts, losses and the clock. No report holds a secret."""

import time

import _connectwith
from micropython import const

from connectwith import connection
from connectwith.connection.job import check_callback
from connectwith.diagnostics import report

# Names for the numbers of _connectwith.clock_quality().
_CLOCK = const(("unset", "user", "floor", "suspect", "network", "sntp"))


def lastattempt():
    """The last attempt as a dict, also while it runs. None before the first.

    `interface`. `result` and `name`: the result code and its name, None while the attempt runs.
    `stages`: a list of (name, ms). `ms`: their sum. `timeout`: the s (float) that they could take;
    if several interfaces share a time, the share of this one. `cause`: the error of the driver,
    TLS or the server, or None. `resumed`: whether TLS has resumed a session, so that the server
    has shown no certificate. `tries`: after `server.connect`, the result of each interface that
    was tried. `note`: a warning; absent without one.
    """
    control = connection.get()
    with _connectwith.SchedulerLock():  # all of it at one moment
        attempt = control.attempt
        return report.last(control.diag, attempt.timeline(), attempt.timeout_ms())


def ontransition(callback):
    """`callback(stage, ms)` is called when a stage (str) has ended. None: no callback."""
    check_callback(callback)
    connection.get().diag.watcher = callback


def counters():
    """Counters since the boot, as a dict: `attempts`, `successes`, `losses` of a session,
    `lastloss`, the cause of the last loss (str or None), and the TLS handshakes that have
    succeeded: `handshakes` in full, and `resumed`."""
    control = connection.get()
    with _connectwith.SchedulerLock():
        return report.counters(control.diag)


def version():
    """The version of this firmware (str), as `./tools/cw --version` of its sources."""
    return _connectwith.VERSION


def clock():
    """The source of the clock's time (str). sntp: a time server. network: the mobile network.
    user: other code has set it. floor: a date in the past, of the firmware's build or signed by
    the broker's CA. suspect: no certificate was valid at the time of the clock, and no time server
    has answered since. unset: the clock was not set."""
    return _CLOCK[_connectwith.clock_quality(time.time())]


def keysource():
    """The source of the key of sealed values: efuse-hmac, nvs-encrypted or nvs-plain."""
    return _connectwith.key_source()
