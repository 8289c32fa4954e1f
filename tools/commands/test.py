# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw test: every layer of the tests, and one table at the end."""

import argparse

from commands.layers import LAYERS, Context, Outcome, run_layer
from commands.session import prepare
from setup import build, paths
from setup.problem import Problem
from setup.report import Report, fancy

SUMMARY = "run every test (or one layer), with a summary at the end"
EXAMPLES = """\
./tools/cw test                           everything
./tools/cw test --only unit               one layer
./tools/cw test --only system -k deadline what cw does not know goes to pytest
./tools/cw test --sanitizer asan          the system tests on a board that watches its memory
./tools/cw test --sanitizer tsan -k "connect or board or net"    its threads"""
IN_ENVIRONMENT = True

# The others need no board and no sources, and so no build.
_WITHOUT_BUILDS = {"lint"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command; unknown ones are left for pytest."""
    parser.add_argument(
        "--only",
        choices=tuple(LAYERS),
        action="append",
        metavar="LAYER",
        help=f"only this layer, may be repeated: {', '.join(LAYERS)}",
    )
    parser.add_argument(
        "--target", choices=["virtual"], default="virtual", help="which board (default: virtual)"
    )
    parser.add_argument(
        "--sanitizer",
        choices=[name for name in build.SANITIZERS if name],
        help="only the layer system, with a board built with it",
    )
    parser.set_defaults(pytest_arguments=[])


def _reasons(outcome: Outcome) -> list[str]:
    return [f"{count} skipped: {reason}" for reason, count in sorted(outcome.skipped.items())]


def _table(outcomes: list[Outcome], report: Report) -> None:
    rows = [
        (
            o.name,
            str(o.passed),
            str(len(o.failed)),
            str(sum(o.skipped.values())),
            f"{o.seconds:.1f}",
        )
        for o in outcomes
    ]
    head = ("layer", "passed", "failed", "skipped", "seconds")
    if fancy(report.stream):
        from rich.console import Console
        from rich.table import Table

        table = Table(*head)
        for row, outcome in zip(rows, outcomes, strict=True):
            table.add_row(*row, style="red" if outcome.failed else "green")
        Console(file=report.stream).print(table)
        return
    report.line(f"{head[0]:<10}" + "".join(f"{title:>9}" for title in head[1:]))
    for row in rows:
        report.line(f"{row[0]:<10}" + "".join(f"{value:>9}" for value in row[1:]))


def summarise(outcomes: list[Outcome], report: Report) -> int:
    """Shows the table, the failures, the reasons of skips and the last line; the exit status."""
    report.line("")
    _table(outcomes, report)
    for outcome in outcomes:
        for failure in outcome.failed:
            report.line(f"FAILED {outcome.name}: {failure}")
        for reason in _reasons(outcome):
            report.line(f"{outcome.name}: {reason}")
    passed = sum(o.passed for o in outcomes)
    failed = sum(len(o.failed) for o in outcomes)
    report.line(f"{passed} passed, {failed} failed")
    # A run that tested nothing has not shown that anything works.
    return 0 if passed and not failed else 1


def _chosen(options: argparse.Namespace) -> list[str]:
    if not options.sanitizer:
        return [name for name in LAYERS if not options.only or name in options.only]
    if options.only and options.only != ["system"]:
        raise Problem(
            "--sanitizer is for the layer system.",
            "core, port and fuzz have theirs always, asan and tsan by their names.",
            f"./tools/cw test --only system --sanitizer {options.sanitizer}",
            2,
        )
    return ["system"]


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 only if something was tested and nothing failed."""
    names = _chosen(options)
    built = None
    if not set(names) <= _WITHOUT_BUILDS:
        wanted = {options.sanitizer, *names}
        sanitizers = [name for name in build.SANITIZERS if not name or name in wanted]
        built = prepare(report, tuple(sanitizers))
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    context = Context(built, options.target, options.pytest_arguments, options.sanitizer or "")
    outcomes = []
    for name in names:
        report.line(f"\n== {name}")
        outcomes.append(run_layer(name, context))
    return summarise(outcomes, report)
