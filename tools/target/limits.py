# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a bench cannot do: one exception, which says what and why, and is kept.

A test that meets it has tested nothing and is skipped, never passed; that it is kept makes this
true of tests, too, in which the exception itself gets lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn


class Cannot(Exception):
    """This bench cannot do what a test needs; the text is the reason of the skip."""


class Limits:
    """Collects what was refused since forget()."""

    def __init__(self) -> None:
        self.refused: list[Cannot] = []

    def refuse(self, what: str, why: str) -> NoReturn:
        """Raises Cannot: this bench cannot `what`, because `why`."""
        reason = Cannot(f"this bench cannot {what}: {why}")
        self.refused.append(reason)
        raise reason

    def forget(self) -> None:
        """Before the next test."""
        self.refused.clear()


class Part:
    """A part of a bench, of which only what a class derived from it has can be done.

    words: what it cannot do when an attribute is asked for, where its name does not say it.
    """

    def __init__(
        self, limits: Limits, name: str, why: str, words: Mapping[str, str] | None = None
    ) -> None:
        self._limits = limits
        self._name = name
        self._why = why
        self._words = words or {}

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        self._limits.refuse(self._words.get(name, f"give {self._name}.{name}"), self._why)
