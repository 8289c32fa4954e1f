# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""How much of what was sent to a board it has echoed, which is how much of it it has read."""

from lab.desk.script import PASTE

_PROMPT = b"=== "  # before each line that is pasted


class Echo:
    """`ahead`: the bytes that were sent and have had no echo yet.

    A board that reads a script answers each line with a prompt more than was sent. Counted as an
    echo, these would make up for bytes that wait in the board, until it has no room for them.
    """

    def __init__(self) -> None:
        self.ahead = 0
        self._matched = len(_PROMPT)  # bytes of a prompt that have come since the line began
        self._starts = False

    def sent(self, data: bytes) -> None:
        """Notes what was written."""
        self.ahead += len(data)
        self._starts = self._starts or PASTE in data

    @property
    def waits(self) -> bool:
        """Whether a paste has begun and the board has not said that it is ready."""
        return self._starts

    def came(self, data: bytes) -> None:
        """Notes what the board has written."""
        for byte in data:
            if self._matched < len(_PROMPT) and byte == _PROMPT[self._matched]:
                self._matched += 1
                if self._matched == len(_PROMPT) and self._starts:
                    # What came before was of another program, or the banner.
                    self.ahead, self._starts = 0, False
                continue
            self._matched = 0 if byte == ord("\n") else len(_PROMPT)
            if byte != ord("\r"):  # a line's end is sent as one byte and comes as two
                self.ahead = max(0, self.ahead - 1)

    def forget(self) -> None:
        """The board is silent: it does not echo, or has lost what was sent."""
        self.ahead, self._starts = 0, False
