# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Types of option values for argparse: each refuses a bad value before any work begins."""

import argparse
import math
import os
from collections.abc import Callable
from pathlib import Path

DAY_S = 86_400.0


def count(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`, both included."""

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"'{text}' is not a whole number from {low} to {high}"
            )
        return value

    return convert


def amount(unit: str, low: float, high: float) -> Callable[[str], float]:
    """A number of `unit`s (a plural, as "seconds") from `low` to `high`, both included."""

    def convert(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:  # not a number is not in any range
            raise argparse.ArgumentTypeError(
                f"'{text}' is not a number of {unit} from {low:g} to {high:g}"
            )
        return value

    return convert


def seconds(low: float = 0.0, high: float = DAY_S) -> Callable[[str], float]:
    """A number of seconds, by default at most a day."""
    return amount("seconds", low, high)


def file(text: str) -> Path:
    """A file that can be read."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"'{text}' is no file")
    if not os.access(path, os.R_OK):
        raise argparse.ArgumentTypeError(f"'{text}' may not be read by this user")
    return path


def output_folder(text: str) -> Path:
    """A folder that can be written to, or that can be made. It is not made here."""
    path = Path(text)
    there = path
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise argparse.ArgumentTypeError(f"'{there}' is a file, not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise argparse.ArgumentTypeError(f"'{there}' may not be written to by this user")
    return path
