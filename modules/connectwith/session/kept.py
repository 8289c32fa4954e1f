# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`agent.send(keep=True)`: a message goes to the outbox, and from there into the session."""

import _connectwith

from connectwith import outbox, results


def keep(control, name, payload):
    """Stores a message. Returns 0, or SEND_ERROR_WOULDBLOCK if the outbox is full. ValueError: it
    is too long. OSError: it is not stored."""
    kept = outbox.get()
    if not kept.accept(name, payload):
        return results.SEND_ERROR_WOULDBLOCK
    if control.is_connected():
        with _connectwith.SchedulerLock():
            control.session.begin_kept(kept)
        control.schedule_step()
    return 0
