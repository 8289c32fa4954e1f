# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Espressif's QEMU: the files that it needs of a board, and the command that starts it.

As ESP-IDF's own `idf.py qemu` does it (tools/idf_py_actions/qemu_ext.py): the whole flash as one
file, eFuses with the chip's revision, watchdogs of the timer groups off.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path

from setup import paths
from setup.problem import Problem

# Sizes that the emulated flash chips have.
_FLASH_BYTES = tuple(megabytes << 20 for megabytes in (2, 4, 8, 16))
ERASED = b"\xff"
# The network of QEMU's -nic user has the host there.
HOST = "10.0.2.2"
# network.LAN has PHY_OPENETH, the emulated controller, from this MicroPython on.
ETHERNET_FROM = (1, 29)


@dataclass(frozen=True)
class Machine:
    """An emulated chip. tool: its name in ESP-IDF's tools.json; efuses: offset and byte."""

    tool: str
    program: str
    words: tuple[str, ...]
    efuse_device: str
    efuse_bytes: int
    efuses: tuple[tuple[int, int], ...]


# Revision 3 of the ESP32, 0.3 of the ESP32-C3: the oldest that the firmware is built for.
MACHINES = {
    "esp32c3": Machine(
        "qemu-riscv32", "qemu-system-riscv32", ("-M", "esp32c3"), "nvram.esp32c3.efuse", 1024,
        ((38, 0x0C),),
    ),
    "esp32": Machine(
        "qemu-xtensa", "qemu-system-xtensa", ("-M", "esp32", "-m", "4M"), "nvram.esp32.efuse", 124,
        ((13, 0x80), (22, 0x10)),
    ),
}  # fmt: skip


def machine_of(name: str, mcu: str) -> Machine:
    """The emulated chip of a board. Raises Problem."""
    if mcu not in MACHINES:
        raise Problem(
            f"There is no emulator for {name}.",
            f"its chip is {mcu}; emulated are: {', '.join(MACHINES)}.",
            "take --board ESP32_C3_QEMU, or start an emulator of yours with --emulator.",
            2,
        )
    return MACHINES[mcu]


def write_flash(image: Path, offset: int, flash: Path) -> None:
    """A whole flash chip with the image at its place, and erased around it. Raises Problem."""
    content = ERASED * offset + image.read_bytes()
    size = next((size for size in _FLASH_BYTES[1:] if len(content) <= size), None)
    if size is None:
        raise Problem(
            f"{image} is larger than any emulated flash.",
            f"it ends at {len(content)} bytes; the largest has {_FLASH_BYTES[-1]}.",
            "build it for another board.",
        )
    with paths.whole_file(flash) as work:
        work.write_bytes(content.ljust(size, ERASED))


def write_efuses(machine: Machine, file: Path) -> None:
    """The eFuses of a new chip."""
    content = bytearray(machine.efuse_bytes)
    for offset, value in machine.efuses:
        content[offset] = value
    with paths.whole_file(file) as work:
        work.write_bytes(content)


def command(machine: Machine, mcu: str, program: str, flash: Path, efuses: Path) -> str:
    """The command that starts it: UART 0 is a TCP server at {port}, UART 1 at {uart1}."""
    words = [
        program, *machine.words, "-display", "none", "-monitor", "none",
        "-drive", f"file={flash},if=mtd,format=raw",
        "-drive", f"file={efuses},if=none,format=raw,id=efuse",
        "-global", f"driver={machine.efuse_device},property=drive,value=efuse",
        "-global", f"driver=timer.{mcu}.timg,property=wdt_disable,value=true",
        "-nic", "user,model=open_eth",
    ]  # fmt: skip
    serials = " ".join(
        f"-serial tcp:127.0.0.1:{{{name}}},server=on,wait=off" for name in ("port", "uart1")
    )
    return f"{shlex.join(words)} {serials}"


def bench_text(micropython: tuple[int, int]) -> str:
    """The bench.toml for such an emulator."""
    lines = ["[board]", 'reset = "repl"']
    if micropython >= ETHERNET_FROM:
        lines += ["[ethernet]", "[broker]", 'listen = "127.0.0.1"', f'host = "{HOST}"']
    return "\n".join(lines) + "\n"
