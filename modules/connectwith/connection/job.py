# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""One attempt that is to be made, and the checks of what the user gives for it."""

from micropython import const

from connectwith import links, settings

_LONGEST_S = const(86400)
_DEFAULT_MS = const(60000)
_DEFAULT_CELLULAR_MS = const(120000)  # registration alone may take a minute


class Job:
    """One attempt that is to be made: everything checked, nothing begun.

    `callback(result, interface)` or None. `plan`: what comes after a failure; an object with
    `follow(job, result)`, which gives the next Job (it waits for `delay_ms`) or None, or None.
    """

    index = 0  # in the plan
    delay_ms = 0
    is_reconnect = False  # the same is tried again, whatever becomes of it

    def __init__(self, nic_, kind, settings, timeout_ms, callback=None, plan=None):
        self.nic = nic_
        self.kind = kind
        self.link = links.get(kind)
        self.settings = settings
        self.timeout_ms = timeout_ms
        self.callback = callback
        self.plan = plan

    def has_next(self):
        return self.plan is not None and self.plan.has_next(self)

    def close(self):
        """It is over. The job that has connected lives as long as its session, and longer: it
        must not keep the user's objects, or a plan and what that knows of earlier jobs."""
        self.callback = self.plan = None


def default_ms(kind):
    """How long an attempt over a class of link may take when the caller gives no timeout."""
    return _DEFAULT_CELLULAR_MS if kind == settings.nic.CELLULAR else _DEFAULT_MS


def milliseconds(seconds):
    """Checks a timeout in seconds, int or float."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError("timeout: must be a number of seconds")
    if not 0 < seconds <= _LONGEST_S:
        raise ValueError("timeout: must be over 0 and at most 86400 s")
    return max(1, int(seconds * 1000))


def check_callback(callback):
    """TypeError unless it is callable or None."""
    if callback is not None and not callable(callback):
        raise TypeError("callback: not callable")


def server_settings():
    """The stored cloud.Settings. RuntimeError: there are none."""
    server = settings.load_cloud()
    if server is None:
        raise RuntimeError("no server is set: see imp.cloud.configure")
    return server
