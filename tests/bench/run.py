# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Measures connectwith beside other MQTT clients for MicroPython: `./tools/cw bench`.

Exit code 0 when every bar holds, 1 when one does not or a program has failed.
"""

import argparse
import json
import os
import pathlib
import sys
import time
import traceback
from collections.abc import Sequence

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tools"), str(pathlib.Path(__file__).parent)]

import causes  # noqa: E402
import cellular  # noqa: E402
import deadline  # noqa: E402
import endurance  # noqa: E402
import idle  # noqa: E402
import memory  # noqa: E402
import page  # noqa: E402
import pause  # noqa: E402
import rate  # noqa: E402
import size  # noqa: E402
import switching  # noqa: E402
import tables  # noqa: E402
import times  # noqa: E402
import uplink  # noqa: E402
from bench import World  # noqa: E402
from results import Result, load  # noqa: E402
from setting import Setting  # noqa: E402
from stand import COLUMNS, TITLES, Kit  # noqa: E402

from commands.freshness import FIGURES  # noqa: E402
from setup.problem import Problem, exit_with  # noqa: E402

RESULTS = _ROOT / "build" / "bench"
# Programs that measure milliseconds come first, before the machine is warm.
PROGRAMS = {
    "pause": pause,
    "time": times,
    "deadline": deadline,
    "switching": switching,
    "uplink": uplink,
    "rate": rate,
    "memory": memory,
    "size": size,
    "idle": idle,
    "causes": causes,
    "cellular": cellular,
    "endurance": endurance,
}


def measure(program: str, kit: Kit, quick: bool, code: str) -> Result:
    """Runs one program. Its failure is part of the result; the rows before it are kept.

    code: the digest of the board's sources, which may change during a run.
    """
    began = time.monotonic()
    result = Result(program, code, quick, kit.columns, kit.missing, 0.0, [], {})
    result.load = os.getloadavg()[0]
    try:
        with World() as world:
            setting = Setting(world, kit, quick, result.plots)
            for row in PROGRAMS[program].measure(setting):
                result.rows.append(row)
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        result.error = f"{type(error).__name__}: {error}".splitlines()[0]
    result.seconds = time.monotonic() - began
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PROGRAMS, action="append", help="measure only this")
    parser.add_argument(
        "--columns", choices=COLUMNS, action="append", help="only these contenders"
    )
    parser.add_argument("--quick", action="store_true", help="a few repetitions, no verdict")
    parser.add_argument("--resume", action="store_true", help="keep what was measured already")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--page", action="store_true", help="write docs/figures.md of it")
    parser.add_argument(
        "--kept", action="store_true", help="write the page again of the kept results; no run"
    )
    parser.add_argument("--board-binary", type=pathlib.Path)
    parser.add_argument("--mpy-cross", type=pathlib.Path)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS, help=argparse.SUPPRESS)
    return parser


def _usable(result: Result | None, quick: bool, code: str) -> bool:
    """Whether an earlier result belongs to this code and is as thorough as asked for."""
    if result is None or result.error or result.digest != code:
        return False
    return quick or not result.quick


def run(options: argparse.Namespace) -> list[Result]:
    """Runs the programs that were asked for, saves each result at once, and returns them all."""
    code = FIGURES.digest(_ROOT)
    kit = Kit(options.board_binary, options.mpy_cross, options.columns or COLUMNS)
    for name, reason in kit.missing.items():
        print(f"{TITLES[name]}: not to be had here: {reason}", file=sys.stderr)
    results = []
    names = options.only or list(PROGRAMS)
    for number, name in enumerate(names, 1):
        found = load(options.results, name) if options.resume else None
        if found is not None and _usable(found, options.quick, code):
            print(f"[{number}/{len(names)}] {name}: measured already", file=sys.stderr)
            results.append(found)
            continue
        what = PROGRAMS[name].__doc__.splitlines()[0]
        print(f"[{number}/{len(names)}] {name}: {what}", file=sys.stderr, flush=True)
        result = measure(name, kit, options.quick, code)
        result.save(options.results)
        print(f"    {result.seconds:.0f} s {result.error}", file=sys.stderr, flush=True)
        results.append(result)
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.kept:
        page.rewrite(_ROOT)
        return 0
    if options.board_binary is None or options.mpy_cross is None:
        raise Problem(
            "A run needs a board.", "--board-binary or --mpy-cross is missing.",
            "./tools/cw bench builds the board and gives both.",
        )  # fmt: skip
    machine = page.machine()
    if options.page and (options.quick or options.columns):
        raise Problem(
            "The page is of a whole run only.",
            "--page was given with --quick or --columns.",
            "leave those out; --resume keeps what was measured already.",
        )
    results = run(options)
    if options.json:
        print(json.dumps(tables.document(results, machine), indent=2))
    else:
        tables.show(results)
    if options.page:
        everything = [load(options.results, name) for name in PROGRAMS]
        lacking = [
            name
            for name, result in zip(PROGRAMS, everything, strict=True)
            if not _usable(result, False, FIGURES.digest(_ROOT))
        ]
        if lacking:
            raise Problem(
                "The page is of a whole run only.",
                f"not measured, or not on this code: {', '.join(lacking)}.",
                "./tools/cw bench --page --resume measures what is missing.",
            )
        page.write(_ROOT, everything, machine)
    if any(result.error for result in results):
        return 1
    # A few repetitions allow no verdict.
    return 0 if options.quick or all(row.holds for r in results for row in r.rows) else 1


if __name__ == "__main__":
    exit_with(main)
