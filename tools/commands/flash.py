# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw flash: checks chip and image, then writes a board's merged image with esptool."""

import argparse
import re
import sys
from pathlib import Path

from commands import boards, serial_port
from commands.boards import Board
from setup import paths
from setup.problem import Problem
from setup.report import Report
from setup.shell import run_shown

SUMMARY = "write a board's firmware and verify it"
EXAMPLES = """\
./tools/cw flash --port /dev/ttyUSB0                           what was built
./tools/cw flash --port /dev/ttyUSB0 --board LILYGO_T_SIM7600  one of several
./tools/cw flash --port /dev/ttyUSB0 --board WAVESHARE_ESP32_S3_ETH --image firmware.bin

What is stored on the board (networks, broker, certificates) is lost: provision it again. Files in
its file system stay."""
IN_ENVIRONMENT = True

ESPTOOL = (sys.executable, "-m", "esptool")
LIMIT_S = 600.0  # a 2 MB image takes 40 s at 460800 baud
BAUD = 460800

_IMAGE_MAGIC = 0xE9  # first byte of an ESP32 boot loader's image
_CHIP_ID_AT = 12  # in its header, two bytes, little endian
_CONNECTED = re.compile(r"^Connected to (ESP\S+) on ", re.MULTILINE)
_BEGUN = re.compile(r"Flash will be erased|Erasing flash|Writing at|Wrote \d+ bytes")
# The messages of Python without esptool, of esptool 4 (it has flash_id instead), and of a version
# without the command.
_OTHER_ESPTOOL = re.compile(r"No module named '?esptool|invalid choice: '|No such command '")
_FLASH_SIZE = re.compile(r"^Detected flash size: (\d+)(KB|MB)", re.MULTILINE)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("--port", required=True, metavar="P", help="the board's serial port")
    parser.add_argument("--board", metavar="B", help="which board it is, if several were built")
    parser.add_argument("--image", type=Path, metavar="FILE", help="instead of what was built")


def built_image(board: Board) -> Path:
    """Where cw build leaves a board's merged image."""
    return paths.BUILD / board.name / "firmware.bin"


def choose(name: str | None, image: Path | None) -> tuple[Board, Path]:
    """The board, and its image. Raises Problem."""
    if name is not None:
        board = boards.find(name)
    elif image is not None:
        raise Problem(
            "--image comes with --board.", "the image does not say its board.", "add --board B.", 2
        )
    else:
        built = [b for b in boards.every() if built_image(b).is_file()]
        if len(built) != 1:
            names = ", ".join(b.name for b in built) or "none"
            raise Problem(
                "Which board is it?",
                f"boards that were built here: {names}.",
                "say it: --board B." if built else "build one: ./tools/cw build --board B",
                2,
            )
        board = built[0]
    return board, image or built_image(board)


def check_image(board: Board, image: Path) -> None:
    """Refuses a file that is no merged image, is for another chip, or is too large."""
    again = f"./tools/cw build --board {board.name}"
    try:
        with open(image, "rb") as file:
            head = file.read(_CHIP_ID_AT + 2)
            size = file.seek(0, 2)
    except OSError as error:
        raise Problem(f"{image} cannot be read.", f"{error.strerror or error}.", again) from error
    if len(head) < _CHIP_ID_AT + 2 or head[0] != _IMAGE_MAGIC:
        raise Problem(
            f"{image} is no firmware image.",
            "it does not begin with a boot loader; micropython.bin, for one, is a part only.",
            f"{again}; the image to write is firmware.bin.",
        )
    chip_id = int.from_bytes(head[_CHIP_ID_AT:], "little")
    if chip_id != boards.CHIP_IDS[board.mcu]:
        names = {number: boards.CHIP_NAMES[mcu] for mcu, number in boards.CHIP_IDS.items()}
        chip = names.get(chip_id, f"chip ID {chip_id}")
        raise Problem(
            f"{image} is for another chip.",
            f"it is for {chip}, and the board's is {board.chip}.",
            again,
        )
    room = board.application.offset + board.application.size - board.flash_offset
    if size > room:
        raise Problem(
            f"{image} is larger than the application's partition.",
            f"it ends {size - room} bytes behind it.",
            f"leave modules out of boards/{board.name}/manifest.py, or enlarge "
            f"'{board.application.name}' in its partitions.csv; then {again}",
        )


def check_board(board: Board, image: Path) -> None:
    """Refuses the image of another board with the same chip, by the board name in the image."""
    content = image.read_bytes()
    names = {b.name for b in boards.every() if b.hardware_name.encode() in content}
    if names and board.name not in names:
        raise Problem(
            f"{image} is for another board.",
            f"it is for {', '.join(sorted(names))}; its pins are not those of {board.name}.",
            f"./tools/cw build --board {board.name}, or say --board {min(names)}.",
        )


def _esptool(port: str, step: str, arguments: list[str]) -> tuple[int | None, str]:
    log = paths.LOGS / f"flash-{step}.log"
    return run_shown([*ESPTOOL, "--port", port, *arguments], log, timeout_s=LIMIT_S)


def failure(port: str, board: Board, step: str, status: int | None, text: str) -> Problem:
    """The Problem for a failed esptool. `step`: "look", "write" or "verify"."""
    begun = step == "verify" or (step == "write" and _BEGUN.search(text))
    wrong = re.search(r"This chip is (\S+), not", text)
    if _OTHER_ESPTOOL.search(text):
        return Problem(
            "There is no esptool 5 in the environment of cw.",
            _last_line(text),
            "./tools/cw setup --only python; then run the same command again.",
        )
    # esptool prints "busy or doesn't exist" for every error; the next line has the reason.
    if wrong is not None:
        return other_chip(board, wrong[1])
    if not begun:
        if "No such file or directory" in text:
            return serial_port.missing(port, serial_port.candidates())
        if "Permission denied" in text:
            return serial_port.forbidden(port)
        if re.search(r"exclusively lock|Device or resource busy|Access is denied", text):
            return serial_port.busy(port)
    if re.search(r"Verification failed|MD5 of file does not match", text):
        return Problem(
            "What is in the flash is not what was written.",
            "the check after writing failed: bad flash, bad supply, or a cable with errors.",
            "try another cable and port of the computer, then run the same command again.",
        )
    if begun:
        held = "it was not verified" if step == "verify" else "the board holds half an image"
        return Problem(
            f"Flashing of {port} broke off; {held}.",
            f"{_last_words(status, text)} Cable, hub, or supply.",
            "nothing is broken: plug it in again and run the same command again.",
        )
    return Problem(
        f"No chip answers at {port}.",
        _last_words(status, text),
        "hold BOOT, press and let go EN (reset), let go BOOT, then run it again; a modem that "
        "takes its current from the same port can be the cause, too.",
    )


def _last_line(text: str) -> str:
    return f"it says: {text.strip().splitlines()[-1].strip()}"


def _last_words(status: int | None, text: str) -> str:
    if status is None:
        return f"esptool did not end within {LIMIT_S:.0f} s and was stopped."
    errors = re.findall(r"(?:fatal error|exception error) occurred: *(.+)", text)
    return f"esptool: {errors[-1].strip()}" if errors else f"esptool ended with status {status}."


def other_chip(board: Board, found: str) -> Problem:
    """Says that the chip is not the board's."""
    fitting = [b.name for b in boards.every() if b.chip == found]
    return Problem(
        f"This is not a {board.name}; nothing was written.",
        f"its chip is {found}, that board's is {board.chip}.",
        f"boards with {found}: {', '.join(fitting) or 'none'}; say --board, or another --port.",
    )


def check_chip(port: str, board: Board) -> None:
    """Asks the chip what it is and how much flash it has. Raises Problem; writes nothing."""
    status, text = _esptool(port, "look", ["--after", "no-reset", "flash-id"])
    if status != 0:
        raise failure(port, board, "look", status, text)
    found = _CONNECTED.search(text)
    if found is None:
        raise Problem(
            f"It cannot be told which chip is at {port}; nothing was written.",
            "esptool did not say it in the way of its version 5.",
            f"read {paths.LOGS / 'flash-look.log'}.",
        )
    if found[1] != board.chip:
        raise other_chip(board, found[1])
    size = _FLASH_SIZE.search(text)
    if size is not None:
        there = int(size[1]) << (20 if size[2] == "MB" else 10)
        if there < board.flash_bytes:
            raise Problem(
                f"This {board.chip} has too little flash for {board.name}; nothing was written.",
                f"{there >> 20} MB are there, its partitions.csv needs {board.flash_bytes >> 20}.",
                "look at the module's label: it may be another variant of the board.",
            )


def run(options: argparse.Namespace, report: Report) -> int:
    """Looks, writes, verifies. Exit status 0 when the flash holds the image."""
    board, image = choose(options.board, options.image)
    check_image(board, image)
    check_board(board, image)
    port = options.port
    serial_port.check(port)
    serial_port.check_server(port)  # esptool would say that no chip answers
    report.line(f"[flash  ] {board.name} ({board.chip}) at {port}: {image}")
    check_chip(port, board)
    where = [f"{board.flash_offset:#x}", str(image)]
    to_chip = ["--chip", board.mcu, "--baud", str(BAUD)]
    steps = (("write", "no-reset", "write-flash"), ("verify", "hard-reset", "verify-flash"))
    for step, after, command in steps:
        status, text = _esptool(port, step, [*to_chip, "--after", after, command, *where])
        if status != 0:
            raise failure(port, board, step, status, text)
    report.line(f"[flash  ] written and verified; next: ./tools/cw provision --port {port}")
    return 0
