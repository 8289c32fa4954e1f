# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The one connection to the server. `get()` makes its controller, with what follows a loss."""

import _connectwith

_controller = None


def get():
    """The controller of this run of the firmware."""
    global _controller
    if _controller is None:
        from connectwith.controller import Controller

        with _connectwith.SchedulerLock():
            if _controller is None:
                _controller = Controller(_after_loss)
    return _controller


def _after_loss():
    from connectwith import loss  # many devices never need it: its memory is better spent

    return loss
