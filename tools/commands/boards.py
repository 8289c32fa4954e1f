# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The boards of the folder boards/, and the table of docs/boards.md that is made of them."""

import csv
import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from setup import paths
from setup.problem import Problem

# ESP-IDF's names of chips, and Espressif's (esptool prints these).
CHIP_NAMES = {"esp32": "ESP32", "esp32s3": "ESP32-S3", "esp32c3": "ESP32-C3"}
# Of an image's header: "chip ID" in Espressif's "Firmware Image Format".
CHIP_IDS = {"esp32": 0, "esp32s3": 9, "esp32c3": 5}
# In sdkconfig.board: the chip is an emulated one, and its Ethernet controller is OpenCores'.
EMULATED_ETHERNET = "CONFIG_ETH_USE_OPENETH=y"
TABLE_BEGIN = "<!-- made by ./tools/cw build --list -->"
TABLE_END = "<!-- end of what was made -->"


@dataclass(frozen=True)
class Partition:
    """A row of partitions.csv; offset and size in bytes."""

    name: str
    kind: str
    offset: int
    size: int


@dataclass(frozen=True)
class Board:
    """A folder of boards/. `flash_offset` is where its merged image begins, in bytes."""

    name: str
    folder: Path
    mcu: str
    product: str
    vendor: str
    flash_offset: int
    features: tuple[str, ...]

    @property
    def chip(self) -> str:
        """The chip as Espressif writes it."""
        return CHIP_NAMES.get(self.mcu, self.mcu)

    @property
    def hardware_name(self) -> str:
        """The board's name in os.uname(), which its firmware contains."""
        header = (self.folder / "mpconfigboard.h").read_text(encoding="utf-8")
        found = re.search(r'^#define MICROPY_HW_BOARD_NAME +"(.+)"$', header, re.MULTILINE)
        return found[1] if found else self.name

    @property
    def partitions(self) -> list[Partition]:
        """The rows of its partition table."""
        text = (self.folder / "partitions.csv").read_text(encoding="utf-8")
        rows = [
            [field.strip() for field in row]
            for row in csv.reader(text.splitlines())
            if row and not row[0].startswith("#")
        ]
        return [Partition(row[0], row[1], int(row[3], 0), int(row[4], 0)) for row in rows]

    @property
    def application(self) -> Partition:
        """The first partition for an application, which is where the boot loader looks."""
        return next(p for p in self.partitions if p.kind == "app")

    @property
    def flash_bytes(self) -> int:
        """How much flash its partition table needs."""
        return max(p.offset + p.size for p in self.partitions)

    @property
    def links(self) -> list[str]:
        """The links of the board."""
        pins = (self.folder / "pins.csv").read_text(encoding="utf-8")
        options = (self.folder / "sdkconfig.board").read_text(encoding="utf-8")
        found = ["Wi-Fi"] if "WiFi" in self.features else []
        found += ["Ethernet"] if "W5500_CS," in pins or EMULATED_ETHERNET in options else []
        return found + (["cellular"] if "MODEM_TX," in pins else [])


def _read(folder: Path) -> Board:
    try:
        text = json.loads((folder / "board.json").read_text(encoding="utf-8"))
        offset = int(text.get("deploy_options", {}).get("flash_offset", "0"), 0)
        words = (text[key] for key in ("mcu", "product", "vendor"))
        return Board(folder.name, folder, *words, offset, tuple(text["features"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Problem(
            f"{folder / 'board.json'} cannot be used.",
            f"{type(error).__name__}: {error}",
            "repair it; ./tools/cw test --only lint checks all of them.",
        ) from error


def every(root: Path | None = None) -> list[Board]:
    """All boards that ESP-IDF builds, by name. Raises Problem."""
    folders = ((root or paths.ROOT) / "boards").iterdir()
    return [_read(f) for f in sorted(folders) if (f / "mpconfigboard.cmake").is_file()]


def find(name: str) -> Board:
    """The board `name`. Raises Problem with the known names."""
    boards = {board.name: board for board in every()}
    if name in boards:
        return boards[name]
    close = difflib.get_close_matches(name.upper(), boards, n=1, cutoff=0.5)
    guess = f"did you mean {close[0]}? " if close else ""
    why = f"the boards are: {', '.join(boards)}."
    if name == "VIRTUAL":
        why = "it is a program of this machine: ./tools/cw demo, run, board and repl start it."
    raise Problem(
        f"There is no board '{name}' to build or flash.",
        why,
        f"{guess}docs/boards.md says how to add one.",
        2,
    )


def table(boards: list[Board]) -> str:
    """The boards as a table in Markdown."""
    lines = ["| Board | Product | Chip | Flash | Links |", "|---|---|---|---|---|"]
    for board in boards:
        name = f"[`{board.name}`](../boards/{board.name}/board.md)"
        flash = f"{board.flash_bytes >> 20} MB"
        product = f"{board.vendor} {board.product}"
        lines.append(f"| {name} | {product} | {board.chip} | {flash} | {', '.join(board.links)} |")
    return "\n".join(lines) + "\n"


def size_table(root: Path) -> str:
    """The figures of boards/size.csv, as a table in Markdown."""
    with (root / "boards" / "size.csv").open(newline="") as file:
        rows = [f"| `{r['board']}` | {r['flash_bytes']} | {r['ram_bytes']} |\n"
                for r in csv.DictReader(file)]  # fmt: skip
    return "| Board | Flash | Static RAM |\n|---|---|---|\n" + "".join(rows)


def document_complaints(root: Path) -> list[str]:
    """What is wrong with the tables of docs/boards.md."""
    file = root / "docs" / "boards.md"
    if not file.is_file():
        return ["docs/boards.md: is not there"]
    before, begin, rest = file.read_text(encoding="utf-8").partition(TABLE_BEGIN + "\n")
    made, end, _ = rest.partition(TABLE_END)
    if not begin or not end:
        return ["docs/boards.md: the marks around the table are not there"]
    if made != table(every(root)):
        return ["docs/boards.md: the table is not that of ./tools/cw build --list"]
    if size_table(root) not in rest:
        return ["docs/boards.md: the table of sizes is not that of boards/size.csv"]
    return []
