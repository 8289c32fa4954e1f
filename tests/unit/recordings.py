# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Recordings for the tests of tools/lab/recording, written as short lists."""

from lab.recording import Recording

ID = "240ac43987d0"
LOG = f"imp/{ID}/log"


def recording(*lines, devices=(ID,)):
    """Each line: the time in s, the board (None: the bench), what, and its values."""
    made = Recording(0.0)
    for board, device in enumerate(devices):
        made.devices.name(board, device)
    for at_s, board, what, *values in lines:
        seen = what in ("attempt", "session", "lost", "message", "booted", "crashed")
        (made.saw if seen else made.did)(at_s, board, what, *values)
    made.end(1000.0)
    return made


def connected(at_s, board=0, interface="wl0"):
    """What is seen when an attempt has connected."""
    return [(at_s, board, "attempt", interface, "SERVER_CONNECTED"),
            (at_s, board, "session", interface)]  # fmt: skip


def outage():
    """The ten lines, the access point off, the loss, and the way back."""
    return [
        (1.0, 0, "run_script", "import imp\n"),
        *connected(2.0),
        (2.1, None, "message", LOG, b'"connected over wl0"'),
        (20.0, 0, "fault", "ap-off"),
        (20.2, 0, "lost"),
        (23.0, 0, "attempt", "wl0", "NO_WIFI"),
        (25.0, 0, "fault", "ap-on"),
        (29.0, 0, "attempt", "wl0", "NO_WIFI"),
        *connected(33.0),
    ]
