# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Checks of the text of our own files: ruff, licence headers, length."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from commands import boards, lint_boards, lint_layers, lint_stubs, lint_types
from setup import paths
from setup.shell import capture, run_logged

MAX_LINES = 400
_PYTHON_WITHOUT_SUFFIX = ("tools/cw",)
_CODE = {".c", ".h", ".py", ".pyi", ".mk", ".sh", ".cmake"}
_HEADER = re.compile(
    r"^(//|#) SPDX-FileCopyrightText: 2026 The connectwith authors\n"
    r"\1 SPDX-License-Identifier: MIT\n",
    re.MULTILINE,
)
_HEADER_WITHIN_LINES = 4


def own_files(root: Path) -> list[Path]:
    """The source files of the project: those that git tracks, or would track."""
    listing = capture(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"])
    if listing is None:
        names = [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
        names = [n for n in names if not n.startswith(("build/", "."))]
    else:
        names = listing.splitlines()
    code = [n for n in names if Path(n).suffix in _CODE or Path(n).name == "Makefile"]
    code += [n for n in _PYTHON_WITHOUT_SUFFIX if n in names]
    return [root / n for n in sorted(set(code)) if (root / n).is_file()]


def header_complaints(root: Path, files: list[Path]) -> list[str]:
    """Files that do not begin with the two SPDX lines."""
    bad = []
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        head = "\n".join(text.split("\n")[:_HEADER_WITHIN_LINES]) + "\n"
        if text.strip() and not _HEADER.search(head):
            bad.append(f"{file.relative_to(root)}: does not begin with the SPDX lines")
    return bad


def length_complaints(root: Path, files: list[Path]) -> list[str]:
    """Files with too many lines."""
    bad = []
    for file in files:
        lines = len(file.read_text(encoding="utf-8", errors="replace").splitlines())
        if lines >= MAX_LINES:
            bad.append(f"{file.relative_to(root)}: {lines} lines, must be below {MAX_LINES}")
    return bad


def _ruff(name: str, arguments: list[str], root: Path) -> list[str]:
    log = paths.LOGS / f"lint-{name}.log"
    log.unlink(missing_ok=True)
    files = [".", *(n for n in _PYTHON_WITHOUT_SUFFIX if (root / n).exists())]
    command = [sys.executable, "-m", "ruff", *arguments, *files]
    if run_logged(command, log, cwd=root, timeout_s=120) == 0:
        return []
    text = log.read_text(encoding="utf-8", errors="replace")
    return [line for line in text.splitlines()[1:] if line.strip()] or ["failed"]


def checks(root: Path | None = None) -> Iterator[tuple[str, list[str]]]:
    """Each check's name and its complaints, one check at a time."""
    root = root or paths.ROOT
    files = own_files(root)
    yield "ruff check", _ruff("check", ["check", "--output-format=concise"], root)
    yield "ruff format", _ruff("format", ["format", "--check"], root)
    yield "SPDX headers", header_complaints(root, files)
    yield "file lengths", length_complaints(root, files)
    yield "layers", lint_layers.complaints(root)
    yield "types", lint_types.complaints(root)
    yield "stubs", lint_stubs.complaints(root)
    yield "boards", lint_boards.complaints(root)
    yield "docs/boards.md", boards.document_complaints(root)
