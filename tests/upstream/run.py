# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Run MicroPython's own test suites on the virtual board, over its console.

The runner is the source tree's tests/run-tests.py. Each failure must be listed in expected.toml
with its reason, and each listed test must fail: otherwise the exit code is 1. A test that fails
and is not listed gets one more try alone, because some measure times to 0.4 ms on whatever host
this is; a second failure counts.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select

HERE = Path(__file__).resolve().parent
SUITES = ("basics", "micropython", "float", "extmod")
LISTED_MAX = 5
START_S = 20
SUITE_S = 900
COPY_S = 60


class Failure(Exception):
    """The suites could not be run."""


def load_expected(path: Path) -> dict[str, str]:
    """Return test file to reason from expected.toml; raise Failure if it breaks the rules."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("failure", [])
    expected = {entry["test"]: entry.get("reason", "").strip() for entry in entries}
    if len(expected) != len(entries) or not all(expected.values()):
        raise Failure(f"{path}: each test is listed once, with a reason")
    if len(expected) > LISTED_MAX:
        raise Failure(f"{path}: {len(expected)} tests listed, {LISTED_MAX} allowed")
    return expected


@contextmanager
def running_board(binary: Path, folder: Path) -> Iterator[str]:
    """Start a board in `folder`; give the path of its console; switch it off at the end."""
    command = [str(binary), "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as board:
        try:
            ready, _, _ = select([board.stdout], [], [], START_S)
            words = board.stdout.readline().split() if ready and board.stdout else []
            if len(words) != 2 or words[0] != "console":
                raise Failure(f"{binary}: the board did not start")
            yield words[1]
        finally:
            board.send_signal(signal.SIGTERM)
            try:
                board.wait(timeout=START_S)
            except subprocess.TimeoutExpired:
                board.kill()


def run(command: list[str], cwd: Path, timeout_s: float, quiet: bool = False) -> int:
    """Run a program to its end and return its exit code; raise Failure when it takes too long."""
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    try:
        output = subprocess.DEVNULL if quiet else None
        return subprocess.run(
            command, cwd=cwd, env=environment, timeout=timeout_s, stdout=output, check=False
        ).returncode
    except subprocess.TimeoutExpired as error:
        raise Failure(f"no end after {timeout_s:g} s: {' '.join(command)}") from error


def copy_unittest(micropython: Path, console: str) -> None:
    """Put our small unittest into the board's /lib."""
    pyboard = [sys.executable, str(micropython / "tools" / "pyboard.py"), "--device", console, "-f"]
    source = str(HERE / "board" / "unittest.py")
    for arguments in (["mkdir", ":/lib"], ["cp", source, ":/lib/unittest.py"]):
        if run(pyboard + arguments, micropython, COPY_S, quiet=True) != 0:
            raise Failure("cannot copy unittest.py to the board")


def failed_tests(results: Path) -> set[str]:
    """Return the failed tests' files from run-tests.py's record."""
    record = json.loads((results / "_results.json").read_text(encoding="utf-8"))
    return set(record["failed_tests"])


def run_tests(micropython: Path, console: str, arguments: list[str]) -> set[str]:
    """Run some tests; return those that failed."""
    with tempfile.TemporaryDirectory() as results:
        command = [sys.executable, "run-tests.py", "-t", console, "-r", results, *arguments]
        code = run(command, micropython / "tests", SUITE_S)
        if code not in (0, 1) or not (Path(results) / "_results.json").exists():
            raise Failure(f"run-tests.py broke off with {code} in {' '.join(arguments)}")
        failed = failed_tests(Path(results))
        if code == 1 and not failed:
            raise Failure(f"run-tests.py failed without naming a test in {' '.join(arguments)}")
        return failed


def compare(failed: set[str], expected: dict[str, str], suites: list[str]) -> list[str]:
    """Return what is wrong, one line each."""
    relevant = {test for test in expected if test.split("/")[0] in suites}
    wrong = [f"fails and is not listed: {test}" for test in sorted(failed - relevant)]
    return wrong + [f"is listed and passes: {test}" for test in sorted(relevant - failed)]


def check(binary: Path, micropython: Path, suites: list[str]) -> list[str]:
    """Run the suites on a fresh board; return what is wrong."""
    expected = load_expected(HERE / "expected.toml")
    folder = Path(tempfile.mkdtemp(prefix="upstream-"))
    try:
        with running_board(binary, folder) as console:
            copy_unittest(micropython, console)
            failed: set[str] = set()
            for suite in suites:
                failed |= run_tests(micropython, console, ["-d", suite])
            for test in sorted(failed - expected.keys()):
                print(f"second try: {test}", flush=True)
                if not run_tests(micropython, console, [test]):
                    failed.remove(test)
            return compare(failed, expected, suites)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Parse the command line and report; see the module's docstring for the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--board-binary", type=Path, required=True)
    parser.add_argument(
        "--micropython-dir", type=Path, default=os.environ.get("MICROPYTHON_DIR"),
        help="MicroPython's source tree (default: $MICROPYTHON_DIR)",
    )
    parser.add_argument("suites", nargs="*", default=list(SUITES), metavar="SUITE")
    args = parser.parse_args()
    if args.micropython_dir is None:
        parser.error("--micropython-dir or MICROPYTHON_DIR is needed")
    unknown = set(args.suites) - set(SUITES)
    if unknown:
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    try:
        wrong = check(args.board_binary.resolve(), Path(args.micropython_dir).resolve(), args.suites)
    except (Failure, OSError) as error:
        print(f"upstream tests: {error}", file=sys.stderr)
        return 1
    for line in wrong:
        print(line, file=sys.stderr)
    print("upstream tests: as expected" if not wrong else f"upstream tests: {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
