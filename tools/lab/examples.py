# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The scripts that the editor offers."""

from pathlib import Path

_ON_BOARD = Path(__file__).parent / "on_board"
_FOLDER = _ON_BOARD / "examples"


def _split(text: str) -> tuple[str, str]:
    """The title, which is the first line of comment after the licence, and the script itself."""
    lines = text.splitlines(keepends=True)
    comments = []
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        comments.append(lines.pop(0).lstrip("#").strip())
    titles = [line for line in comments if line and not line.startswith("SPDX-")]
    return titles[0].rstrip(".") if titles else "", "".join(lines)


def examples() -> dict[str, str]:
    """By title: the script, without its comments at the top. The README's lines come first."""
    files = [_ON_BOARD / "first_script.py", *sorted(_FOLDER.glob("*.py"))]
    read = ((file, *_split(file.read_text(encoding="utf-8"))) for file in files)
    return {title or file.stem: script for file, title, script in read}
