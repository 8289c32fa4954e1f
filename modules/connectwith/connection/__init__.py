# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The connection to the server: its controller, the sequence of steps of an attempt, the order of
interfaces, and the reconnect after a loss. `get()` makes the controller.

May use diagnostics, session, links and settings.
"""

import _connectwith

_controller = None


def get():
    """The controller of this run of the firmware."""
    global _controller
    if _controller is None:
        from connectwith.connection.controller import Controller

        with _connectwith.SchedulerLock():
            if _controller is None:
                # A module in Python from MicroPython 1.28 on. Steps may run in the middle of its
                # first import: they would get a part of it, with an empty sys.path.
                import machine  # noqa: F401

                _controller = Controller(_reconnect)
    return _controller


def _reconnect():
    # Many devices never lose a connection, and never import this.
    from connectwith.connection import reconnect

    return reconnect
