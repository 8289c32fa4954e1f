# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Messages that must arrive, kept in files of the board's flash until the server has acknowledged
them: the bytes (records), the files (box), and the delivery in a session (delivery).

May use settings. The session gives it itself in each step; it imports no session and no
connection.
"""

FOLDER = "/outbox"

_delivery = None


def get():
    """The delivery.Delivery of this run of the firmware, with its box."""
    global _delivery
    if _delivery is None:
        import _connectwith

        from connectwith.outbox import box, delivery

        with _connectwith.SchedulerLock():
            if _delivery is None:
                _delivery = delivery.Delivery(box.Box(FOLDER))
    return _delivery
