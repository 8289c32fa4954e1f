# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The exception that a user sees, and the translation of the system's errors into it."""

import errno
import os
import sys
from collections.abc import Callable
from typing import NoReturn


class Problem(Exception):
    """An error for the user: what happened, why, and what to do next.

    Each of the three is one line of plain text. It is printed without a traceback and ends the
    command with exit status `status`.
    """

    def __init__(self, what: str, why: str, next_step: str, status: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.next_step = next_step
        self.status = status

    def __str__(self) -> str:
        return f"cw: {self.what}\n    why: {self.why}\n    next: {self.next_step}"


def exit_with(main: Callable[[], int]) -> NoReturn:
    """Ends a script with the exit status of `main`, or with the Problem that it raises."""
    try:
        sys.exit(main())
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(problem.status)


def from_oserror(error: OSError) -> Problem:
    """The Problem for an error of the operating system."""
    place = error.filename or "a file"
    if isinstance(place, bytes):
        place = os.fsdecode(place)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(
            f"No space left on the disk while writing {place}.",
            "the cache and the builds need about 600 MB; an ESP-IDF in the cache, some GB more.",
            "free some space, or put the cache on another disk with CONNECTWITH_CACHE=<folder>.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        # These errors do not tell reading from writing, but for the last.
        may_not = "write" if error.errno == errno.EROFS else "use"
        return Problem(
            f"May not {may_not} {place}.",
            f"the system says: {error.strerror}.",
            "make it readable and writable for this user, or choose another cache with "
            "CONNECTWITH_CACHE=<folder>.",
        )
    return Problem(
        f"{place}: {error.strerror or error}.",
        "the operating system refused it.",
        "run the same command with --debug to see where.",
    )
