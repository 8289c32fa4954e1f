# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw mutate: changes one token of frozen code at a time, and counts what unit tests catch."""

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from commands import mutants, values
from commands.mutants import Mutant
from setup import paths
from setup.problem import Problem
from setup.report import Report

SUMMARY = "count the one-token changes of frozen code that unit tests catch"
EXAMPLES = """\
./tools/cw mutate                          140 changes, the same ones each time
./tools/cw mutate --sample 140 --seed 2    others
./tools/cw mutate --files 'connectwith/session/__init__.py' --sample 1000
./tools/cw mutate --left                   only those that the last run of this seed left
./tools/cw mutate --list                   only say which they are"""
IN_ENVIRONMENT = True

_RESULTS = paths.BUILD / "mutate"
_SPARED = shutil.ignore_patterns(".git", "build", "__pycache__", ".*cache", ".hypothesis")
_MEMORY_BYTES = 4 << 30
# A changed loop may never end. The first limit is processor time, which a busy machine does not
# use up; the second is for a change that only waits.
_CPU_S, _WAIT_S = 300, 1800


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument(
        "--sample", type=values.count(1, 10**6), default=140, metavar="N", help="(default: 140)"
    )
    parser.add_argument(
        "--seed", type=values.count(0, 2**31 - 1), default=1, metavar="N", help="(default: 1)"
    )
    parser.add_argument(
        "--files", default="connectwith/**/*.py", metavar="GLOB", help="under modules/ (all of it)"
    )
    parser.add_argument(
        "--jobs", type=values.count(1, 64), default=2, metavar="N", help="at a time (default: 2)"
    )
    parser.add_argument("--left", action="store_true", help="only what the last run left")
    parser.add_argument("--list", action="store_true", help="only list the changes")


class Copy:
    """A copy of the checkout, where one change at a time is made. The checkout stays as it is."""

    def __init__(self, folder: Path, source: Path = paths.ROOT) -> None:
        self.root = folder / "tree"
        shutil.copytree(source, self.root, ignore=_SPARED, symlinks=True)

    def run(self, tests: list[str], *more: str, **variables: str) -> str:
        """The test that fails, or nothing. `more`: options of pytest."""
        command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider",
                   "-p", "_hypothesis_pytestplugin", "--hypothesis-seed=1", "--tb=no", *more,
                   *(f"tests/unit/{name}" for name in tests)]  # fmt: skip
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}
        try:
            done = subprocess.run(
                command, cwd=self.root, env=environment, capture_output=True, text=True,
                stdin=subprocess.DEVNULL, timeout=_WAIT_S, preexec_fn=_limit,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return "it does not end"
        return "" if done.returncode == 0 else _first_failure(done.stdout)

    def try_out(self, mutant: Mutant, tests: list[str]) -> str:
        """The test that has noticed, or nothing."""
        file = self.root / "modules" / mutant.file
        whole = file.read_text(encoding="utf-8")
        file.write_text(mutant.code, encoding="utf-8")
        try:
            return self.run(tests) if tests else ""
        finally:
            file.write_text(whole, encoding="utf-8")


def _limit() -> None:
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S + 5))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _first_failure(text: str) -> str:
    for line in text.splitlines():
        if line.startswith(("FAILED ", "ERROR ")):
            return line.split()[1].removeprefix("tests/unit/")
    return "it does not end"


def _record(copy: Copy, names: list[str]) -> dict:
    """What these tests run. Raises Problem where one fails."""
    record = copy.root / "mutation_map.json"
    failed = copy.run(
        names, "-p", "commands.mutation_map",
        PYTHONPATH=str(copy.root / "tools"), CW_MUTATION_MAP=str(record),
    )  # fmt: skip
    if failed or not record.exists():
        raise Problem(
            "The unit tests fail without any change.",
            f"{failed or 'their end'} does.",
            "./tools/cw test --only unit, then run this command again.",
        )
    return json.loads(record.read_text(encoding="utf-8"))


def _digest(copy: Copy) -> str:
    files = [*(copy.root / "modules").rglob("*.py"), *(copy.root / "tests" / "unit").glob("*.py")]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in sorted(files))).hexdigest()[:12]


def _explore(copies: list[Copy], results: Path, report: Report) -> mutants.Reach:
    """Runs the tests without a change: they pass, and it is recorded what each of them runs.
    The same tests of the same modules are not asked again."""
    first = copies[0]
    known = results / f"map-{_digest(first)}.json"
    names = mutants.unit_tests(first.root / "modules", first.root / "tests" / "unit")
    if not known.exists():
        with report.step("mutate", f"{len(names)} files of unit tests without a change"):
            shares = [names[place :: len(copies)] for place in range(len(copies))]
            with ThreadPoolExecutor(len(copies)) as pool:
                records = list(pool.map(_record, copies, shares))
        whole = {key: {k: v for one in records for k, v in one[key].items()} for key in records[0]}
        with paths.whole_file(known) as work:
            work.write_text(json.dumps(whole), encoding="utf-8")
    file = "connectwith/results.py"
    if not first.try_out(Mutant(file, 1, "", "", "", "raise ValueError\n"), names):
        raise Problem(
            "The unit tests do not notice a module that cannot be imported.",
            f"they see another one than the copy's in {first.root}.",
            "look at how tests/unit/conftest.py finds the modules.",
        )
    return mutants.Reach(json.loads(known.read_text(encoding="utf-8")))


def _key(mutant: Mutant) -> list[str]:
    return [mutant.file, mutant.before, mutant.after]


def _left(file: Path) -> list[list[str]]:
    if not file.exists():
        raise Problem(
            "There is no earlier run of this seed.", f"{file} is not there.", "leave --left out."
        )
    return json.loads(file.read_text(encoding="utf-8"))["left"]


def _save(file: Path, options: argparse.Namespace, count: int, left: list[Mutant]) -> None:
    with paths.whole_file(file) as work:
        told = {"seed": options.seed, "tried": count, "left": [_key(mutant) for mutant in left]}
        work.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _try_all(
    found: list[Mutant], reach: mutants.Reach, copies: list[Copy], report: Report
) -> list[Mutant]:
    """Those that nobody notices."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def one(mutant: Mutant) -> str:
        copy = free.get()
        try:
            source = (copy.root / "modules" / mutant.file).read_text(encoding="utf-8")
            return copy.try_out(mutant, reach.tests(mutant.file, mutant.line, source))
        finally:
            free.put(copy)

    left = []
    pool = ThreadPoolExecutor(len(copies))
    try:
        for number, (mutant, by) in enumerate(zip(found, pool.map(one, found), strict=True), 1):
            if not by:
                left.append(mutant)
            report.line(f"{number:>4}/{len(found)}  {by or 'LEFT':<44.44}  {mutant}")
    finally:
        pool.shutdown(cancel_futures=True)
    return left


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 when all have been tried out, whatever the count is."""
    found = mutants.sample(paths.ROOT / "modules", options.files, options.sample, options.seed)
    results = _RESULTS / f"seed-{options.seed}.json"
    if options.left:
        before = _left(results)
        found = [mutant for mutant in found if _key(mutant) in before]
    if options.list or not found:
        for mutant in found:
            report.line(str(mutant))
        return 0
    with tempfile.TemporaryDirectory(prefix="cw-mutate-") as folder:
        first = Copy(Path(folder) / "0")
        numbers = range(1, max(1, options.jobs))
        copies = [first, *(Copy(Path(folder) / str(number), first.root) for number in numbers)]
        report.line(f"{len(found)} changes; 140 took 13 minutes on two busy cores")
        left = _try_all(found, _explore(copies, _RESULTS, report), copies, report)
    if not options.left:
        _save(results, options, len(found), left)
    report.line(f"\nseed {options.seed}: unit tests catch {len(found) - len(left)} of"
                f" {len(found)}; left are:")  # fmt: skip
    for mutant in left:
        report.line(f"  {mutant}")
    return 0
