# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Steps `build` and `bench`: mpy-cross, the virtual board, the programs of the bench."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from setup import build_log, paths
from setup.problem import Problem
from setup.report import Report
from setup.shell import disk_full, run_logged, tail
from setup.sources import Tree

SANITIZERS = {"": "", "asan": "address", "tsan": "thread"}


@dataclass(frozen=True)
class Built:
    """The results of the builds: the board's program, those of the bench, the tree used."""

    board: Path
    netsim: Path
    ppp_server: Path
    tree: Tree
    mpy_cross: Path


def _make(what: str, arguments: list[str], log: Path, env: dict[str, str]) -> None:
    command = ["make", f"-j{paths.cores()}", *arguments]
    log.unlink(missing_ok=True)
    if run_logged(command, log, env=env) == 0:
        return
    text = log.read_text(encoding="utf-8", errors="replace")
    if disk_full(log, log.parent):
        why = "there is no space left on the disk."
        next_step = "free some space, then run the same command again."
    else:
        # With several compilers at once the first error is often far from the end.
        errors = [build_log.shown(line) for line in build_log.errors(text)][:5]
        excerpt = "\n".join(f"      {line}" for line in errors) or tail(log)
        why = f"make failed:\n{excerpt}"
        next_step = f"read all of it in {log}; ./tools/cw clean, then again, rules out leftovers."
    raise Problem(f"{what} could not be built.", why, next_step)


def environment(tree: Tree) -> dict[str, str]:
    """Variables for a make in this tree."""
    # The pinned tree is no git checkout, and may be inside another one.
    return {"MICROPY_GIT_TAG": tree.git_tag} if tree.git_tag else {}


def ensure_mpy_cross(tree: Tree, report: Report) -> Path:
    """mpy-cross of a tree, as program. Raises Problem."""
    digest = hashlib.sha256(str(tree.checkout).encode()).hexdigest()[:8]
    folder = paths.cache() / "mpy-cross" / digest
    program = folder / "mpy-cross"
    # The pinned tree never changes. For a user's tree make decides.
    if program.exists() and tree.git_tag:
        return program
    log = paths.LOGS / "mpy-cross.log"
    arguments = ["-C", str(tree.checkout / "mpy-cross")]
    with paths.locked("mpy-cross", paths.cache(), report.line):
        if program.exists():
            _make("mpy-cross", [*arguments, f"BUILD={folder}"], log, environment(tree))
            return program
        paths.sweep(folder.parent)
        shutil.rmtree(folder, ignore_errors=True)
        with report.step("build", "mpy-cross"), paths.whole_directory(folder) as work:
            _make("mpy-cross", [*arguments, f"BUILD={work}"], log, environment(tree))
    return program


def board_folder(tree: Tree, sanitizer: str) -> Path:
    """Where the virtual board of one tree and one sanitizer is built."""
    name = "VIRTUAL" + (f"-{sanitizer}" if sanitizer else "")
    # Each tree has its own folder, so that objects of two trees are not mixed.
    return paths.BUILD / (name if tree.git_tag else f"{name}-{tree.ident}")


def board_program(tree: Tree, sanitizer: str = "") -> Path:
    """The virtual board's program, once it has been built."""
    return board_folder(tree, sanitizer) / "virtual-board"


def _state(programs: list[Path]) -> list[int]:
    return [p.stat().st_mtime_ns if p.exists() else 0 for p in programs]


def _board(tree: Tree, mpy_cross: Path, sanitizer: str, report: Report) -> Path:
    folder = board_folder(tree, sanitizer)
    program = board_program(tree, sanitizer)
    arguments = ["-C", str(paths.ROOT / "firmware" / "virtual"), f"MICROPYTHON_DIR={tree.path}",
                 f"MICROPY_MPYCROSS={mpy_cross}", f"BUILD={folder}"]  # fmt: skip
    if sanitizer:
        arguments.append(f"SANITIZE={SANITIZERS[sanitizer]}")
    log = paths.LOGS / f"{folder.name}.log"
    what = "virtual board" + (f" with {SANITIZERS[sanitizer]} sanitizer" if sanitizer else "")
    _up_to_date(program, arguments, log, environment(tree), what, report)
    return program


def _netsim(report: Report) -> Path:
    folder = paths.BUILD / "netsim"
    program = folder / "netsim"
    arguments = ["-C", str(paths.ROOT / "tools" / "bench" / "netsim"), f"BUILD={folder}"]
    _up_to_date(program, arguments, paths.LOGS / "netsim.log", {}, "bench's networks", report)
    return program


def _ppp_server(tree: Tree, report: Report) -> Path:
    # Each tree has its own folder, so that objects of two versions of lwIP are not mixed.
    folder = paths.BUILD / ("ppp" if tree.git_tag else f"ppp-{tree.ident}")
    program = folder / "ppp-server"
    arguments = ["-C", str(paths.ROOT / "tools" / "bench" / "ppp"),
                 f"MICROPYTHON_DIR={tree.path}", f"BUILD={folder}"]  # fmt: skip
    log = paths.LOGS / f"{folder.name}.log"
    _up_to_date(program, arguments, log, {}, "bench's PPP server", report)
    return program


def _up_to_date(
    program: Path, arguments: list[str], log: Path, env: dict[str, str], what: str, report: Report
) -> None:
    """Runs make. A first build is shown as a step."""
    if program.exists():
        before = _state([program])
        _make(what, arguments, log, env)
        if _state([program]) != before:
            report.line(f"[build  ] {what}: brought up to date")
        return
    with report.step("build", what):
        _make(what, arguments, log, env)
    if not program.exists():
        raise Problem(
            f"{what} was built, but {program} is not there.",
            "the Makefile gave it another name.",
            f"read {log}.",
        )


def ensure_bench(
    report: Report, tree: Tree | None, *, dry_run: bool = False
) -> tuple[Path, Path] | None:
    """The step `bench`: its network process and its PPP server, from the tree's lwIP.

    tree: None only with dry_run. Raises Problem.
    """
    if dry_run:
        report.line(f"[bench  ] would build the bench's programs in {paths.BUILD}")
        return None
    assert tree is not None
    paths.use(paths.BUILD)
    with paths.locked("bench", paths.BUILD, report.line):
        return _netsim(report), _ppp_server(tree, report)


def ensure_board(tree: Tree, report: Report, sanitizer: str = "") -> tuple[Path, Path]:
    """The step `build`: mpy-cross and the virtual board. Raises Problem."""
    paths.use(paths.BUILD)
    mpy_cross = ensure_mpy_cross(tree, report)
    with paths.locked(board_folder(tree, sanitizer).name, paths.BUILD, report.line):
        return _board(tree, mpy_cross, sanitizer, report), mpy_cross


def clean_environment() -> None:
    """Removes the variables from the environment that would change each make."""
    for name in ("BUILD", "BOARD", "FROZEN_MANIFEST", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        os.environ.pop(name, None)
