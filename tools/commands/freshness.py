# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Pages that a run has written, and whether they belong to the present code."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from setup.shell import capture

_MARK = re.compile(r"^<!-- made from sources of digest ([0-9a-f]{64}) -->$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page, the files and folders that it describes, and the command that writes it."""

    path: str
    sources: tuple[str, ...]
    command: str

    def mark(self, root: Path) -> str:
        """The line of the page with the digest of its sources."""
        return self.mark_of(self.digest(root))

    @staticmethod
    def mark_of(digest: str) -> str:
        """The same line for a digest that was taken earlier: sources may change in a long run."""
        return f"<!-- made from sources of digest {digest} -->"

    def digest(self, root: Path) -> str:
        """SHA-256 over names and contents of the sources, in hexadecimal digits."""
        total = hashlib.sha256()
        for name in self._names(root):
            content = hashlib.sha256((root / name).read_bytes()).hexdigest()
            total.update(f"{name}\0{content}\n".encode())
        return total.hexdigest()

    def _names(self, root: Path) -> list[str]:
        """The files that git tracks or would track; all of them where there is no git."""
        command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "--"]
        listing = capture([*command, *self.sources])
        names = set(self._walk(root) if listing is None else listing.splitlines())
        return [name for name in sorted(names) if (root / name).is_file()]

    def _walk(self, root: Path) -> Iterator[str]:
        for source in self.sources:
            for file in [root / source, *(root / source).rglob("*")]:
                if "__pycache__" not in file.parts:
                    yield str(file.relative_to(root))

    def complaints(self, root: Path) -> list[str]:
        """One complaint, if the page is missing or belongs to other sources."""
        remedy = f"it is written by {self.command}"
        try:
            text = (root / self.path).read_text(encoding="utf-8")
        except OSError:
            return [f"{self.path} is not there; {remedy}"]
        found = _MARK.search(text)
        if found is None:
            return [f"{self.path} does not say what it was made from; {remedy}"]
        if found[1] != self.digest(root):
            return [f"{self.path} is older than {' or '.join(self.sources)}; {remedy}"]
        return []


# Named, because the commands that write them import them.
FIGURES = Page(
    "docs/figures.md", ("firmware/connectwith", "modules"), "./tools/cw bench --page"
)  # fmt: skip
FAULTS = Page(
    "docs/faults.md",
    ("firmware/connectwith", "modules", "tests/faults/matrix.py"),
    "./tools/cw faults",
)
PAGES = (FAULTS, FIGURES)


def complaints(root: Path) -> list[str]:
    """The complaints about all pages. `cw test` shows them; `cw release` refuses to go on."""
    return [complaint for page in PAGES for complaint in page.complaints(root)]
