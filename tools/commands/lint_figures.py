# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""docs/figures.md is no older than the code that it is about."""

import hashlib
import re
from pathlib import Path

from setup.shell import capture

PAGE = Path("docs") / "figures.md"
MEASURED = ("firmware/connectwith", "modules")
_MARK = re.compile(r"^<!-- measured code: ([0-9a-f]{64}) -->$", re.MULTILINE)


def mark(value: str) -> str:
    """The line of the page that holds the digest."""
    return f"<!-- measured code: {value} -->"


def _files(root: Path) -> list[Path]:
    """The files that were measured: those that git tracks or would track, or all without git."""
    command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "--", *MEASURED]
    listing = capture(command)
    if listing is None:
        found = (file for folder in MEASURED for file in (root / folder).rglob("*"))
        names = {str(file.relative_to(root)) for file in found if "__pycache__" not in file.parts}
    else:
        names = set(listing.splitlines())
    return [root / name for name in sorted(names) if (root / name).is_file()]


def digest(root: Path) -> str:
    """SHA-256 over names and contents of the C module and the frozen Python."""
    total = hashlib.sha256()
    for file in _files(root):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.relative_to(root)}\0{content}\n".encode())
    return total.hexdigest()


def complaints(root: Path) -> list[str]:
    """One, if the page is not there or not of this code."""
    remedy = "measure again: ./tools/cw bench --page"
    try:
        text = (root / PAGE).read_text(encoding="utf-8")
    except OSError:
        return [f"{PAGE} is not there; {remedy}"]
    found = _MARK.search(text)
    if found is None:
        return [f"{PAGE} does not say what it measured; {remedy}"]
    if found[1] != digest(root):
        return [f"{PAGE} is older than the code in {' or '.join(MEASURED)}; {remedy}"]
    return []
