# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw setup: the set-up alone, or one step of it."""

import argparse

from setup import apt, build, paths, sources, venv
from setup.report import Report

SUMMARY = "set this machine up, or do one step of it"
EXAMPLES = """\
./tools/cw setup                 everything that the demo needs
./tools/cw setup --tests         and what only the tests need (RISC-V compiler, emulator)
./tools/cw setup --dry-run       only say what would be done
./tools/cw setup --only sources  one step"""
IN_ENVIRONMENT = False

STEPS = ("apt", "python", "sources", "build", "bench")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument(
        "--only",
        choices=STEPS,
        metavar="STEP",
        help="do one step: apt (Debian packages), python (virtual environment), sources "
        "(MicroPython, lwIP, mbedTLS), build (the virtual board), bench (its networks)",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    parser.add_argument("--tests", action="store_true", help="what only the tests need, too")


def run(options: argparse.Namespace, report: Report) -> int:
    """Does the steps in their order."""
    build.clean_environment()
    steps = (options.only,) if options.only else STEPS
    dry = options.dry_run
    if "apt" in steps:
        log = paths.cache() / "logs" / "apt.log"
        apt.ensure(report, log, for_tests=options.tests, dry_run=dry)
    if "python" in steps:
        venv.ensure(report, paths.REQUIREMENTS, dry_run=dry)
    tree = None
    if not {"sources", "build", "bench"}.isdisjoint(steps):
        tree = sources.ensure(report, dry_run=dry)
    if "build" in steps:
        if tree is not None:
            build.ensure_board(tree, report)
        else:
            report.line(f"[build  ] would build the virtual board in {paths.BUILD}")
    if "bench" in steps:
        build.ensure_bench(report, tree, dry_run=dry)
    report.line("nothing was changed" if dry else "set up")
    return 0
