# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw fuzz: looks for inputs that break the parsers, the sealing or the attempt."""

import argparse
import random
from collections.abc import Callable

from commands import fuzz_targets, values
from commands.fuzz_targets import CORPORA, TARGETS, Result
from setup import build, paths, sources
from setup.problem import Problem
from setup.report import Report

SUMMARY = "look for inputs that break the parsers, the sealing or the attempt"
EXAMPLES = f"""\
./tools/cw fuzz                          each target for a minute: {" ".join(TARGETS)}
./tools/cw fuzz mqtt nic --minutes 30    these, half an hour each
./tools/cw fuzz mqtt --replay FILE       gives an input to it once more
./tools/cw fuzz --merge                  takes what was reached into the committed corpora
./tools/cw fuzz --coverage               lines of the C core that its corpora reach"""
IN_ENVIRONMENT = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"default: all of {', '.join(TARGETS)}"
    )
    parser.add_argument(
        "--minutes",
        type=values.amount("minutes", 0, 60_000),
        default=1.0,
        metavar="M",
        help="for each target (default: 1)",
    )
    parser.add_argument(
        "--seed",
        type=values.count(0, 2**31 - 1),
        help="of the random choices (default: another one each time)",
    )
    parser.add_argument(
        "--replay", type=values.file, action="append", metavar="FILE", help="only this input, once"
    )
    parser.add_argument("--merge", action="store_true", help="minimise the committed corpora")
    parser.add_argument(
        "--coverage", action="store_true", help="what the corpora of the C targets reach (gcov)"
    )


def _chosen(options: argparse.Namespace) -> list[str]:
    for name in options.targets:
        if name not in TARGETS:
            raise Problem(
                f"There is no fuzz target '{name}'.",
                f"the targets are: {', '.join(TARGETS)}.",
                "see: ./tools/cw fuzz --help",
                2,
            )
    if options.replay and len(options.targets) != 1:
        raise Problem(
            "--replay needs one target.",
            "an input means something to its own target only.",
            "./tools/cw fuzz TARGET --replay FILE; the file's name begins with its target.",
            2,
        )
    return options.targets or list(TARGETS)


def _told(minutes: float, report: Report) -> Callable[[Result], None]:
    def tell(result: Result) -> None:
        report.line(
            f"{result.target:<9} of {minutes:g} min: {result.executions} executions,"
            f" {result.edges} edges, corpus {result.corpus}"
        )

    return tell


def _table(results: list[Result], report: Report) -> None:
    report.line(f"\n{'target':<9}{'executions':>12}{'per s':>8}{'edges':>7}{'corpus':>8}  result")
    for result in results:
        rate = result.executions / max(result.seconds, 0.001)
        outcome = "broken" if result.status else "holds"
        report.line(
            f"{result.target:<9}{result.executions:>12}{rate:>8.0f}{result.edges:>7}"
            f"{result.corpus:>8}  {outcome}"
        )


def _fuzz(targets: list[str], options: argparse.Namespace, report: Report) -> int:
    seed = random.randrange(1, 2**31) if options.seed is None else options.seed
    seconds = max(1, round(options.minutes * 60))
    report.line(f"[fuzz   ] seed {seed}, {seconds} s for each of {len(targets)} target(s)")
    tell = _told(options.minutes, report)
    results = [fuzz_targets.run(target, seconds, seed, tell) for target in targets]
    _table(results, report)
    for result in results:
        if result.status:
            show_failure(result, report)
    return 1 if any(result.status for result in results) else 0


def show_failure(result: Result, report: Report) -> None:
    """Prints what failed, where the input is kept, and how to replay it."""
    report.line(f"FAILED {result.target}: see {paths.LOGS / f'fuzz-{result.target}.log'}")
    if result.crash:
        report.line(f"    kept:   {result.crash}")
        report.line(f"    replay: ./tools/cw fuzz {result.target} --replay {result.crash}")


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 when no target was broken."""
    targets = _chosen(options)
    build.clean_environment()
    fuzz_targets.clean_options()
    tree = sources.ensure(report)
    assert tree is not None
    if options.coverage:
        log = paths.LOGS / "fuzz-coverage.log"
        fuzz_targets.make("coverage", tree, log)
        report.line(log.read_text(encoding="utf-8", errors="replace"))
        return 0
    for name in targets:
        why = fuzz_targets.missing(name)
        if why:
            raise Problem(
                f"The target {name} cannot be fuzzed here.",
                f"{why}.",
                "on Debian: ./tools/cw setup, or choose other targets.",
            )
    if set(targets) & set(fuzz_targets.C_TARGETS):
        with report.step("build", "fuzz targets"):
            fuzz_targets.make("programs", tree, paths.LOGS / "fuzz-build.log")
    if options.replay:
        return fuzz_targets.replay(targets[0], options.replay)
    if options.merge:
        for name in targets:
            count, size = fuzz_targets.merge(name, paths.LOGS / f"fuzz-merge-{name}.log")
            report.line(f"{name:<9} {count} files, {size} bytes in {CORPORA / name}")
        return 0
    return _fuzz(targets, options, report)
