# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A program that behaves as esptool 5 does, with a chip of its own: `python this DIR ARGUMENTS`.

DIR/chip.json says which chip is at which port and what goes wrong; DIR/flash.bin is its flash;
DIR/calls.json gets the arguments of each call. Options that are not expected are refused.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

NAMES = {"esp32": "ESP32", "esp32s3": "ESP32-S3", "esp32c3": "ESP32-C3"}


def die(text: str, status: int = 2) -> None:
    """Fails as esptool does: a line on standard error, status 2."""
    print(f"\nERROR: A fatal error occurred: {text}", file=sys.stderr, flush=True)
    sys.exit(status)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options that are used here, and no others."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--port", required=True)
    parser.add_argument("--chip", choices=[*NAMES, "auto"], default="auto")
    parser.add_argument("--baud", type=int, default=115200)
    parser.add_argument("--after", choices=["hard-reset", "no-reset"], default="hard-reset")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("flash-id")
    for name in ("write-flash", "verify-flash"):
        command = commands.add_parser(name)
        command.add_argument("address", type=lambda text: int(text, 0))
        command.add_argument("file", type=Path)
    return parser.parse_args(arguments)


def connect(chip: dict, options: argparse.Namespace) -> None:
    """Opens the port and finds the chip, or not."""
    print("esptool v5.1.0", flush=True)
    refusals = {
        "missing": "[Errno 2] could not open port X: [Errno 2] No such file or directory: 'X'",
        "forbidden": "[Errno 13] could not open port X: [Errno 13] Permission denied: 'X'",
        "busy": "[Errno 11] Could not exclusively lock port X: [Errno 11] Resource temporarily "
        "unavailable",
    }
    for fault, reason in refusals.items():
        if chip["fault"] == fault:
            reason = reason.replace("X", options.port)
            die(f"Could not open {options.port}, the port is busy or doesn't exist.\n({reason})\n")
    print("Connecting....", flush=True)
    if chip["fault"] == "hang":
        time.sleep(600)
    if options.port != chip["port"] or chip["fault"] == "mute":
        die("Failed to connect to Espressif device: No serial data received.")
    name = NAMES.get(chip["mcu"], chip["mcu"].upper())
    if options.chip not in ("auto", chip["mcu"]):
        die(f"This chip is {name}, not {NAMES[options.chip]}. Wrong chip argument?")
    print(f"Connected to {name} on {options.port}:")
    print(f"Chip type:          {name}-D0WD-V3 (revision v3.1)", flush=True)


def write(chip: dict, folder: Path, options: argparse.Namespace) -> None:
    """Writes into the chip's flash; a pulled cable leaves a part of it written."""
    data = options.file.read_bytes()
    flash = folder / "flash.bin"
    content = bytearray(flash.read_bytes())
    if options.address + len(data) > len(content):
        die(f"File {options.file} is larger than the flash.")
    end = options.address + len(data)
    print(f"Flash will be erased from {options.address:#010x} to {end:#010x}...", flush=True)
    half = len(data) // 2 if chip["fault"] == "pulled" else len(data)
    content[options.address : options.address + half] = data[:half]
    if chip["fault"] == "worn":
        content[options.address + half // 2] ^= 0x10
    flash.write_bytes(content)
    print(f"Writing at {options.address:#010x}... (50 %)", flush=True)
    if chip["fault"] == "pulled":
        text = "device reports readiness to read but returned no data (device disconnected?)"
        print(f"\nERROR: A serial exception error occurred: {text}", file=sys.stderr)
        sys.exit(1)
    print(f"Wrote {len(data)} bytes", flush=True)


def verify(chip: dict, folder: Path, options: argparse.Namespace) -> None:
    """Compares by digest, as esptool does."""
    if chip["fault"] == "pulled-late":
        die("The chip stopped responding.")
    data = options.file.read_bytes()
    there = (folder / "flash.bin").read_bytes()[options.address : options.address + len(data)]
    if hashlib.md5(there).digest() != hashlib.md5(data).digest():
        print("Verification failed (digest mismatch).", flush=True)
        die("Verification failed.")
    print("Verification successful (digest matched).")


def main(folder: Path, arguments: list[str]) -> None:
    """One call."""
    chip = json.loads((folder / "chip.json").read_text())
    record = folder / "calls.json"
    calls = json.loads(record.read_text()) if record.exists() else []
    record.write_text(json.dumps([*calls, arguments]))
    options = parse(arguments)
    connect(chip, options)
    if options.command == "flash-id":
        print(f"Manufacturer: 46\nDetected flash size: {chip['flash']}")
    elif options.command == "write-flash":
        write(chip, folder, options)
    else:
        verify(chip, folder, options)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
