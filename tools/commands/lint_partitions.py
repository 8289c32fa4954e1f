# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Checks of a partition table, after ESP-IDF's "Partition Tables" (API Guides).

Espressif's own tool, gen_esp32part.py, comes with ESP-IDF only. These checks refuse what that tool
refuses, and also tables that it accepts and the firmware cannot use.
"""

import csv
import re
from collections import Counter
from dataclasses import dataclass

_SECTOR = 0x1000  # of flash
_APP_ALIGNMENT = 0x10000
_TABLE_END = 0x9000  # boot loader and partition table end here
_NAME_MAX = 16  # bytes
_OTADATA_BYTES = 0x2000
# "at least 0x3000 bytes": one of its pages always stays free.
_NVS_MIN_BYTES = 3 * _SECTOR
_SUBTYPES = {
    "app": r"factory|test|ota_([0-9]|1[0-5])",
    "data": r"ota|phy|nvs|coredump|nvs_keys|efuse|undefined|fat|spiffs|littlefs",
}
_FLAGS = {"encrypted", "readonly"}


@dataclass(frozen=True)
class Row:
    """A row of the table; offset and size in bytes."""

    name: str
    kind: str
    subtype: str
    offset: int
    size: int
    flags: frozenset[str]


def rows(table: str) -> tuple[list[Row], list[str]]:
    """The rows that can be read, and what is wrong with the others."""
    found = []
    bad = []
    for fields in csv.reader(table.splitlines(), skipinitialspace=True):
        if not fields or fields[0].startswith("#"):
            continue
        words = [field.strip() for field in fields]
        try:
            name, kind, subtype, offset, size, *flags = words
            if len(flags) > 1:
                raise ValueError("too many fields")
            named = frozenset(flags[0].split(":")) - {""} if flags else frozenset()
            found.append(Row(name, kind, subtype, int(offset, 0), int(size, 0), named))
        except ValueError:
            bad.append(f"not name, type, subtype, offset, size[, flags]: {','.join(fields)}")
    return found, bad


def _row_complaints(row: Row) -> list[str]:
    bad = []
    if not row.name or len(row.name.encode()) > _NAME_MAX:
        bad.append(f"{row.name!r} is no name of 1 to {_NAME_MAX} bytes")
    if not re.fullmatch(_SUBTYPES.get(row.kind, r"(?!)"), row.subtype):
        bad.append(f"{row.name} has an unknown type: {row.kind}, {row.subtype}")
    alignment = _APP_ALIGNMENT if row.kind == "app" else _SECTOR
    if row.size <= 0 or row.offset % alignment or row.size % _SECTOR:
        bad.append(f"{row.name} is not aligned")
    bad += [f"{row.name} has an unknown flag: {flag}" for flag in sorted(row.flags - _FLAGS)]
    if row.subtype == "nvs":
        if row.size < _NVS_MIN_BYTES:
            bad.append(f"{row.name} has less than {_NVS_MIN_BYTES // _SECTOR} pages")
        # API Reference, "NVS Encryption": NVS has its own, which flash encryption would garble.
        if "encrypted" in row.flags:
            bad.append(f"{row.name} must not be flagged as encrypted, nvs_keys is")
    if row.subtype == "nvs_keys" and "encrypted" not in row.flags:
        bad.append(f"{row.name} must be flagged as encrypted")
    if "readonly" in row.flags and row.subtype in ("ota", "coredump", "nvs", "phy"):
        bad.append(f"{row.name} is written to, and must not be readonly")
    return bad


def _slot_complaints(found: list[Row]) -> list[str]:
    """What is wrong with the places for applications."""
    apps = [row for row in found if row.kind == "app"]
    slots = sorted(int(row.subtype[4:]) for row in apps if row.subtype.startswith("ota_"))
    data = [row for row in found if (row.kind, row.subtype) == ("data", "ota")]
    bad = [] if apps else ["no partition for an application"]
    if slots and slots != list(range(max(2, len(slots)))):
        bad.append("OTA needs ota_0, ota_1 and so on, two at least")
    if bool(slots) != (len(data) == 1):
        bad.append("one partition data, ota belongs to slots for OTA, and to nothing else")
    bad += [f"{row.name} must have {_OTADATA_BYTES:#x} bytes" for row in data
            if row.size != _OTADATA_BYTES]  # fmt: skip
    if len({row.size for row in apps if row.subtype.startswith("ota_")}) > 1:
        bad.append("the slots for OTA differ in size: a firmware may fit into one only")
    return bad


def complaints(table: str, flash_bytes: int) -> list[str]:
    """What is wrong with a partition table on a flash of this size."""
    found, bad = rows(table)
    end = _TABLE_END
    for row in found:
        if row.offset < end:
            bad.append(f"{row.name} begins before {end:#x}, where others end")
        bad += _row_complaints(row)
        end = max(end, row.offset + row.size)
    if end > flash_bytes:
        bad.append(f"ends at {end:#x}, the flash at {flash_bytes:#x}")
    names = Counter(row.name for row in found)
    bad += [f"{name} is there twice" for name, count in names.items() if count > 1]
    bad += [f"no partition {name}" for name in ("nvs", "vfs") if name not in names]
    return [f"partitions.csv: {text}" for text in bad + _slot_complaints(found)]
