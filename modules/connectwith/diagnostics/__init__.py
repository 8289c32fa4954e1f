# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What happened: the last attempt and counters. report.py puts it into words for `imp.diag`,
info.py tells what `imp.net.info()` tells.

May use links and settings. It opens nothing and changes nothing.
"""

from connectwith import results


class Diag:
    """Filled in by the controller. Nothing here is a secret."""

    def __init__(self):
        self.interface = None  # of the last attempt, as all that follows
        self.result = None
        self.cause = None
        self.code = 0
        self.flags = 0
        self.error = None
        self.note = None
        self.link = None
        self.tries = None  # of one `connect`: interface and result of each that has ended
        self.loss = None  # the last one
        self.loss_code = 0
        self.attempts = self.successes = self.losses = 0
        self.watcher = None

    def begin(self, interface):
        self.attempts += 1
        self.interface = interface
        self.result = self.cause = self.error = self.note = self.link = None

    def set_cause(self, cause, code, flags):
        """The raw cause of a failure: a text without secrets, an errno or a driver's code."""
        self.cause, self.code, self.flags = cause, code, flags

    def end(self, result, error):
        if result == results.SERVER_CONNECTED:
            self.successes += 1
            self.cause = None
        elif self.cause is None:
            self.set_cause("timeout", 0, 0)
        self.error = error
        self.result = result

    def lost(self, cause, code):
        """The session ended without anybody here having asked for it."""
        self.losses += 1
        self.loss, self.loss_code = cause, code
