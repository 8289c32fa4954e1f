# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The pause after a message that ends sessions, in sessions that are shorter."""

import flash_files
from flash_files import Session, keep, numbers
from test_outbox import flash  # noqa: F401 - a fixture


def test_sessions_that_are_shorter_than_the_pause_send_the_message_in_the_end(
    flash,  # noqa: F811
    clock,
):
    kept = flash_files.boot()
    keep(kept, "x" * 200)

    def connect(for_s, why):
        session = Session(kept)
        for _ in range(for_s):
            kept.feed(session, clock.now_ms)
            clock.now_ms += 1000
        session.end(why)
        return numbers(session)

    for _ in range(3):
        assert connect(1, "closed by the server") == [1]
    # A lost link does not begin the pause again, neither before nor after its end.
    assert [connect(25, "link lost") for _ in range(4)] == [[], [], [1], [1]]
    assert connect(1, "closed by the server") == [1]
    assert [connect(50, "link lost") for _ in range(3)] == [[], [], [1]]  # it is two minutes now
