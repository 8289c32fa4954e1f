# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw release: versioned images of every board, with checksums and a manifest."""

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import Any

from commands import boards, freshness
from commands.boards import Board
from commands.build import Made, make, prepare, version_arguments
from setup import esp32, paths
from setup.lock import sha256_of
from setup.problem import Problem
from setup.report import Report
from setup.shell import capture

SUMMARY = "build every board into build/release: versioned images, checksums, a manifest"
EXAMPLES = """\
./tools/cw release                    what is committed and has the tag v<VERSION>, nothing else
./tools/cw release --unreleased       any state of the tree; the images' names say which
./tools/cw release --unreleased --board WAVESHARE_ESP32_S3_ETH    only this one (may be repeated)

For each board: connectwith-<VERSION>-<BOARD>.bin (for cw flash --image), …-app.bin (the
application alone, for an update over the air). manifest.json describes them: chip, sizes,
offsets, versions of MicroPython and ESP-IDF. sha256sum -c --ignore-missing SHA256SUMS checks what
you have."""
IN_ENVIRONMENT = False


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("--board", action="append", metavar="B", help="only this board")
    parser.add_argument(
        "--unreleased", action="store_true", help="also with changes, or without the tag"
    )
    version_arguments(parser)


def folder() -> Path:
    """The folder of the release."""
    return paths.BUILD / "release"


def _git(*words: str) -> str | None:
    return capture(["git", "-C", str(paths.ROOT), *words])


def label(unreleased: bool) -> str:
    """The version in the images' names. Raises Problem when this tree is no release.

    Of an unreleased one: 0.1.0-dev+g<commit>, and .dirty behind it with changes.
    """
    version = paths.version()
    changed = _git("status", "--porcelain", "--untracked-files=no")
    if unreleased:
        commit = (_git("rev-parse", "--short=10", "HEAD") or "").strip()
        return f"{version}+g{commit or 'unknown'}{'.dirty' if changed else ''}"
    again = "or add --unreleased: the names of the images say what they are of."
    if changed is None or changed.strip():
        why = "git says no state." if changed is None else f"{len(changed.splitlines())} file(s)."
        raise Problem("This tree has changes that are not committed.", why, f"commit, {again}")
    tags = (_git("tag", "--points-at", "HEAD") or "").split()
    if version.endswith("-dev") or f"v{version}" not in tags:
        raise Problem(
            "This commit is no release.",
            f"VERSION says {version}; the commit's tags: {', '.join(tags) or 'none'}.",
            f"write the number into VERSION and CHANGELOG.md, commit, git tag v<VERSION>; {again}",
        )
    stale = freshness.complaints(paths.ROOT)
    if stale:
        raise Problem(
            "A page of figures is not of this code.",
            "; ".join(stale) + ".",
            f"run that, commit, move the tag; {again}",
        )
    return version


def pack(made: Made, version: str) -> dict[str, Any]:
    """Copies a board's images into the folder. Returns their entry of the manifest."""
    board = made.board
    stem = f"connectwith-{version}-{board.name}"
    parts = {
        "image": ("firmware.bin", f"{stem}.bin", board.flash_offset),
        "application": ("micropython.bin", f"{stem}-app.bin", board.application.offset),
    }
    entry: dict[str, Any] = {"board": board.name, "chip": board.chip}
    entry["product"] = f"{board.vendor} {board.product}"
    for part, (source, name, offset) in parts.items():
        with paths.whole_file(folder() / name) as work:
            shutil.copyfile(made.folder / source, work)
        file = folder() / name
        entry[part] = {
            "name": name,
            "size": file.stat().st_size,
            "offset": offset,
            "sha256": sha256_of(file),
        }
    return entry


def finish(manifest: dict[str, Any]) -> None:
    """Writes the manifest, and the checksums of everything."""
    with paths.whole_file(folder() / "manifest.json") as work:
        work.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    names = sorted(file.name for file in folder().iterdir())
    sums = [f"{sha256_of(folder() / name)}  {name}\n" for name in names]
    with paths.whole_file(folder() / "SHA256SUMS") as work:
        work.write_text("".join(sums), encoding="ascii")


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 when every board was built."""
    os.environ[esp32.RELEASE] = "1"
    chosen = [boards.find(name) for name in options.board or ()] or boards.every()
    version = label(options.unreleased)
    again = "./tools/cw release" + " --unreleased" * options.unreleased
    idf, tree = prepare(chosen, options, report, again)
    # Files of an earlier version must not pass for files of this one.
    shutil.rmtree(folder(), ignore_errors=True)
    folder().mkdir(parents=True)
    manifest: dict[str, Any] = {
        "version": version,
        "source": esp32.describe_source(),
        "micropython": tree.git_tag or str(tree.path),
        "esp_idf": idf.text,
        "boards": [],
    }
    failed: list[tuple[Board, Problem]] = []
    for board in chosen:
        try:
            made = make(board, idf, tree, report)
            manifest["boards"].append(pack(made, version))
        except Problem as problem:
            failed.append((board, problem))
            report.line(f"[release] {board.name}: FAILED: {problem.what}")
            continue
        report.line(f"[release] {board.name}: {made.line}")
    finish(manifest)
    report.line("")
    report.line(f"{len(chosen) - len(failed)} of {len(chosen)} boards, {version}, in {folder()}")
    for board, problem in failed:
        report.line(f"FAILED {board.name}: {problem.what}")
        report.line(f"    why: {problem.why}")
        report.line(f"    next: {problem.next_step}")
    return 1 if failed else 0
