# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw flash with the real esptool of requirements.txt, against a chip on a pty."""

import os

import pytest
from fake_chip import FakeChip

import commands
from commands import boards, flash
from setup import paths
from setup.problem import Problem
from setup.report import Report

BOARD = "LILYGO_T_SIM7600"
SIZE = 60_000


@pytest.fixture
def image(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "LOGS", tmp_path / "logs")
    head = bytes([0xE9, 3, 2, 0x20]) + bytes(8) + bytes([boards.CHIP_IDS["esp32"], 0])
    file = tmp_path / "firmware.bin"
    # The second half of it compresses, as firmware does.
    file.write_bytes((head + os.urandom(SIZE // 2)).ljust(SIZE, b"\0"))
    return file


def run(chip, image):
    with open(os.devnull, "w") as nowhere:
        arguments = ["flash", "--port", chip.port, "--board", BOARD, "--image", str(image)]
        _, options = commands.parse(arguments)
        return flash.run(options, Report(nowhere))


def problem(chip, image):
    with pytest.raises(Problem) as caught:
        run(chip, image)
    assert caught.value.status != 0
    return caught.value


def test_written_and_verified(image):
    with FakeChip() as chip:
        assert run(chip, image) == 0
    assert chip.flash[0x1000 : 0x1000 + SIZE] == image.read_bytes()
    assert chip.flash.count(0xFF, 0, 0x1000) == 0x1000


def test_wrong_chip(image):
    with FakeChip("esp32s3", size_mb=16) as chip:
        said = problem(chip, image)
    assert "nothing was written" in said.what and "ESP32-S3" in said.why
    assert chip.flash.count(0xFF) == len(chip.flash)


def test_too_little_flash(image):
    with FakeChip(size_mb=2) as chip:
        assert "too little flash" in problem(chip, image).what
    assert chip.flash.count(0xFF) == len(chip.flash)


def test_cable_pulled_while_writing(image):
    with FakeChip(pull_at=2) as chip:
        said = problem(chip, image)
    assert "broke off" in said.what and "half an image" in said.what
    assert "esptool: " in said.why and "run the same command again" in said.next_step
    assert 0 < len(chip.flash) - chip.flash.count(0xFF) < SIZE


def test_flash_that_does_not_keep_what_is_written(image):
    with FakeChip(worn=True) as chip:
        assert "not what was written" in problem(chip, image).what
