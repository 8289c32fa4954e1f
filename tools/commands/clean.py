# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw clean: removes what was built, and with --all what was fetched."""

import argparse
import sys
from pathlib import Path

from setup import paths
from setup.problem import Problem
from setup.report import Report

SUMMARY = "remove what was built (--all: what was fetched, too)"
EXAMPLES = """\
./tools/cw clean                 remove build/
./tools/cw clean --all --yes     and the cache, without asking

It removes nothing that another cw is using."""
IN_ENVIRONMENT = False

# The names that cw puts into its cache. A folder with anything else in it is not removed.
_OURS = ("archives", "src", "tree", "mpy-cross", "logs", "esp-idf", "espressif", "rabbitmq")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("--all", action="store_true", help="also the cache of everything fetched")
    parser.add_argument("--yes", action="store_true", help="do not ask before removing the cache")


def _foreign(cache: Path) -> list[str]:
    return sorted(
        entry.name
        for entry in cache.iterdir()
        if entry.name not in _OURS and not entry.name.startswith(("venv-", "."))
    )


def remove_cache(cache: Path, sure: bool, report: Report) -> bool:
    """Removes the cache after a question; False when the answer was no. Raises Problem."""
    if not cache.is_dir():
        return True
    foreign = _foreign(cache)
    if foreign:
        raise Problem(
            f"{cache} was not removed.",
            f"it holds things that cw did not put there: {', '.join(foreign[:5])}.",
            "look at CONNECTWITH_CACHE, or remove the folder by hand.",
        )
    if not sure:
        if not sys.stdin.isatty():
            raise Problem(
                f"{cache} was not removed.",
                "nobody is here to be asked.",
                "say --yes: ./tools/cw clean --all --yes",
            )
        if input(f"Remove {cache}? [y/N] ").strip().lower() not in ("y", "yes"):
            return False
    if paths.remove_unused(cache):
        report.line(f"removed {cache}")
    return True


def run(options: argparse.Namespace, report: Report) -> int:
    """Removes the folders. The exit status is 1 if the user did not want the cache removed."""
    if paths.remove_unused(paths.BUILD):
        report.line(f"removed {paths.BUILD}")
    if options.all:
        return 0 if remove_cache(paths.cache(), options.yes, report) else 1
    return 0
