# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Reads choices from a fuzzer's bytes. After their end, every choice is the first option."""

from collections.abc import Sequence
from typing import Any


class Choices:
    """The bytes that are left of an input."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self._at

    def byte(self) -> int:
        """The next byte, 0 at the end."""
        if not self.left:
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def word(self) -> int:
        """The next two bytes, most significant first."""
        return self.byte() << 8 | self.byte()

    def pick(self, options: Sequence[Any]) -> Any:
        """One of at most 256 options."""
        return options[self.byte() % len(options)]

    def take(self, most: int) -> bytes:
        """At most `most` of the bytes that are left."""
        taken = self._data[self._at : self._at + most]
        self._at += len(taken)
        return taken

    def text(self, most: int) -> str:
        """Bytes as text; what is not UTF-8 becomes lone surrogates, which are no UTF-8 either."""
        return self.take(most).decode("utf-8", "surrogateescape")

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.left)
