# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Diag: the data of the last attempt, and counters. report.py makes the reports of `imp.diag` from
it, info.py those of `imp.net`.

May use links and settings. It opens nothing and changes nothing.
"""

import _connectwith

from connectwith import results


class Diag:
    """Set by the controller and the sequence. No attribute holds a secret."""

    loss = None  # the cause of the last loss

    def __init__(self):
        self.interface = None  # of the last attempt, as the next seven
        self.result = None
        self.cause = None
        self.code = 0
        self.flags = 0
        self.error = None
        self.note = None
        self.link = None
        self.tries = None  # of `server.connect`: the result of each interface that was tried
        self.loss_code = 0
        self.attempts = self.successes = self.losses = 0
        self.full = _connectwith.handshakes(False)  # TLS handshakes before this object
        # Those that have resumed a session: before this object, and before the last attempt.
        self.resumed = self.begun = _connectwith.handshakes(True)
        self.watcher = None

    def begin(self, interface):
        self.attempts += 1
        self.interface = interface
        self.begun = _connectwith.handshakes(True)
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
        """The session has ended unexpectedly."""
        self.losses += 1
        self.loss, self.loss_code = cause, code
