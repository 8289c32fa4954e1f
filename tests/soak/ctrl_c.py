# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Ctrl-C for programs that print a summary at their end."""

import signal

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def once() -> None:
    """The first Ctrl-C or SIGTERM raises KeyboardInterrupt, later ones change nothing: they may
    come to the whole group of processes and from the parent, too."""
    for number in _SIGNALS:
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: object) -> None:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
