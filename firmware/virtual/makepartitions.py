# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Turn an ESP-IDF partitions.csv into the C table that esp_partition.c is built with.

Only the part of the format that boards/VIRTUAL uses is understood: five columns, explicit
hexadecimal offsets and sizes, no flags. See "Partition Tables" in ESP-IDF's API guide.
"""

import sys

TYPES = {"app": 0x00, "data": 0x01}
SUBTYPES = {
    "app": {"factory": 0x00},
    "data": {"nvs": 0x02, "efuse": 0x05, "fat": 0x81},
}
SECTOR = 0x1000
FIRST = 0x9000  # behind the bootloader and the table itself


def parse(text: str) -> list[tuple[str, int, int, int, int]]:
    """Return (label, type, subtype, offset, size) of each partition; raise ValueError."""
    partitions = []
    free = FIRST
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        try:
            label, kind, subtype, offset, size = (field.strip() for field in line.split(","))
            entry = (label, TYPES[kind], SUBTYPES[kind][subtype], int(offset, 0), int(size, 0))
        except (KeyError, ValueError) as error:
            raise ValueError(f"line {number}: cannot use {error}") from error
        if not 0 < len(label) <= 16 or any(label == other[0] for other in partitions):
            raise ValueError(f"line {number}: label must be new and of 1 to 16 characters")
        if entry[3] % SECTOR or entry[4] % SECTOR or entry[4] <= 0:
            raise ValueError(f"line {number}: offset and size must be multiples of 0x1000")
        if entry[3] < free:
            raise ValueError(f"line {number}: overlaps what stands before it")
        free = entry[3] + entry[4]
        partitions.append(entry)
    if not partitions:
        raise ValueError("no partition")
    return partitions


def main() -> int:
    """Read the file named by the first argument; print the header."""
    with open(sys.argv[1], encoding="utf-8") as f:
        try:
            partitions = parse(f.read())
        except ValueError as error:
            print(f"{sys.argv[1]}: {error}", file=sys.stderr)
            return 1
    end = max(offset + size for _, _, _, offset, size in partitions)
    print("// Made by makepartitions.py from partitions.csv.\n")
    print(f"#define BOARD_FLASH_BYTES ({end:#x})\n")
    print("static const esp_partition_t board_partitions[] = {")
    for label, kind, subtype, offset, size in partitions:
        print(
            f'    {{ .label = "{label}", .type = {kind}, .subtype = {subtype}, '
            f".address = {offset:#x}, .size = {size:#x}, .erase_size = {SECTOR:#x} }},"
        )
    print("};")
    return 0


if __name__ == "__main__":
    sys.exit(main())
