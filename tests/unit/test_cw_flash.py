# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw flash, with a stand-in for esptool that has a chip and simulates each failure."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import commands
from commands import boards, flash, monitor, serial_port, terminal
from setup import paths
from setup.problem import Problem
from setup.report import Report

STAND_IN = Path(__file__).with_name("esptool_stand_in.py")
FLASH_BYTES = 4 << 20


class Bench:
    """A serial port with a chip behind it, and images to write."""

    def __init__(self, folder: Path, port: str) -> None:
        self.folder = folder
        self.port = port
        self.chip("esp32")
        (folder / "flash.bin").write_bytes(bytes(FLASH_BYTES))

    def chip(self, mcu="esp32", size="4MB", fault=""):
        chip = {"port": self.port, "mcu": mcu, "flash": size, "fault": fault}
        (self.folder / "chip.json").write_text(json.dumps(chip))

    def image(self, name, chip_id, size=100_000):
        """A merged image: header of a boot loader, then noise."""
        head = bytes([0xE9, 3, 2, 0x20]) + bytes(8) + bytes([chip_id, 0])
        folder = self.folder / "build" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "firmware.bin").write_bytes((head + os.urandom(4096) * (size // 4096))[:size])
        return folder / "firmware.bin"

    @property
    def calls(self):
        record = self.folder / "calls.json"
        return json.loads(record.read_text()) if record.exists() else []

    @property
    def commands(self):
        names = ("flash-id", "write-flash", "verify-flash")
        return [next(word for word in call if word in names) for call in self.calls]

    @property
    def untouched(self):
        return (self.folder / "flash.bin").read_bytes() == bytes(FLASH_BYTES)

    def run(self, *arguments):
        _, options = commands.parse(["flash", "--port", self.port, *map(str, arguments)])
        return flash.run(options, Report(sys.stderr))


@pytest.fixture
def bench(tmp_path, monkeypatch):
    far, near = pty.openpty()
    monkeypatch.setattr(flash, "ESPTOOL", (sys.executable, str(STAND_IN), str(tmp_path)))
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    monkeypatch.setattr(paths, "LOGS", tmp_path / "logs")
    yield Bench(tmp_path, os.ttyname(near))
    os.close(far)
    os.close(near)


def problem(bench, *arguments):
    with pytest.raises(Problem) as caught:
        bench.run(*arguments)
    assert caught.value.status != 0
    for line in (caught.value.what, caught.value.why, caught.value.next_step):
        assert line and "\n" not in line
    return caught.value


@pytest.mark.parametrize(
    ("board", "mcu", "size", "offset"),
    [
        ("LILYGO_T_SIM7600", "esp32", "4MB", 0x1000),
        ("WAVESHARE_ESP32_S3_ETH", "esp32s3", "16MB", 0),
        ("ESP32_C3_QEMU", "esp32c3", "4MB", 0),
    ],
)
def test_image_goes_to_its_place_after_a_look_and_is_verified(bench, board, mcu, size, offset):
    image = bench.image(board, boards.CHIP_IDS[mcu])
    bench.chip(mcu, size)
    assert bench.run("--board", board) == 0
    assert bench.commands == ["flash-id", "write-flash", "verify-flash"]
    for call in bench.calls[1:]:
        assert call[call.index("--chip") + 1] == mcu
    content = (bench.folder / "flash.bin").read_bytes()
    data = image.read_bytes()
    assert content[offset : offset + len(data)] == data
    assert not any(content[:offset])
    # Only at the end is the board let go; a port of its own USB would go away before.
    assert [call[call.index("--after") + 1] for call in bench.calls] == [
        "no-reset", "no-reset", "hard-reset",
    ]  # fmt: skip


def test_the_only_board_that_was_built_need_not_be_named(bench):
    assert "build one" in problem(bench).next_step
    bench.image("LILYGO_T_SIM7600", 0)
    assert bench.run() == 0
    bench.image("ESP32_GENERIC_W5500_SIM7600", 0)
    said = problem(bench)
    assert "LILYGO_T_SIM7600" in said.why and "--board" in said.next_step and said.status == 2


def test_wrong_chip_is_seen_before_anything_is_written(bench):
    bench.image("LILYGO_T_SIM7600", 0)
    bench.chip("esp32s3", "16MB")
    said = problem(bench)
    assert "nothing was written" in said.what and "ESP32-S3" in said.why
    assert "WAVESHARE_ESP32_S3_ETH" in said.next_step
    assert bench.commands == ["flash-id"] and bench.untouched


def test_chip_that_no_board_has(bench):
    bench.image("LILYGO_T_SIM7600", 0)
    bench.chip("esp8266")
    said = problem(bench)
    assert "ESP8266" in said.why and bench.commands == ["flash-id"]


def test_too_little_flash(bench):
    bench.image("WAVESHARE_ESP32_S3_ETH", 9)
    bench.chip("esp32s3", "8MB")
    assert "too little flash" in problem(bench).what
    assert bench.commands == ["flash-id"] and bench.untouched


@pytest.mark.parametrize(
    ("fault", "what", "next_step"),
    [
        ("missing", "There is no port", "plug the board in"),
        ("forbidden", "may not open", "usermod"),
        ("busy", "is in use", "end that program"),
        ("mute", "No chip answers", "BOOT"),
    ],
)
def test_port_that_does_not_work(bench, fault, what, next_step):
    bench.image("LILYGO_T_SIM7600", 0)
    bench.chip(fault=fault)
    said = problem(bench)
    assert what in said.what and next_step in said.next_step
    assert bench.untouched


def test_cable_pulled_while_writing(bench):
    bench.image("LILYGO_T_SIM7600", 0)
    bench.chip(fault="pulled")
    said = problem(bench)
    assert "broke off" in said.what and "half an image" in said.what
    assert "device disconnected?" in said.why and "run the same command again" in said.next_step
    assert bench.commands == ["flash-id", "write-flash"] and not bench.untouched
    bench.chip()
    assert bench.run() == 0


def test_cable_pulled_before_it_was_verified(bench):
    bench.image("LILYGO_T_SIM7600", 0)
    bench.chip(fault="pulled-late")
    assert "not verified" in problem(bench).what


def test_flash_that_does_not_keep_what_is_written(bench):
    bench.image("LILYGO_T_SIM7600", 0)
    bench.chip(fault="worn")
    said = problem(bench)
    assert "not what was written" in said.what


def test_esptool_that_hangs_is_ended(bench, monkeypatch):
    monkeypatch.setattr(flash, "LIMIT_S", 1.0)
    bench.image("LILYGO_T_SIM7600", 0)
    bench.chip(fault="hang")
    assert "did not end within 1 s" in problem(bench).why


def test_image_larger_than_its_partition(bench):
    board = boards.find("LILYGO_T_SIM7600")
    end = board.application.offset + board.application.size
    bench.image(board.name, 0, end - board.flash_offset)
    assert bench.run() == 0
    bench.image(board.name, 0, end - board.flash_offset + 1)
    said = problem(bench)
    assert "larger than" in said.what and "1 bytes" in said.why
    assert "manifest.py" in said.next_step
    assert len(bench.calls) == 3, "the second time, esptool is not even asked"


@pytest.mark.parametrize("content", [b"", b"\xe9", b"\x00" * 64, b"MZ" * 50])
def test_what_is_no_image_is_refused(bench, tmp_path, content):
    file = tmp_path / "firmware.bin"
    file.write_bytes(content)
    assert "no firmware image" in problem(bench, "--board", "ESP32_C3_QEMU", "--image", file).what
    assert bench.calls == []


def test_image_for_another_chip_is_refused(bench):
    image = bench.image("WAVESHARE_ESP32_S3_ETH", 9)
    said = problem(bench, "--board", "LILYGO_T_SIM7600", "--image", image)
    assert "another chip" in said.what and "ESP32-S3" in said.why and bench.calls == []
    assert "--board" in problem(bench, "--image", image).next_step


def test_image_for_another_board_is_refused(bench):
    image = bench.image("LILYGO_T_SIM7600", 0)
    other = boards.find("ESP32_GENERIC_W5500_SIM7600")
    image.write_bytes(image.read_bytes() + other.hardware_name.encode() + b" with ESP32")
    said = problem(bench)
    assert "another board" in said.what and other.name in said.why and bench.calls == []
    assert bench.run("--board", other.name, "--image", image) == 0


def test_image_that_is_not_there(bench, tmp_path):
    said = problem(bench, "--board", "ESP32_C3_QEMU", "--image", tmp_path / "none.bin")
    assert "cannot be read" in said.what and "cw build" in said.next_step


def test_board_that_is_not_there(bench):
    assert "LILYGO_T_SIM7600" in problem(bench, "--board", "LILYGO_T_SIM760").next_step
    assert "program of this machine" in problem(bench, "--board", "VIRTUAL").why


def test_the_stand_in_speaks_as_the_real_one(tmp_path):
    # The first error line of the esptool of requirements.txt.
    done = subprocess.run(
        [sys.executable, "-m", "esptool", "--port", str(tmp_path / "none"), "flash-id"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    board = boards.find("LILYGO_T_SIM7600")
    said = flash.failure("/dev/none", board, "look", done.returncode, done.stdout + done.stderr)
    assert done.returncode == 2 and "There is no port /dev/none" in said.what


@pytest.mark.parametrize("gone", ["No such file or directory", "Could not exclusively lock port"])
def test_port_that_goes_between_writing_and_verifying(bench, gone):
    text = (
        f"A fatal error occurred: Could not open X, the port is busy or doesn't exist.\n({gone})"
    )
    said = flash.failure("X", boards.find("LILYGO_T_SIM7600"), "verify", 2, text)
    assert "it was not verified" in said.what and "run the same command again" in said.next_step


@pytest.mark.parametrize(
    "words",
    [
        "/usr/bin/python3: No module named esptool",
        "esptool: error: argument operation: invalid choice: 'flash-id' (choose from 'load_ram')",
        "Error: No such command 'flash-id'.",
    ],
)
def test_esptool_that_is_missing_or_another_one(bench, monkeypatch, words):
    code = f"import sys; sys.exit({words!r})"
    monkeypatch.setattr(flash, "ESPTOOL", (sys.executable, "-c", code))
    bench.image("LILYGO_T_SIM7600", 0)
    said = problem(bench)
    assert "no esptool 5" in said.what and words in said.why and "cw setup" in said.next_step
    assert bench.untouched


def test_port_that_is_not_there_or_no_port(tmp_path):
    with pytest.raises(Problem, match="There is no port") as caught:
        serial_port.check(str(tmp_path / "tty"), lambda: ["/dev/ttyACM3"])
    assert "/dev/ttyACM3" in caught.value.why
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="not a serial port"):
        serial_port.check(str(tmp_path / "file"))


def test_port_that_another_program_has(bench):
    code = (
        "import serial, sys\n"
        f"port = serial.Serial({bench.port!r}, exclusive=True)\n"
        "print('open', flush=True)\nsys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(Problem, match="is in use") as caught:
            serial_port.check(bench.port)
        assert f"process {holder.pid}" in caught.value.why
    finally:
        holder.communicate("")
    serial_port.check(bench.port)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
def test_port_that_this_user_may_not_open(bench):
    code = (
        f"import os, sys; sys.path.insert(0, {str(paths.ROOT / 'tools')!r})\n"
        "from commands import serial_port; from setup.problem import Problem\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        f"try: serial_port.check({bench.port!r})\n"
        "except Problem as problem: print(problem)"
    )
    os.chmod(bench.port, 0o600)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "may not open" in done.stdout and "usermod -aG" in done.stdout, done.stderr


def test_monitor_needs_a_terminal(bench, monkeypatch):
    _, options = commands.parse(["monitor", "--port", bench.port])
    monkeypatch.setattr(sys, "stdin", open(os.devnull))
    with pytest.raises(Problem, match="no terminal"):
        monitor.run(options, Report(sys.stderr))


def test_monitor_hands_over_to_mpremote(bench, monkeypatch, tmp_path):
    record = tmp_path / "arguments"
    code = f"import sys; open({str(record)!r}, 'w').write(' '.join(sys.argv[1:])); sys.exit(3)"
    program = (sys.executable, "-c", code, "connect", "{port}", "repl")
    monkeypatch.setattr(terminal, "MPREMOTE", program)
    monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": lambda self: True})())
    _, options = commands.parse(["monitor", "--port", bench.port])
    assert monitor.run(options, Report(sys.stderr)) == 3
    assert record.read_text() == f"connect {bench.port} repl"
    _, options = commands.parse(["monitor", "--port", str(tmp_path / "none")])
    with pytest.raises(Problem, match="There is no port"):
        monitor.run(options, Report(sys.stderr))
