# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The fuzz targets: where they are, how each is built, run and read.

All of them are libFuzzer programs: those in C by clang, those in Python by Atheris.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from setup import paths
from setup.problem import Problem
from setup.shell import run_logged, tail
from setup.sources import Tree

SOURCES = paths.ROOT / "tests" / "fuzz"
CORPORA = SOURCES / "corpus"
WORK = paths.BUILD / "fuzz"

C_TARGETS = ("attempt", "dnsmsg", "names", "seal")
PYTHON_TARGETS = ("at", "bench_toml", "messages", "mqtt", "nic", "outbox", "proxy", "store")
TARGETS = tuple(sorted(C_TARGETS + PYTHON_TARGETS))

# No parser here waits or grows: an input that takes so much time or memory is a finding.
_OPTIONS = ("-timeout=20", "-rss_limit_mb=2048", "-max_len=4096", "-print_final_stats=1")
# "#12345  NEW    cov: 303 ft: 1958 corp: 542/26Kb lim: 379 exec/s: 5459 rss: 129Mb ..."
_STATUS = re.compile(r"^#(\d+)\s.*?\bcov: (\d+).*?\bcorp: (\d+)/")


@dataclass
class Result:
    """The result of a run of one target; `crash` is the input that broke it."""

    target: str
    executions: int = 0
    edges: int = 0
    corpus: int = 0
    seconds: float = 0.0
    status: int = 0
    crash: Path | None = None

    def read(self, line: str) -> bool:
        """Reads a progress line of libFuzzer. Returns whether the line was one."""
        found = _STATUS.match(line)
        if found:
            self.executions, self.edges, self.corpus = (int(group) for group in found.groups())
        return found is not None


def missing(target: str) -> str:
    """The reason why a target cannot be fuzzed on this machine, or ""."""
    if target in C_TARGETS:
        if shutil.which("clang") is None:
            return "clang is not installed, which has libFuzzer"
    elif importlib.util.find_spec("atheris") is None:
        return "Atheris has no package for this Python or processor"
    return ""


def make(goal: str, tree: Tree, log: Path) -> None:
    """Builds or runs a goal of tests/fuzz/Makefile. Raises Problem."""
    log.unlink(missing_ok=True)
    command = ["make", "-s", f"-j{paths.cores()}", "-C", str(SOURCES), f"BUILD={WORK}",
               f"MICROPYTHON_DIR={tree.path}", goal]  # fmt: skip
    if run_logged(command, log) != 0:
        raise Problem(
            f"make {goal} failed in tests/fuzz.",
            f"the end of {log}:\n{tail(log)}",
            "if clang lacks its runtime: sudo apt-get install libclang-rt-dev.",
        )


def program(target: str) -> list[str]:
    """The command that runs a target, without libFuzzer's options."""
    if target in C_TARGETS:
        return [str(WORK / f"fuzz-{target}")]
    return [sys.executable, str(SOURCES / "python_target.py"), target]


def _crashes() -> Path:
    folder = WORK / "crashes"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(
    target: str, seconds: int, seed: int, told: Callable[[Result], None], every_s: float = 10.0
) -> Result:
    """Fuzzes for a time, from the committed corpus and what earlier runs have added to it.

    told: called with the figures about every `every_s` seconds.
    """
    corpus = WORK / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    before = set(_crashes().iterdir())
    command = [*program(target), str(corpus), str(CORPORA / target), *_OPTIONS,
               f"-seed={seed}", f"-max_total_time={seconds}",
               f"-artifact_prefix={_crashes()}/{target}-"]  # fmt: skip
    result = Result(target)
    began = next_s = time.monotonic()
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    with open(paths.LOGS / f"fuzz-{target}.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd=paths.ROOT,
        )
        assert process.stderr is not None
        try:
            for line in process.stderr:
                log.write(line)
                if result.read(line) and time.monotonic() >= next_s + every_s:
                    next_s = time.monotonic()
                    told(result)
            result.status = process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
            process.stderr.close()
    result.seconds = time.monotonic() - began
    new = [file for file in _crashes().iterdir() if file not in before]
    result.crash = new[0] if new else None
    return result


def replay(target: str, files: Sequence[Path]) -> int:
    """Runs a target once on each input, with its output shown; returns the exit status."""
    command = [*program(target), *(str(file.absolute()) for file in files)]
    return subprocess.run(command, check=False, cwd=paths.ROOT).returncode


def merge(target: str, log: Path) -> tuple[int, int]:
    """Reduces the committed corpus to the fewest inputs that reach all edges reached here.

    Returns the number of files and of bytes. Raises Problem.
    """
    reached = paths.BUILD / "fuzz" / "merged" / target
    shutil.rmtree(reached, ignore_errors=True)
    reached.mkdir(parents=True)
    found = WORK / "corpus" / target
    found.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    # Counters would keep an input for each number of rounds of a loop.
    command = [*program(target), "-merge=1", "-use_counters=0", str(reached),
               str(CORPORA / target), str(found)]  # fmt: skip
    if run_logged(command, log) != 0:
        raise Problem(
            f"The corpus of {target} could not be merged.",
            f"libFuzzer failed; the end of {log}:\n{tail(log)}",
            f"an input may break the target: ./tools/cw fuzz {target} --replay FILE shows it.",
        )
    _take_over(reached, CORPORA / target)
    files = list((CORPORA / target).iterdir())
    return len(files), sum(file.stat().st_size for file in files)


def _take_over(reached: Path, committed: Path) -> None:
    # libFuzzer names its files by their content. Files with a name of their own keep it.
    contents = {file.read_bytes() for file in reached.iterdir()}
    committed.mkdir(parents=True, exist_ok=True)
    for file in committed.iterdir():
        named = not re.fullmatch(r"[0-9a-f]{40}", file.name)
        if file.read_bytes() in contents or named:
            contents.discard(file.read_bytes())
        else:
            file.unlink()
    for file in sorted(reached.iterdir()):
        if file.read_bytes() in contents:
            shutil.copyfile(file, committed / file.name)


def clean_options() -> None:
    """The environment without the sanitizers' options of the user's shell."""
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        os.environ.pop(name, None)
