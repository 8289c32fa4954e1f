# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""An attempt, a session, the sequence of an attempt and links that are being powered down, as a
controller sees them."""

import types

from connectwith import links, results, session


class Attempt:
    """`_connectwith.Attempt`; `calls` has the calls and their arguments."""

    def __init__(self, step, settle):
        self.is_running = False
        self.at_stage = 0
        self.calls = []
        self.stages = []
        self.was_asked = False

    def start(self, *arguments):
        self.is_running = True
        self.calls.append(("start", *arguments))

    def abandon(self):
        self.is_running = False
        self.calls.append(("abandon",))

    def wake(self, wait_ms):
        self.was_asked = True
        self.calls.append(("wake", wait_ms))

    def asked(self):
        was_asked, self.was_asked = self.was_asked, False
        return was_asked

    def running(self):
        return self.is_running

    def stage(self):
        return self.at_stage

    def timeline(self):
        return self.stages

    def elapsed_ms(self):
        return 0


class Session:
    def begin_kept(self):
        pass  # nothing is kept

    def __init__(self):
        self.state = session._OPEN
        self.inbound = []
        self.is_busy = False
        self.cause, self.code = "errno", 104
        self.holds = False
        self.waiting = ([], 0)  # what outstanding() gives
        self.adopted, self.replaced, self.announced = None, [], 0
        self.checks, self.watched_path = [], None
        self.mqtt = types.SimpleNamespace(
            check_path=lambda *arguments: self.checks.append(arguments),
            watch_path=lambda *arguments: setattr(self, "watched_path", arguments),
        )

    def outstanding(self):
        return self.waiting

    def adopt(self, outstanding):
        self.adopted = outstanding

    def replace(self, other):
        self.replaced.append(other)

    def announce(self):
        self.announced += 1

    def poll(self, now_ms):
        return self.state

    def busy(self):
        return self.is_busy

    def take(self):
        return self.inbound.pop(0)


class RetryLimits:
    """retry_limits.RetryLimits: `doubtful` is whether an errno of 104 may be the link's fault."""

    def __init__(self):
        self.doubtful = False
        self.resets = 0

    def wait_ms(self):
        return 4

    def reset_interval(self):
        self.resets += 1

    def blames_link(self, code):
        return self.doubtful and code == 104


class Sequence:
    """sequence.Sequence: `releases` has the arguments of `release()`, `quiet_ms` is what is due
    next in a session in which nothing happens."""

    def __init__(self, attempt, diag, power_down):
        self.session = Session()
        self.link = types.SimpleNamespace(poll=lambda: self.link_state, result=results.NO_WIFI)
        self.link_state = links.UP
        self.releases = []
        self.limits = RetryLimits()
        self.begun = []
        self.quiet_ms = 500

    def make_session(self):
        return self.session

    def begin(self, job):
        self.job = job
        self.begun.append(job)

    def release(self, goodbye, keep):
        self.releases.append((goodbye, keep))

    def step(self):
        return 77

    def poll_idle(self, idle_ms):
        return min(idle_ms, self.quiet_ms)


class PowerDown:
    """power_down.PowerDown: `stopping_ms` is what `poll()` returns."""

    def __init__(self, attempt):
        self.stopping_ms = -1

    def poll(self):
        return self.stopping_ms
