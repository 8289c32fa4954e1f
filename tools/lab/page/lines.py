# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A list that grows: only its new lines are sent to the browser."""

from collections.abc import Callable, Sequence

from nicegui import ui


def added(before: Sequence[object], now: Sequence[object]) -> int:
    """How many items at the end of `now` are new: `before` has lost some at its begin, perhaps."""
    for gone in range(len(before) + 1):
        left = len(before) - gone
        if left <= len(now) and before[gone:] == now[:left]:
            return len(now) - left
    return len(now)


class Lines:
    """html: of one item, with its text escaped. most: how many are shown. newest_first: else the
    list stays at its end, as page.js does it for lab-log. read_out: whether a screen reader tells
    each new line by itself; what comes every second is not told."""

    def __init__(
        self, name: str, html: Callable[[object], str], most: int = 100, newest_first: bool = True,
        read_out: bool = False,
    ) -> None:  # fmt: skip
        self._html, self._most, self._newest_first = html, most, newest_first
        self._seen: list[object] = []
        self._of = ""
        self._rows: list[ui.html] = []
        self._box = ui.element("div").classes("lab-lines" if newest_first else "lab-lines lab-log")
        # It can be scrolled, so a keyboard must reach it.
        self._box.props(f'role=log tabindex=0 aria-label="{name}"')
        self._box.props(f"aria-live={'polite' if read_out else 'off'}")

    def draw(self, items: Sequence[object], of: str = "") -> None:
        """All items, the oldest first. of: whose they are; those of another one are not shown."""
        new = len(items) if of != self._of else added(self._seen, list(items))
        if not new and len(items) == len(self._seen):
            return
        if new == len(items):
            self._box.clear()
            self._rows.clear()
        self._of = of
        self._seen = list(items)
        with self._box:
            for item in items[len(items) - min(new, self._most) :]:
                row = ui.html(self._html(item), sanitize=False)
                if self._newest_first:
                    row.move(target_index=0)
                self._rows.append(row)
        for row in self._rows[: -self._most]:
            row.delete()
        del self._rows[: -self._most]
