# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Links that are being powered down, while an attempt or a session uses another one."""

import _connectwith
from micropython import const

from connectwith import links, settings

_STOPPING_MS = const(10)
_POWERING_OFF_MS = const(100)
_LINGER_MS = const(2)


class PowerDown:
    """One for all sequences. No call waits."""

    def __init__(self, attempt):
        self._attempt = attempt
        self._stopping = []
        self._off = True  # all of them have left their networks
        self._lingering = None  # a link that stays up until DISCONNECT was sent
        self._fresh = True  # no attempt yet in this run of the firmware

    def stop(self, link, said=False):
        """Powers `link` down. `said`: when the server has acknowledged DISCONNECT, after a second
        at the latest: a radio drops data that it has not sent yet."""
        if said and _connectwith.lingering():
            self._lingering = link
            self._attempt.wake(1)
            return
        link.stop()
        state = link.poll()
        if state < links.FAILED:
            self._off = self._off and state == links.POWERING_OFF
            if link not in self._stopping:
                self._stopping.append(link)
            self._attempt.wake(1)

    def poll(self):
        """Makes the next step. Returns the ms until the next call, < 0 when all is done."""
        link = self._lingering
        if link is not None:
            if _connectwith.lingering():
                return _LINGER_MS
            self.stop(link)  # if Ctrl-C interrupts it, it is called again
            self._lingering = None
        wait_ms = -1
        for index in range(len(self._stopping) - 1, -1, -1):
            state = self._stopping[index].poll()
            if state >= links.FAILED:
                self._stopping.pop(index)
            elif state != links.POWERING_OFF:
                wait_ms = _STOPPING_MS
            elif wait_ms < 0:
                wait_ms = _POWERING_OFF_MS
        self._off = wait_ms != _STOPPING_MS
        return wait_ms

    def is_active(self):
        """Whether a link is still being powered down."""
        return len(self._stopping) > 0 or self._lingering is not None

    def end_linger(self, link):
        """To be called before `link` is used otherwise. A DISCONNECT not sent yet is lost."""
        if self._lingering is link:
            self.stop(link)
            self._lingering = None

    def make_way(self, job):
        """To be called before the link of `job` is started, which may itself be one of these.
        Returns 0 when the others have left their networks, otherwise the ms until the next call,
        -1 if that is not known."""
        if self._lingering is not None:
            return _LINGER_MS
        if self._fresh:
            self._stop_left_over(job.kind)
            self._fresh = False
        if job.link in self._stopping:
            self._stopping.remove(job.link)
            self._off = self._off or not self._stopping
        return 0 if self._off else -1

    def _stop_left_over(self, kind):
        """Powers down the links that were left up before the reset, but for that of class
        `kind`."""
        for other in range(len(settings.nic.NAMES)):
            try:
                link = links.left_over(other) if other != kind else None
            except (AttributeError, OSError, ValueError):
                continue  # a fault of another link must not end this attempt
            if link is not None:
                self.stop(link)
