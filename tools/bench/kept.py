# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a bench has seen, bounded, because a bench may stand for days."""

from __future__ import annotations

from typing import TypeVar

Item = TypeVar("Item")


class Kept(list[Item]):
    """A list that append() bounds: of more than `most` items it forgets the older half."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self._added = 0

    def append(self, item: Item) -> None:
        """Adds an item."""
        super().append(item)
        self._added += 1
        if len(self) > self.most:
            del self[: self.most // 2]

    @property
    def gone(self) -> int:
        """How many were forgotten or removed: what stands at 0 now was the item of this number."""
        return self._added - len(self)

    def later(self, number: int) -> list[Item]:
        """The item of this number and those behind it, as far as they are kept."""
        return self[max(0, number - self.gone) :]
