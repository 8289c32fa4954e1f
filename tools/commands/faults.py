# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw faults: the fault matrix, and the page about it."""

import argparse

from commands.freshness import FAULTS
from commands.layers import Context, run_layer
from commands.session import prepare
from commands.test import summarise
from setup import paths
from setup.report import Report

SUMMARY = "try every fault in every stage of every link, and write docs/faults.md"
EXAMPLES = """\
./tools/cw faults                        all cells, then the page
./tools/cw test --only faults -k DIAL    some of them, without the page"""
IN_ENVIRONMENT = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """This command has no options."""


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 when all cells have passed; else the page stays as it is."""
    built = prepare(report)
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    outcome = run_layer("faults", Context(built, (), ["--page"]))
    status = summarise([outcome], report)
    if status == 0:
        report.line(f"see {FAULTS.path}")
    return status
