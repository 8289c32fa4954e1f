# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Final results that are errors."""

from __future__ import annotations

# 3GPP TS 27.007, 9.2; AT manual, 3.3
TEXTS = {
    3: "operation not allowed",
    4: "operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    16: "incorrect password",
    30: "no network service",
    50: "Incorrect parameters",
    100: "unknown",
}


class AtError(Exception):
    """A command fails with +CME ERROR; code None: always with a bare ERROR."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(code)
        self.code = code

    def line(self, cmee: int) -> str:
        """The final result under AT+CMEE=`cmee`."""
        if self.code is None or cmee == 0:
            return "ERROR"
        return f"+CME ERROR: {self.code if cmee == 1 else TEXTS.get(self.code, 'unknown')}"


class UnknownCommand(Exception):
    """The simulator does not know the command, so the code that sent it cannot be tested."""
