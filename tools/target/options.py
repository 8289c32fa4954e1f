# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The options that name a real board or an emulator: the same for ./tools/cw test and pytest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

from setup.problem import Problem

from .bench_file import BenchFile, read

TARGETS = ("virtual", "hardware", "qemu")

# The name, and the arguments of argparse's add_argument() and of pytest's addoption().
OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--board", {"metavar": "B", "help": "hardware: the board's name in boards/, checked"}),
    ("--bench", {"metavar": "FILE", "type": Path, "help": "hardware, qemu: the bench.toml"}),
    (
        "--emulator",
        {
            "metavar": "COMMAND",
            "help": "qemu: starts it; its serial port must be a TCP server at {port}",
        },
    ),
    (
        "--erase-settings",
        {
            "action": "store_true",
            "help": "hardware, qemu: yes, what is stored on the board may be erased",
        },
    ),
)
PORT: tuple[str, dict[str, Any]] = (
    "--port",
    {"metavar": "P", "help": "hardware, qemu: /dev/ttyUSB0, rfc2217://HOST:PORT, socket://…"},
)


def _missing(what: str, why: str, next_step: str) -> NoReturn:
    raise Problem(what, why, next_step, 2)


def check(name: str, options: Any) -> BenchFile:
    """The contents of bench.toml, if `options` fit target `name`. Raises Problem."""
    if name not in TARGETS[1:]:
        _missing(f"There is no target '{name}'.", f"targets: {', '.join(TARGETS)}.", "choose one.")
    if options.emulator and name == "hardware":
        _missing("--emulator does not go with hardware.", "it starts a program.", "leave it out.")
    if bool(options.port) == bool(options.emulator):
        _missing(
            f"--target {name} needs a serial port.",
            "give either --port or --emulator, which has a port of its own.",
            "--port /dev/ttyUSB0, or rfc2217://HOST:PORT.",
        )
    if name == "hardware" and not options.board:
        _missing("--target hardware needs --board.", "it shall be the right one.", "--board B")
    if options.emulator and "{port}" not in options.emulator:
        _missing(
            "The --emulator command has no {port}.",
            "the tests choose the TCP port at which its serial port is to be.",
            "for example: -serial tcp::{port},server=on,wait=off",
        )
    if not options.bench:
        _missing(
            f"--target {name} needs --bench FILE.",
            "it says which networks and which broker there are.",
            "begin with a copy of docs/examples/bench.toml.",
        )
    settings = read(options.bench)
    _check_links(options.board, settings)
    if not options.erase_settings:
        _missing(
            "The tests change what is stored on the board.",
            "they reset it, and erase its networks, broker and user configuration, for each test.",
            "if there is nothing to keep: add --erase-settings",
        )
    if options.port:
        from commands import serial_port

        serial_port.check(options.port)
        serial_port.check_server(options.port)
    return settings


def _check_links(board: str | None, settings: BenchFile) -> None:
    if board in (None, "VIRTUAL"):
        return
    from commands import boards

    links = boards.find(board).links
    for named, link, table in (
        (settings.ethernet, "Ethernet", "ethernet"),
        (settings.cellular, "cellular", "cellular"),
    ):
        if named and link not in links:
            _missing(
                f"{board} has no {link}.",
                f"bench.toml has [{table}], and the board's pins.csv nothing of it.",
                f"take [{table}] out, or name another --board.",
            )


def arguments(name: str, options: Any) -> list[str]:
    """The same options for pytest."""
    words = ["--target", name]
    for option in ("board", "bench", "emulator", "port"):
        value = getattr(options, option)
        words += [f"--{option}={value}"] if value else []
    return words + ["--erase-settings"] * options.erase_settings
