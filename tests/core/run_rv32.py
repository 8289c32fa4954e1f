#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Builds the C module for 32-bit RISC-V (rv32imac, as ESP32-C3's core) in MicroPython's own qemu
port and runs the core tests and the tests of the Attempt object there.

Prints what failing tests print and, last, "N passed, N failed" over both. Exit 0: all passed;
1: some failed; 2: it could not be built or run, and why.
"""

from __future__ import annotations

import argparse
import os
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

from on_board.script import script

HERE = Path(__file__).resolve().parent
FIRMWARE = HERE.parent.parent / "firmware"
TOOLS = {
    "riscv64-unknown-elf-gcc": "gcc-riscv64-unknown-elf and picolibc-riscv64-unknown-elf",
    "qemu-system-riscv32": "qemu-system-misc",
}
BOOT_S = 30
TESTS_S = 120


class CannotRun(Exception):
    """The tests could not be built or run; the text says what to do."""


def build(micropython: Path, build_dir: Path) -> Path:
    """Builds the firmware and returns its ELF file.

    Raises CannotRun with the last lines of the compiler.
    """
    for tool, packages in TOOLS.items():
        if shutil.which(tool) is None:
            raise CannotRun(f"{tool} is missing: on Debian, apt install {packages}")
    if not (micropython / "ports/qemu/boards/VIRT_RV32").is_dir():
        raise CannotRun(f"{micropython} has no ports/qemu/boards/VIRT_RV32: not MicroPython 1.25?")
    modules = build_dir / "modules"
    modules.mkdir(parents=True, exist_ok=True)
    for name, target in (("connectwith", FIRMWARE / "connectwith"), ("coretests", HERE)):
        link = modules / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    cross = micropython / "mpy-cross/build/mpy-cross"
    command = [
        "make", "-C", str(micropython / "ports/qemu"), "-j2",
        "BOARD=VIRT_RV32", f"BUILD={build_dir / 'rv32'}", f"USER_C_MODULES={modules}",
        "CONNECTWITH_PLATFORM=bare", "FROZEN_MANIFEST=", "LIBS=-march=rv32imac",
        # The port leaves the scheduler's static nodes out; ESP32 has them.
        "CFLAGS_EXTRA=-DMICROPY_SCHEDULER_STATIC_NODES=1",
    ]  # fmt: skip
    if cross.exists():
        command += [f"MICROPY_MPYCROSS={cross}", "MICROPY_MPYCROSS_DEPENDENCY="]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotRun("the build failed:\n" + (done.stdout + done.stderr)[-4000:])
    return build_dir / "rv32/firmware.elf"


class Machine:
    """QEMU with the firmware, spoken to through MicroPython's raw REPL on its serial port."""

    def __init__(self, elf: Path) -> None:
        self.process = subprocess.Popen(
            ["qemu-system-riscv32", "-machine", "virt", "-bios", "none", "-display", "none",
             "-monitor", "none", "-serial", "stdio", "-semihosting", "-kernel", str(elf)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.pending = b""

    def write(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def read_until(self, end: bytes, timeout_s: float) -> bytes:
        """Reads up to and including `end`. Raises CannotRun after timeout_s, or if QEMU ends."""
        deadline = time.monotonic() + timeout_s
        while end not in self.pending:
            left_s = deadline - time.monotonic()
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, left_s))
            data = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not data:
                what = "ended" if ready else f"said nothing for {timeout_s} s"
                raise CannotRun(f"the machine {what}; last words: {self.pending[-2000:]!r}")
            self.pending += data
        head, _, self.pending = self.pending.partition(end)
        return head + end

    def run(self, script: str) -> str:
        """Runs a script in the raw REPL and returns all that it printed."""
        self.write(script.encode() + b"\x04")
        self.read_until(b"OK", BOOT_S)
        output = self.read_until(b"\x04", TESTS_S)[:-1]
        error = self.read_until(b"\x04>", BOOT_S)[:-2]
        return (output + error).decode(errors="replace").replace("\r\n", "\n")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def run_tests(elf: Path) -> tuple[int, int]:
    """Runs both sets of tests, printing; returns how many passed and failed."""
    passed = failed = 0
    machine = Machine(elf)
    try:
        machine.read_until(b">>> ", BOOT_S)
        machine.write(b"\x01")
        machine.read_until(b"CTRL-B to exit\r\n>", BOOT_S)
        for source in ("import _coretests\n_coretests.run()", script()):
            output = machine.run(source)
            counts = re.findall(r"^(\d+) passed, (\d+) failed$", output, re.M)
            if len(counts) != 1 or counts[0][1] != "0":
                # Only then: exceptions that the tests want to see look like failures to a reader.
                print(output, end="")
            if len(counts) != 1:
                raise CannotRun("the tests did not come to their end")
            passed += int(counts[0][0])
            failed += int(counts[0][1])
    finally:
        machine.close()
    return passed, failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--micropython", type=Path, required=True, help="MicroPython's source tree"
    )
    parser.add_argument("--build", type=Path, required=True, help="directory for what is built")
    args = parser.parse_args()
    try:
        passed, failed = run_tests(build(args.micropython.resolve(), args.build.resolve()))
    except CannotRun as e:
        print(f"run_rv32: {e}", file=sys.stderr)
        return 2
    print(f"rv32: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
