# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Run MicroPython's own test suites on the virtual board, over its console.

The runner is the source tree's tests/run-tests.py. expected.toml names, each with its reason,
tests that fail, which then must fail, and tests that are left out: they demand real time to a
fraction of a millisecond of whatever host this is, or a peripheral that the board refuses. What
else fails gets one more try alone; a second failure counts. The last line is "N passed, N failed,
N skipped"; what is left out counts as skipped, a listed failure is in none of the three.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from select import select

HERE = Path(__file__).resolve().parent
SUITES = ("basics", "micropython", "float", "extmod")
LISTED_MAX = 5
START_S = 20
SUITE_S = 600
COPY_S = 60
# run-tests.py gives a test 10 s and reports each. Without a report for this time it hangs.
SILENCE_S = 60
TAIL_LINES = 5


class Failure(Exception):
    """The suites could not be run."""


@dataclass
class Outcome:
    """What the suites gave. `failed` has the tests' files."""

    passed: int = 0
    skipped: int = 0
    failed: set[str] = field(default_factory=set)


@dataclass
class Listed:
    """expected.toml: test file to reason, of those that fail and of those that are left out."""

    failures: dict[str, str]
    left_out: dict[str, str]


def load_listed(path: Path) -> Listed:
    """Read expected.toml; raise Failure if it breaks the rules."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    entries = document.get("failure", []) + document.get("left_out", [])
    reasons = {entry["test"]: entry.get("reason", "").strip() for entry in entries}
    if len(reasons) != len(entries) or not all(reasons.values()):
        raise Failure(f"{path}: each test is listed once, with a reason")
    if len(entries) > LISTED_MAX:
        raise Failure(f"{path}: {len(entries)} tests listed, {LISTED_MAX} allowed")
    left_out = {entry["test"] for entry in document.get("left_out", [])}
    return Listed(
        {test: reason for test, reason in reasons.items() if test not in left_out},
        {test: reason for test, reason in reasons.items() if test in left_out},
    )


@contextmanager
def running_board(binary: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a board in `folder`; give it and the path of its console; switch it off at the end."""
    command = [str(binary), "--dir", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as board:
        try:
            ready, _, _ = select([board.stdout], [], [], START_S)
            words = board.stdout.readline().split() if ready and board.stdout else []
            if len(words) != 2 or words[0] != "console":
                raise Failure(f"{binary}: the board did not start")
            yield board, words[1]
        finally:
            end(board, signal.SIGTERM)


def end(process: subprocess.Popen[str], first: signal.Signals) -> None:
    """End a program that leads its session, and all that it started."""
    for number in (first, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=3)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    process.wait()


def follow(process: subprocess.Popen[bytes], limit_s: float) -> Iterator[bytes]:
    """Give what a program prints, as it comes; raise Failure when it falls silent or is late."""
    assert process.stdout is not None
    late = time.monotonic() + limit_s
    while True:
        left = late - time.monotonic()
        ready, _, _ = select([process.stdout], [], [], max(0.0, min(SILENCE_S, left)))
        if not ready:
            raise Failure(f"no end after {limit_s:g} s" if left < SILENCE_S
                          else f"not a word for {SILENCE_S} s")  # fmt: skip
        data = os.read(process.stdout.fileno(), 65536)
        if not data:
            return
        yield data


def run(command: list[str], cwd: Path, limit_s: float, show: bool) -> tuple[int, str]:
    """Run a program to its end; its exit code and output. Raise Failure when it hangs."""
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONUNBUFFERED="1")
    output = bytearray()
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            for data in follow(process, limit_s):
                output += data
                if show:
                    print(data.decode(errors="replace"), end="", flush=True)
            code = process.wait(timeout=START_S)
        except (Failure, subprocess.TimeoutExpired) as error:
            last = "\n".join(output.decode(errors="replace").splitlines()[-TAIL_LINES:])
            raise Failure(f"{' '.join(command)}: {error}; its last words:\n{last}") from error
        finally:
            end(process, signal.SIGKILL)
    return code, output.decode(errors="replace")


def copy_unittest(micropython: Path, console: str) -> None:
    """Put our small unittest into the board's /lib."""
    pyboard = [
        sys.executable,
        str(micropython / "tools" / "pyboard.py"),
        "--device",
        console,
        "-f",
    ]
    source = str(HERE / "board" / "unittest.py")
    for arguments in (["mkdir", ":/lib"], ["cp", source, ":/lib/unittest.py"]):
        code, output = run(pyboard + arguments, micropython, COPY_S, show=False)
        if code != 0:
            raise Failure(f"cannot copy unittest.py to the board:\n{output.strip()}")


def failed_tests(results: Path) -> set[str]:
    """Return the failed tests' files from run-tests.py's record."""
    record = json.loads((results / "_results.json").read_text(encoding="utf-8"))
    return set(record["failed_tests"])


def run_tests(micropython: Path, console: str, arguments: list[str]) -> Outcome:
    """Run some tests."""
    what = " ".join(arguments)
    with tempfile.TemporaryDirectory() as results:
        command = [sys.executable, "run-tests.py", "-t", console, "-r", results, *arguments]
        code, output = run(command, micropython / "tests", SUITE_S, show=True)
        if code not in (0, 1) or not (Path(results) / "_results.json").exists():
            raise Failure(f"run-tests.py broke off with {code} in {what}")
        failed = failed_tests(Path(results))
    if code == 1 and not failed:
        raise Failure(f"run-tests.py failed without naming a test in {what}")
    counts = {
        word: sum(int(n) for n in re.findall(rf"^(\d+) tests {word}", output, re.MULTILINE))
        for word in ("passed", "skipped")
    }
    if not failed and not any(counts.values()):
        raise Failure(f"run-tests.py ran no test in {what}")
    return Outcome(counts["passed"], counts["skipped"], failed)


def run_suites(micropython: Path, console: str, suites: list[str], listed: Listed) -> Outcome:
    """Run the suites, and each unexpected failure once more."""
    total = Outcome()
    without = []
    for test, reason in listed.left_out.items():
        if test.split("/")[0] in suites:
            print(f"left out: {test}: {reason}", flush=True)
            without += ["-e", re.escape(test)]
            total.skipped += 1
    for suite in suites:
        one = run_tests(micropython, console, [*without, "-d", suite])
        total.passed += one.passed
        total.skipped += one.skipped
        total.failed |= one.failed
    for test in sorted(total.failed - listed.failures.keys()):
        print(f"second try: {test}", flush=True)
        again = run_tests(micropython, console, [test])
        if not again.failed:
            total.passed += again.passed
            total.failed.remove(test)
    return total


def compare(failed: set[str], expected: dict[str, str], suites: list[str]) -> list[str]:
    """Return what is wrong, one line each."""
    relevant = {test for test in expected if test.split("/")[0] in suites}
    wrong = [f"fails and is not listed: {test}" for test in sorted(failed - relevant)]
    return wrong + [f"is listed and passes: {test}" for test in sorted(relevant - failed)]


def check(binary: Path, micropython: Path, suites: list[str]) -> tuple[Outcome, list[str]]:
    """Run the suites on a fresh board; return the outcome and what is wrong with it."""
    listed = load_listed(HERE / "expected.toml")
    folder = Path(tempfile.mkdtemp(prefix="upstream-"))
    try:
        with running_board(binary, folder) as (board, console):
            try:
                copy_unittest(micropython, console)
                outcome = run_suites(micropython, console, suites, listed)
            except Failure as error:
                if board.poll() is None:
                    raise
                raise Failure(f"the board ended with {board.returncode}; {error}") from error
            return outcome, compare(outcome.failed, listed.failures, suites)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Parse the command line and report; see the module's docstring for the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--board-binary", type=Path, required=True)
    parser.add_argument(
        "--micropython-dir",
        type=Path,
        default=os.environ.get("MICROPYTHON_DIR"),
        help="MicroPython's source tree (default: $MICROPYTHON_DIR)",
    )
    parser.add_argument("suites", nargs="*", default=list(SUITES), metavar="SUITE")
    args = parser.parse_args()
    if args.micropython_dir is None:
        parser.error("--micropython-dir or MICROPYTHON_DIR is needed")
    unknown = set(args.suites) - set(SUITES)
    if unknown:
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    # As Ctrl-C: the board and the runner are ended on the way out.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        outcome, wrong = check(
            args.board_binary.resolve(), Path(args.micropython_dir).resolve(), args.suites
        )
    except (Failure, OSError) as error:
        print(f"upstream tests: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    for line in wrong:
        print(line, file=sys.stderr)
    sys.stderr.flush()
    print(f"{outcome.passed} passed, {len(wrong)} failed, {outcome.skipped} skipped")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
