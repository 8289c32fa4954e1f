# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The messages that were published at a broker, for tests."""

from __future__ import annotations

import fnmatch
import threading
import time

from .errors import BenchError
from .kept import Kept

Message = tuple[str, bytes, bool]
_MESSAGES_MAX = 100_000  # nobody may take them for days


class Inbox:
    """`messages` holds (topic, payload, retained) of what was published, oldest first; of
    very many the newer half."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.messages: Kept[Message] = Kept(_MESSAGES_MAX)

    def record(self, topic: str, payload: bytes, retained: bool) -> None:
        """Adds a message; called in the thread that watches the broker."""
        with self._changed:
            self.messages.append((topic, payload, retained))
            self._changed.notify_all()

    def take(self) -> list[Message]:
        """All messages, which are forgotten by this: for who stands for long."""
        with self._changed:
            taken, self.messages[:] = list(self.messages), []
            return taken

    def forget(self) -> None:
        """Forgets all messages."""
        with self._changed:
            self.messages.clear()

    def wait_for(self, topic_pattern: str, timeout: float = 20.0, since: int = 0) -> Message:
        """The first message from index `since` on whose topic matches (as in fnmatch).

        Raises BenchError after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            first = self.messages.gone + since
            while True:
                for message in self.messages.later(first):
                    if fnmatch.fnmatchcase(message[0], topic_pattern):
                        return message
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise BenchError(f"broker: no message {topic_pattern!r} within {timeout} s")
