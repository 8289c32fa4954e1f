# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Job: the parameters of one attempt. Checks of the arguments that the user gives for it."""

from micropython import const

from connectwith import links, settings

_LONGEST_S = const(86400)
_DEFAULT_MS = const(60000)
_DEFAULT_CELLULAR_MS = const(120000)  # registration alone may take a minute


class Job:
    """The checked parameters of one attempt.

    `callback(result, interface)` or None. `plan`: None, or an object that decides what follows a
    failure: `follow(job, result)` returns the next Job, which begins after its `delay_ms`, or
    None."""

    index = 0  # in the plan
    delay_ms = 0
    is_reconnect = False  # it is tried again after a failure, by another attempt
    has_others = False  # without a plan: another interface is tried after a failure
    by_order = False  # `server.connect()` has made it, over one interface after the other

    def __init__(self, nic_, kind, settings, timeout_ms, callback=None, plan=None):
        self.nic = nic_
        self.kind = kind
        self.link = links.get(kind)
        self.settings = settings
        self.timeout_ms = timeout_ms
        self.callback = callback
        self.plan = plan

    def has_next(self):
        return self.has_others or self.plan is not None and self.plan.has_next(self)

    def close(self):
        """The attempt has ended. The job that has connected is kept after its session, so it must
        not keep objects of the user's, or a plan with references to earlier jobs."""
        self.callback = self.plan = None


def note_network(job):
    """Of several networks, the NIC of the job names the one that was joined."""
    config = job.nic
    if "networks" in config:
        config["wificonfig"] = job.link.network
        if job.kind in links.held:
            links.held[job.kind] = config


def default_ms(kind):
    """How long an attempt over a class of link may take when the caller gives no timeout."""
    return _DEFAULT_CELLULAR_MS if kind == settings.nic.CELLULAR else _DEFAULT_MS


def milliseconds(seconds):
    """A timeout in seconds (int or float) in ms. TypeError, ValueError: it is invalid."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError("timeout: must be a number of seconds")
    if not 0 < seconds <= _LONGEST_S:
        raise ValueError("timeout: must be over 0 and at most 86400 s")
    return max(1, int(seconds * 1000))


def check_callback(callback):
    """Raises TypeError unless `callback` is callable or None."""
    if callback is not None and not callable(callback):
        raise TypeError("callback: not callable")


def server_settings():
    """The stored cloud.Settings. RuntimeError: there are none."""
    server = settings.load_cloud()
    if server is None:
        raise RuntimeError("no server is set: see imp.cloud.configure")
    return server
