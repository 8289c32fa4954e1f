# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a board freezes, as MicroPython's own manifestfile.py resolves its manifest."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOARDS = ROOT / "boards"


@dataclass(frozen=True)
class Frozen:
    """A board's firmware: (source, name in the firmware, optimisation) of each file."""

    ours: list[tuple[Path, str, int]] = field(default_factory=list)
    theirs: list[tuple[Path, str, int]] = field(default_factory=list)
    required: list[str] = field(default_factory=list)  # packages of micropython-lib


def boards() -> list[Path]:
    """The folders of the boards that ESP-IDF builds."""
    return sorted(p.parent for p in BOARDS.glob("*/mpconfigboard.cmake"))


def with_options(board: Path, folder: Path, **options: bool) -> Path:
    """A board like `board` in the new `folder`, but for options of modules/manifest.py."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f", {name}={value}" for name, value in options.items())
    lines = ['include("$(PORT_DIR)/boards/manifest.py")\n',
             f'include("{ROOT}/modules/manifest.py"{text})\n']  # fmt: skip
    lines += [f'module("{own.name}", base_path="{board}")\n' for own in board.glob("modem_*.py")]
    (folder / "manifest.py").write_text("".join(lines), encoding="utf-8")
    return folder


def resolve(micropython: Path, board: Path) -> Frozen:
    """Resolves a board's manifest. Raises what manifestfile.py raises, a missing file included.

    micropython-lib is a submodule that release archives lack, so what upstream requires from it is
    noted by name and not looked for.
    """
    tools = str(micropython / "tools")
    if tools not in sys.path:
        sys.path.insert(0, tools)
    import manifestfile

    found = Frozen()

    class Manifest(manifestfile.ManifestFile):
        def require(self, name: str, *_: object, **__: object) -> None:
            found.required.append(name)

    variables = {
        "MPY_DIR": str(micropython),
        "PORT_DIR": str(micropython / "ports" / "esp32"),
        "BOARD_DIR": str(board),
        "MPY_LIB_DIR": str(ROOT / "firmware" / "virtual" / "mpylib"),
    }
    manifest = Manifest(manifestfile.MODE_FREEZE, variables)
    manifest.execute(str(board / "manifest.py"))
    for file in manifest.files():
        path = Path(file.full_path).resolve()
        part = found.ours if path.is_relative_to(ROOT) else found.theirs
        part.append((path, file.target_path, file.opt or 0))
    return found
