# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The exception for what a bench cannot do, with the reason; it is also recorded.

A test with this exception has tested nothing, so it is skipped and never passes. The record has
the same effect for a test that catches the exception.
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
    """A part of a bench. It can do only what a derived class has.

    words: a description for attributes whose name does not describe what the bench cannot do.
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
