# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The layers of the tests: the programs of each, and how their results are read."""

import dataclasses
import json
import os
import re
import shutil
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from commands import freshness, fuzz_targets, lint
from setup import build, newest, paths, venv
from setup.lock import read_lock
from setup.problem import Problem
from setup.report import Report
from setup.shell import run_shown

# About three times the time of the longest layer on an idle machine with two cores.
LAYER_LIMIT_S = 2400.0
# A real board's tests come one after the other, and a real modem takes half a minute each time.
BOARD_LIMIT_S = 4 * 3600.0
# System tests wait more than they compute, so several run at a time, each with its own bench.
_AT_A_TIME = 3
# The time for each fuzz target in a test run; ./tools/cw fuzz takes longer.
FUZZ_S = 2
# The fault tests wait most, for timeouts.
_FAULTS_AT_A_TIME = 6
# They cover each link, a switch of links, both resets, a proxy, hostile and broken TLS.
SANITIZED = (
    "pytest_cellular.py::test_from_off_to_a_message_and_back_to_off",
    "pytest_cellular.py::test_the_microcontroller_alone_is_reset",
    "pytest_cellular.py::test_wifi_follows",
    "pytest_connect.py::test_s43_connect_and_connectwith_share_the_slot",
    "pytest_leaks.py::test_soft_reset_in_the_middle_leaves_nothing",
    "pytest_net.py::test_s69_an_interface_for_the_local_network",
    "pytest_proxy.py::test_a_proxy_by_name",
)
# Each of these has its own browser, which computes much.
_PAGES_AT_A_TIME = 2
# Exit status of pytest when no test was chosen (pytest.ExitCode.NO_TESTS_COLLECTED).
_NOTHING_CHOSEN = 5


@dataclass
class Outcome:
    """The result of one layer. `skipped` has the count of each reason."""

    name: str
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def skip(self, reason: str, count: int = 1) -> None:
        """Counts skipped tests under their reason."""
        self.skipped[reason] = self.skipped.get(reason, 0) + count


@dataclass(frozen=True)
class Context:
    """The input of a layer. target: pytest's options for a board that is not virtual."""

    built: build.Built | None
    target: Sequence[str]
    pytest_arguments: Sequence[str]
    sanitizer: str = ""  # of the board of the layer system


def _run(outcome: Outcome, what: str, command: list[str], log: Path) -> str:
    """Runs one program of a layer, output shown; its output, with a failure noted."""
    status, text = run_shown(command, log, cwd=paths.ROOT, timeout_s=LAYER_LIMIT_S)
    if status is None:
        outcome.failed.append(f"{what}: did not end within {LAYER_LIMIT_S:.0f} s")
    elif status != 0:
        outcome.failed.append(f"{what}: exit status {status}, see {log}")
    return text


def _one(outcome: Outcome, what: str, command: list[str]) -> None:
    """Runs a program whose only result is its exit status."""
    before = len(outcome.failed)
    _run(outcome, what, command, paths.LOGS / f"test-{outcome.name}-{what.replace(' ', '-')}.log")
    outcome.passed += len(outcome.failed) == before


def _counted(outcome: Outcome, what: str, command: list[str]) -> None:
    """Runs a program whose last line is "N passed, N failed"."""
    log = paths.LOGS / f"test-{outcome.name}.log"
    text = _run(outcome, what, command, log)
    counts = re.findall(r"(\d+) passed, (\d+) failed", text)
    if not counts:
        if not outcome.failed:
            outcome.failed.append(f"{what}: printed no result, see {log}")
        return
    passed, failed = int(counts[-1][0]), int(counts[-1][1])
    outcome.passed += passed
    # The exit status has been noted already; each further failed test counts by itself.
    outcome.failed += [f"{what}: see {log}"] * max(0, failed - len(outcome.failed))


def read_junit(file: Path, outcome: Outcome) -> bool:
    """Adds the outcome of a pytest run; False when the file is not there or not whole."""
    try:
        root = ElementTree.parse(file).getroot()
    except (OSError, ElementTree.ParseError):
        return False
    for case in root.iter("testcase"):
        if case.get("name") is None:
            continue  # pytest was ended in the middle of it
        name = f"{case.get('classname', '')}.{case.get('name', '')}".lstrip(".")
        bad = [child for child in case if child.tag in ("failure", "error")]
        skipped = case.find("skipped")
        if bad:
            words = (bad[0].get("message") or "").strip().splitlines()
            outcome.failed.append(f"{name}: {words[0][:120]}" if words else name)
        elif skipped is not None:
            outcome.skip((skipped.get("message") or "no reason given").strip())
        else:
            outcome.passed += 1
    return True


def _pytest(
    outcome: Outcome,
    folder: str,
    context: Context,
    extra: Sequence[str] = (),
    chosen: Sequence[str] = (),
    python: str = sys.executable,
) -> None:
    """The tests of a folder, or those that are `chosen` (file::test) in it."""
    limit_s = BOARD_LIMIT_S if context.target else LAYER_LIMIT_S
    junit = paths.LOGS / f"test-{outcome.name}.xml"
    junit.unlink(missing_ok=True)
    tests = [f"{folder}/{name}" for name in chosen] or [folder]
    command = [python, "-m", "pytest", *tests, f"--junitxml={junit}", *extra]
    log = paths.LOGS / f"test-{outcome.name}.log"
    status, _ = run_shown(
        [*command, *context.pytest_arguments], log, cwd=paths.ROOT, timeout_s=limit_s
    )
    whole = read_junit(junit, outcome)
    if status is None:
        outcome.failed.append(f"did not end within {limit_s:.0f} s, see {log}")
    elif status == _NOTHING_CHOSEN:
        if not context.pytest_arguments:
            outcome.failed.append(f"{folder} has no tests")
    elif not whole or (status != 0 and not outcome.failed):
        outcome.failed.append(f"pytest ended with exit status {status}, see {log}")


def _core(outcome: Outcome, context: Context) -> None:
    folder = ["make", "-s", "-C", "tests/core", f"BUILD={paths.BUILD / 'tests-core'}"]
    _counted(outcome, "core tests", [*folder, "check"])
    if context.built:
        tree = f"MICROPYTHON_DIR={context.built.tree.path}"
        _counted(outcome, "sealing", [*folder, "check-seal", tree])
        program = paths.ROOT / "tests" / "boards" / "check_manifests.py"
        arguments = ["--micropython", str(context.built.tree.path)]
        _one(outcome, "manifests of boards", [sys.executable, str(program), *arguments])


def _port(outcome: Outcome, context: Context) -> None:
    assert context.built is not None
    command = ["make", "-s", "-C", "tests/port", f"BUILD={paths.BUILD / 'tests-port'}"]
    tree = f"MICROPYTHON_DIR={context.built.tree.path}"
    _counted(outcome, "resolver, stream and TLS", [*command, tree, "check"])
    program = paths.ROOT / "tests" / "idf" / "check_syntax.py"
    arguments = ["--micropython", str(context.built.tree.path), "--build",
                 str(context.built.board.parent)]  # fmt: skip
    _one(outcome, "branches for chips", [sys.executable, str(program), *arguments])
    _configurations(outcome, context.built)


def _configurations(outcome: Outcome, built: build.Built) -> None:
    """Compiles for each board, against MicroPython's port of the pinned and the newest version."""
    if shutil.which("cmake") is None:
        outcome.skip("cmake is not installed")
        return
    arguments = ["--micropython", str(built.tree.path)]
    tree, reason = newest.ensure(read_lock(paths.LOCK_FILE))
    if tree is None:
        outcome.skip(reason)
    else:
        arguments += ["--micropython", str(tree)]
    program = paths.ROOT / "tests" / "idf" / "check_port.py"
    command = [sys.executable, str(program), *arguments]
    _counted(outcome, "MicroPython's own configuration", command)


def _unit(outcome: Outcome, context: Context) -> None:
    _pytest(outcome, "tests/unit", context)


def _fuzz(outcome: Outcome, context: Context) -> None:
    assert context.built is not None
    tree = context.built.tree
    command = ["make", "-s", "-C", "tests/fuzz", f"BUILD={fuzz_targets.WORK}",
               f"MICROPYTHON_DIR={tree.path}", "replay"]  # fmt: skip
    _one(outcome, "corpora in C", command)
    _pytest(outcome, "tests/fuzz", context)
    reasons = {name: fuzz_targets.missing(name) for name in fuzz_targets.TARGETS}
    if not all(reasons[name] for name in fuzz_targets.C_TARGETS):
        fuzz_targets.make("programs", tree, paths.LOGS / "fuzz-build.log")
    for name, reason in reasons.items():
        if reason:
            outcome.skip(reason)
            continue
        result = fuzz_targets.run(name, FUZZ_S, seed=1, told=lambda result: None)
        print(f"{name}: {result.executions} executions, {result.edges} edges", flush=True)
        if result.status:
            outcome.failed.append(f"{name}: broken by {result.crash or 'see its log'}")
        else:
            outcome.passed += 1


def _side_by_side(at_a_time: int) -> list[str]:
    """The options of a pytest run with several tests at a time."""
    return ["--numprocesses", str(at_a_time), "--dist", "worksteal"]


def _on_boards(board: Path, at_a_time: int) -> list[str]:
    """The same, with virtual boards."""
    return [f"--board-binary={board}", *_side_by_side(at_a_time)]


def _system(outcome: Outcome, context: Context, chosen: Sequence[str] = ()) -> None:
    arguments = context.target
    if not arguments:
        assert context.built is not None
        # There is one real board, so its tests run one at a time.
        board = build.board_program(context.built.tree, context.sanitizer)
        arguments = _on_boards(board, _AT_A_TIME)
    _pytest(outcome, "tests/system", context, arguments, chosen)


def _faults(outcome: Outcome, context: Context) -> None:
    assert context.built is not None
    options = _on_boards(context.built.board, _FAULTS_AT_A_TIME)
    _pytest(outcome, "tests/faults", context, options)


def _sanitized(outcome: Outcome, context: Context) -> None:
    # The whole suite is for ./tools/cw test --only system --sanitizer.
    _system(outcome, dataclasses.replace(context, sanitizer=outcome.name), SANITIZED)


def _upstream(outcome: Outcome, context: Context) -> None:
    program = paths.ROOT / "tests" / "upstream" / "run.py"
    assert context.built is not None
    command = [sys.executable, str(program), "--micropython-dir", str(context.built.tree.path),
               "--board-binary", str(context.built.board)]  # fmt: skip
    _counted(outcome, "MicroPython's own tests", command)


def _demo(outcome: Outcome, context: Context) -> None:
    """The demo as a person sees it, and its document, which must say the same."""
    document = paths.LOGS / "demo.json"
    document.unlink(missing_ok=True)
    command = 'exec "$0" demo --json > "$1"'
    cw = str(paths.ROOT / "tools" / "cw")
    _one(outcome, "demo", ["sh", "-c", command, cw, str(document)])
    if not outcome.failed and json.loads(document.read_text(encoding="utf-8"))["ok"] is not True:
        outcome.failed.append(f'demo: exit status 0, but not "ok" in {document}')


def _lab(outcome: Outcome, context: Context) -> None:
    """In an environment of its own, with NiceGUI and the driver of a browser."""
    try:
        environment = venv.ensure(Report(), paths.LAB_BROWSER_REQUIREMENTS)
    except Problem as problem:
        outcome.failed.append(f"{problem.what} {problem.next_step}")
        return
    options = [*_side_by_side(_PAGES_AT_A_TIME), "--tb=short"]
    python = str(venv.interpreter(environment))
    _pytest(outcome, "tests/lab", context, options, python=python)


def _rv32(outcome: Outcome, context: Context) -> None:
    tools = ("riscv64-unknown-elf-gcc", "qemu-system-riscv32")
    for tool in tools:
        if shutil.which(tool) is None:
            outcome.skip(f"{tool} is not installed")
            return
    assert context.built is not None
    program = paths.ROOT / "tests" / "core" / "run_rv32.py"
    # Otherwise upstream's makefile builds it inside the tree.
    os.environ["MICROPY_MPYCROSS"] = str(context.built.mpy_cross)
    arguments = ["--micropython", str(context.built.tree.path), "--build",
                 str(paths.BUILD / "tests-rv32")]  # fmt: skip
    _counted(outcome, "core tests on RISC-V", [sys.executable, str(program), *arguments])
    sizes = [str(paths.ROOT / "tests" / "core" / "check_size.py"), "--rv32imac",
             str(paths.BUILD / "tests-rv32" / "rv32"), "--x86_64",
             str(context.built.board.parent)]  # fmt: skip
    _one(outcome, "code sizes", [sys.executable, *sizes])
    boards = [str(paths.ROOT / "tests" / "boards" / "check_sizes.py"),
              "--micropython", str(context.built.tree.path),
              "--virtual", str(context.built.board.parent),
              "--mpy-cross", str(context.built.mpy_cross),
              "--build", str(paths.BUILD / "tests-boards")]  # fmt: skip
    _one(outcome, "sizes of boards", [sys.executable, *boards])


def _lint(outcome: Outcome, context: Context) -> None:
    for name, complaints in lint.checks():
        for complaint in complaints:
            print(f"{name}: {complaint}", flush=True)
        if complaints:
            outcome.failed.append(f"{name}: {len(complaints)} complaint(s)")
        else:
            outcome.passed += 1
    # The measurement takes half an hour: for a release, not for each change.
    for complaint in freshness.complaints(paths.ROOT):
        print(f"note: {complaint}", flush=True)


# The quick layers come first, so that a simple mistake shows within seconds.
LAYERS: dict[str, Callable[[Outcome, Context], None]] = {
    "lint": _lint,
    "core": _core,
    "port": _port,
    "unit": _unit,
    "fuzz": _fuzz,
    "system": _system,
    "faults": _faults,
    "asan": _sanitized,
    "tsan": _sanitized,
    "demo": _demo,
    "lab": _lab,
    "rv32": _rv32,
    "upstream": _upstream,
}


def run_layer(name: str, context: Context) -> Outcome:
    """Runs one layer to its end."""
    outcome = Outcome(name)
    began = time.monotonic()
    LAYERS[name](outcome, context)
    outcome.seconds = time.monotonic() - began
    return outcome
