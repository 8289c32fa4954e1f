# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`server.connect`: attempts with the stored settings, over one interface after the other."""

import _connectwith

from connectwith import links, results, settings
from connectwith.connection.job import (
    Job,
    check_callback,
    default_ms,
    milliseconds,
    server_settings,
)
from connectwith.settings import nic

_ORDER = (nic.ETHERNET, nic.WIFI, nic.CELLULAR)

_custom = []  # the order of `set_interfaces()`, which comes before the default one


def set_interfaces(identifiers):
    """See `imp.net.setserverinterfaces`."""
    global _custom
    if not isinstance(identifiers, (list, tuple)):
        raise TypeError("identifiers: must be a list of str")
    kinds = []
    for name in identifiers:
        if not isinstance(name, str):
            raise TypeError("identifiers: must be a list of str")
        kind = nic.link_of(name)
        if kind not in kinds:
            kinds.append(kind)
    _custom = kinds


def get_interfaces():
    """See `imp.net.getserverinterfaces`."""
    order = _custom or [kind for kind in _ORDER if _is_fitted(kind)]
    return [nic.NAMES[kind][0] for kind in order]


def connect(control, callback, timeout):
    """See `server.connect`."""
    if control.policy == results.SUSPEND_ON_ERROR:
        # Callback and timeout are ignored under this policy.
        server_settings()
        if not control.is_connected():
            control.reconnect()
        return
    check_callback(callback)
    timeout_ms = None if timeout is None else milliseconds(timeout)
    settings = server_settings()
    with _connectwith.SchedulerLock():
        if control.is_connected():
            return
        plan = Plan(control, settings, candidates(), timeout_ms)
        if callback is not None:
            plan.callback = lambda result, interface: callback(result)
        control.run(plan.first())


class Plan:
    """The interfaces to try, and the timeout of each.

    `timeout_ms` bounds all of them together: each gets an equal share of the remaining time. None:
    each has its own default.
    """

    def __init__(self, control, settings, kinds, timeout_ms=None):
        self._control = control
        self._settings = settings
        self._timeout_ms = timeout_ms
        self._kinds = kinds
        self.callback = None

    def first(self):
        return self._job(0, self._timeout_ms)

    def has_next(self, job):
        return job.index + 1 < len(self._kinds)

    def follow(self, job, result):
        """The job after `job`, or None at the end. A second call returns the same."""
        diag = self._control.diag
        if diag.tries is None:
            diag.tries = {}
        diag.tries[job.nic["interface"]] = result
        if result == results.SERVER_CONNECTED or not self.has_next(job):
            return None
        left_ms = self._timeout_ms
        if left_ms is not None:
            left_ms = job.left_ms - self._control.attempt.elapsed_ms()
            if left_ms <= 0:
                return None
        return self._job(job.index + 1, left_ms)

    def _job(self, index, left_ms):
        kind = self._kinds[index]
        config = settings.fill({"interface": nic.NAMES[kind][1]}, kind)
        if left_ms is None:
            timeout_ms = default_ms(kind)
        else:
            timeout_ms = max(1, left_ms // (len(self._kinds) - index))
        job = Job(config, kind, self._settings, timeout_ms, self.callback, self)
        job.index = index
        job.by_order = True
        job.left_ms = left_ms
        return job


def candidates():
    """The classes of link to try: fitted and configured. The custom order comes first, then the
    rest of the default one."""
    kinds = fitted()
    configured = [kind for kind in kinds if settings.load_nic(kind) is not None]
    # If none is configured, the attempt itself reports what is missing.
    return configured or kinds[:1]


def fitted():
    """The classes of link of this board, in that order."""
    kinds = []
    for kind in _custom + list(_ORDER):
        if kind not in kinds and _is_fitted(kind):
            kinds.append(kind)
    return kinds


def _is_fitted(kind):
    try:
        links.check_fitted(kind)
    except ValueError:
        return False
    return True
