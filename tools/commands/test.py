# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw test: every layer of the tests, and one table at the end."""

import argparse

from commands import emulator
from commands.build import version_arguments
from commands.layers import LAYER_LIMIT_S, LAYERS, Context, Outcome, run_layer
from commands.progress import Progress
from commands.session import prepare
from setup import build, paths
from setup.problem import Problem
from setup.report import Report, fancy
from target.options import OPTIONS, PORT, TARGETS, check
from target.options import arguments as pytest_options

SUMMARY = "run every test (or one layer), with a summary at the end"
EXAMPLES = """\
./tools/cw test                           everything
./tools/cw test --only unit               one layer
./tools/cw test --only system -k deadline unknown options go to pytest
./tools/cw test --sanitizer asan          the system tests with address sanitizer
./tools/cw test --sanitizer tsan -k "connect or board or net"    with thread sanitizer
./tools/cw test --target hardware --board LILYGO_T_SIM7600 --port /dev/ttyUSB0 \\
    --bench bench.toml --erase-settings   the system tests on a real board
./tools/cw test --target qemu --yes       on an emulated ESP32-C3: image and emulator by themselves
./tools/cw test --target qemu --emulator "qemu-system-riscv32 … -serial tcp::{port},server=on" \\
    --bench bench.toml --erase-settings   or on an emulator of yours

A real board's tests need a bench.toml: docs/examples/bench.toml shows all of it. What the bench
cannot do is skipped, with the reason. The tests reset the board and erase what is stored on it."""
IN_ENVIRONMENT = True

# Layers that need no board and no sources. All other layers begin with a build.
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
        "--target", choices=TARGETS, default="virtual", help="which board (default: virtual)"
    )
    parser.add_argument(
        "--sanitizer",
        choices=[name for name in build.SANITIZERS if name],
        help="only the layer system, with a board built with it",
    )
    for name, details in (PORT, *OPTIONS):
        parser.add_argument(name, **details)
    version_arguments(parser)
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


def _only_system(options: argparse.Namespace, option: str, why: str) -> list[str]:
    if options.only and options.only != ["system"]:
        raise Problem(f"{option} is for the layer system.", why, "leave --only out.", 2)
    return ["system"]


def _chosen(options: argparse.Namespace) -> list[str]:
    """The layers to run: those asked for that the other options apply to."""
    if options.target != "virtual":
        if options.sanitizer:
            raise Problem(
                f"--sanitizer does not go with --target {options.target}.",
                "the virtual board is what is built with one.",
                "leave one of them out.",
                2,
            )
        return _only_system(options, "--target", "the other layers run on this computer.")
    others = ("board", "port", "bench", "emulator", "micropython", "idf", "yes")
    named = [f"--{name}" for name in others if vars(options)[name]]
    if named or options.erase_settings:
        raise Problem(
            f"{(named or ['--erase-settings'])[0]} does not go with the virtual board.",
            "each of its tests has a new one, in a simulated bench.",
            "add --target hardware (or qemu), or leave the option out.",
            2,
        )
    if options.sanitizer:
        why = "core, port and fuzz have theirs always, asan and tsan by their names."
        return _only_system(options, "--sanitizer", why)
    return [name for name in LAYERS if not options.only or name in options.only]


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 only if something was tested and nothing failed."""
    names = _chosen(options)
    built = None
    target: list[str] = []
    if options.target == "qemu" and not (options.port or options.emulator):
        emulator.settle(options, report)
    if options.target != "virtual":
        check(options.target, options)
        target = pytest_options(options.target, options)
    elif not set(names) <= _WITHOUT_BUILDS:
        wanted = {options.sanitizer, *names}
        sanitizers = [name for name in build.SANITIZERS if not name or name in wanted]
        built = prepare(report, tuple(sanitizers))
    paths.use(paths.BUILD)
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    context = Context(built, target, options.pytest_arguments, options.sanitizer or "")
    outcomes = []
    progress = Progress(names)
    for name in names:
        report.line(f"\n{progress.heading(name)}")
        # A layer's logs, and what it builds, are in one place.
        with paths.locked(f"layer-{name}", paths.BUILD, report.line, wait_s=LAYER_LIMIT_S):
            outcomes.append(run_layer(name, context))
        progress.ended(name, outcomes[-1].seconds)
    return summarise(outcomes, report)
