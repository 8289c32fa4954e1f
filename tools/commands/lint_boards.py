# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Checks of the board folders that need neither ESP-IDF nor a compiler."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

from commands import lint_partitions
from commands.boards import EMULATED_ETHERNET

FILES = (
    "board.json",
    "board.md",
    "manifest.py",
    "mpconfigboard.cmake",
    "mpconfigboard.h",
    "partitions.csv",
    "pins.csv",
    "sdkconfig.board",
)
# The host builds this one by make, without sdkconfig.
_HOST_BOARD = "VIRTUAL"
_HOST_FILES = ("board.json", "board.md", "manifest.py", "mpconfigboard.mk", "mpconfigboard.h",
               "partitions.csv", "pins.csv")  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """GPIO numbers of a chip, after ESP-IDF's GPIO reference and Espressif's data sheets."""

    exist: frozenset[int]
    input_only: frozenset[int]
    flash: frozenset[int]
    quad_psram: frozenset[int]
    octal_psram: frozenset[int]
    strapping: frozenset[int]
    console: frozenset[int]  # USB of the chip, or UART 0: as GPIO, they leave a board without REPL


def _gpios(*spans: tuple[int, int]) -> frozenset[int]:
    return frozenset(n for first, last in spans for n in range(first, last + 1))


CHIPS = {
    "esp32": Chip(
        exist=_gpios((0, 19), (21, 23), (25, 27), (32, 39)),
        input_only=_gpios((34, 39)),
        flash=_gpios((6, 11)),
        quad_psram=_gpios((16, 17)),
        octal_psram=frozenset(),
        strapping=frozenset({0, 2, 5, 12, 15}),
        console=frozenset({1, 3}),
    ),
    "esp32s3": Chip(
        exist=_gpios((0, 21), (26, 48)),
        input_only=frozenset(),
        flash=_gpios((26, 32)),
        quad_psram=frozenset({26}),
        octal_psram=_gpios((33, 37)),
        strapping=frozenset({0, 3, 45, 46}),
        console=frozenset({19, 20}),
    ),
    "esp32c3": Chip(
        exist=_gpios((0, 21)),
        input_only=frozenset(),
        flash=_gpios((12, 17)),
        quad_psram=frozenset(),
        octal_psram=frozenset(),
        strapping=frozenset({2, 8, 9}),
        console=frozenset({18, 19}),
    ),
}

# Outputs of the ESP32. The other functions are inputs, or buses that their driver sets up.
_OUTPUTS = re.compile(
    r"^(MODEM_(TX|PWRKEY|DTR|FLIGHT|RST|RTS)|W5500_(SCK|MOSI|CS|RST|PWR)|LED|RGB_LED|SD_(SCK|MOSI|CS))$"
)
# A link needs all of its pins, or none.
_GROUPS = {
    "W5500": ("W5500_SCK", "W5500_MISO", "W5500_MOSI", "W5500_CS", "W5500_INT"),
    "MODEM": ("MODEM_TX", "MODEM_RX"),
}
_STRAPPING_LINE = re.compile(r"^Strapping pins in use: (none|[0-9, ]+)\.$", re.MULTILINE)
_MEGABYTES = re.compile(r"^CONFIG_ESPTOOLPY_FLASHSIZE_(\d+)MB=y$", re.MULTILINE)
_BASE_MEGABYTES = 4  # in upstream's boards/sdkconfig.base


def read_pins(file: Path) -> dict[str, int]:
    """Names and GPIO numbers of a pins.csv. Raises ValueError with the line."""
    pins: dict[str, int] = {}
    for number, row in enumerate(csv.reader(file.read_text().splitlines()), 1):
        match = re.fullmatch(r"GPIO(\d+)", row[1]) if len(row) == 2 else None
        if match is None or not re.fullmatch(r"[A-Z][A-Z0-9_]*", row[0]):
            raise ValueError(f"pins.csv:{number}: must be NAME,GPIOn")
        if row[0] in pins:
            raise ValueError(f"pins.csv:{number}: {row[0]} is there twice")
        pins[row[0]] = int(match[1])
    return pins


def pin_complaints(pins: dict[str, int], chip: Chip, psram: str, told: str) -> list[str]:
    """What is wrong with a board's pins. psram: "", "quad" or "octal"; told: its board.md."""
    bad = []
    taken = {"quad": chip.quad_psram, "octal": chip.octal_psram}.get(psram, frozenset())
    for name, gpio in pins.items():
        if gpio not in chip.exist:
            bad.append(f"{name}: the chip has no GPIO{gpio}")
        elif gpio in chip.flash or gpio in taken:
            bad.append(f"{name}: GPIO{gpio} belongs to flash or PSRAM")
        elif gpio in chip.console:
            bad.append(f"{name}: GPIO{gpio} belongs to the console")
        elif gpio in chip.input_only and _OUTPUTS.match(name):
            bad.append(f"{name}: GPIO{gpio} can only be an input")
    for gpio in sorted(set(pins.values())):
        names = [name for name, number in pins.items() if number == gpio]
        if len(names) > 1:
            bad.append(f"GPIO{gpio} is used by {' and '.join(names)}")
    for group, needed in _GROUPS.items():
        missing = [name for name in needed if name not in pins]
        if any(name.startswith(group) for name in pins) and missing:
            bad.append(f"{group} lacks {', '.join(missing)}")
    straps = ", ".join(str(n) for n in sorted(set(pins.values()) & chip.strapping)) or "none"
    line = _STRAPPING_LINE.search(told)
    if line is None or line[1] != straps:
        bad.append(f'board.md must have the line "Strapping pins in use: {straps}."')
    return bad


# Each was looked up in the Kconfig files of ESP-IDF v5.2.5, v5.3.3, v5.4.2 and v5.5.1, because
# ESP-IDF only warns about an unknown name.
_OPTIONS = frozenset(
    "CONFIG_" + name
    for name in (
        "ESP32C3_REV_MIN_3",
        "ESPTOOLPY_FLASHSIZE_16MB",
        "ESPTOOLPY_FLASHSIZE_4MB",
        "ESP_CONSOLE_UART_DEFAULT",
        "ESP_NETIF_SET_DNS_PER_DEFAULT_NETIF",
        "ESP_SYSTEM_HW_STACK_GUARD",
        "ETH_USE_OPENETH",
        "LWIP_ENABLE_LCP_ECHO",
        "LWIP_LCP_ECHOINTERVAL",
        "LWIP_LCP_MAXECHOFAILS",
        "LWIP_PPP_VJ_HEADER_COMPRESSION",
        "MBEDTLS_CERTIFICATE_BUNDLE",
        "MBEDTLS_CLIENT_SSL_SESSION_TICKETS",
        "MBEDTLS_SSL_PROTO_TLS1_3",
        "NVS_ENCRYPTION",
        "NVS_SEC_HMAC_EFUSE_KEY_ID",
        "NVS_SEC_KEY_PROTECT_USING_HMAC",
    )
)
# Where the boot loader of a chip begins ("Boot Loader" in the chip's esptool documentation).
_FLASH_OFFSETS = {"esp32": 0x1000, "esp32s3": 0, "esp32c3": 0}
# The form that MicroPython's tools/autobuild and download pages need.
_DESCRIPTION = {"deploy": list, "deploy_options": dict, "docs": str, "features": list,
                "images": list, "mcu": str, "product": str, "thumbnail": str, "url": str,
                "vendor": str}  # fmt: skip


def description_complaints(text: str, chip: str) -> list[str]:
    """What is wrong with a board.json."""
    said = json.loads(text)
    bad = [
        f"board.json: {key} must be a {kind.__name__}"
        for key, kind in _DESCRIPTION.items()
        if not isinstance(said.get(key), kind)
    ]
    bad += [f"board.json: {key} is unknown" for key in sorted(said.keys() - _DESCRIPTION.keys())]
    bad += [f"board.json: {key} is empty" for key in ("product", "vendor") if not said.get(key)]
    if said.get("mcu") != chip:
        bad.append(f"board.json: mcu is not {chip}")
    features = said.get("features") or []
    if features != sorted(set(features)):
        bad.append("board.json: features must be sorted, each once")
    try:
        offset = int(said["deploy_options"]["flash_offset"], 0)
    except (KeyError, TypeError, ValueError):
        offset = -1
    if offset != _FLASH_OFFSETS[chip]:
        bad.append(f"board.json: flash_offset must be {_FLASH_OFFSETS[chip]:#x} for {chip}")
    return bad


def fragment_complaints(name: str, text: str) -> list[str]:
    """What is wrong with a fragment of sdkconfig."""
    bad = [] if text.endswith("\n") else [f"{name}: no line end at its end, so the next one joins"]
    options = [line.partition("=")[0] for line in text.splitlines() if line.startswith("CONFIG_")]
    bad += [f"{name}: {o} is there twice" for o in sorted(set(options)) if options.count(o) > 1]
    for line in text.splitlines():
        if line and not line.startswith("#") and not re.match(r"CONFIG_[A-Z0-9_]+=", line):
            bad.append(f"{name}: not an option: {line}")
    bad += [
        f"{name}: {o} has not been looked up in ESP-IDF's Kconfig files (see _OPTIONS)"
        for o in sorted(set(options) - _OPTIONS)
    ]
    return bad


def _idf_board_complaints(folder: Path) -> list[str]:
    cmake = (folder / "mpconfigboard.cmake").read_text()
    target = re.search(r"set\(IDF_TARGET (\w+)\)", cmake)
    if target is None or target[1] not in CHIPS:
        return ["mpconfigboard.cmake: IDF_TARGET must be one of " + ", ".join(CHIPS)]
    bad = description_complaints((folder / "board.json").read_text(), target[1])
    if "include(${MICROPY_BOARD_DIR}/../connectwith.cmake)" not in cmake:
        bad.append("mpconfigboard.cmake: does not include ../connectwith.cmake")
    psram = "octal" if "spiram_oct" in cmake else "quad" if "sdkconfig.spiram" in cmake else ""
    pins = read_pins(folder / "pins.csv")
    bad += pin_complaints(pins, CHIPS[target[1]], psram, (folder / "board.md").read_text())
    fragment = (folder / "sdkconfig.board").read_text()
    bad += fragment_complaints("sdkconfig.board", fragment)
    size = _MEGABYTES.search(fragment)
    megabytes = int(size[1]) if size else _BASE_MEGABYTES
    bad += lint_partitions.complaints((folder / "partitions.csv").read_text(), megabytes << 20)
    manifest = (folder / "manifest.py").read_text()
    for group, option in (("W5500", "w5500"), ("MODEM", "sim7600")):
        emulated = group == "W5500" and EMULATED_ETHERNET in fragment
        fitted = emulated or any(name.startswith(group) for name in pins)
        if fitted == (f"{option}=False" in manifest):
            why = "after pins.csv and sdkconfig.board"
            bad.append(f"manifest.py: {option} must be {fitted}, {why}")
    return bad


def _host_board_complaints(folder: Path) -> list[str]:
    table = (folder / "partitions.csv").read_text()
    return lint_partitions.complaints(table, _BASE_MEGABYTES << 20)


def board_complaints(folder: Path) -> list[str]:
    """What is wrong with one board folder."""
    host = folder.name == _HOST_BOARD
    bad = [f"no {f}" for f in (_HOST_FILES if host else FILES) if not (folder / f).is_file()]
    if not bad:
        try:
            bad = _host_board_complaints(folder) if host else _idf_board_complaints(folder)
            read_pins(folder / "pins.csv")
        except (ValueError, KeyError) as error:
            bad = [str(error)]
    return [f"boards/{folder.name}: {text}" for text in bad]


def complaints(root: Path) -> list[str]:
    """What is wrong with the boards of the project at `root`."""
    boards = root / "boards"
    bad = []
    for folder in sorted(p for p in boards.iterdir() if p.is_dir()):
        bad += board_complaints(folder)
    for fragment in sorted(boards.glob("sdkconfig.*")):
        bad += fragment_complaints(f"boards/{fragment.name}", fragment.read_text())
    return bad
