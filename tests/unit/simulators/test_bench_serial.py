# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The RFC 2217 port in front of a board: bytes, and what RTS and DTR do to it."""

import os
import pty
import time

import pytest
import serial
from bench.serial_server import SerialServer

_LIMIT_S = 10


class Chip:
    """The board's end of a console. `booted` counts resets."""

    def __init__(self):
        self.fd, self._far = pty.openpty()
        self.console = os.ttyname(self._far)
        self.booted = 0

    def press_en(self):
        self.booted += 1
        os.write(self.fd, b"boot\r\n")

    def close(self):
        os.close(self.fd)
        os.close(self._far)


@pytest.fixture
def chip():
    chip = Chip()
    yield chip
    chip.close()


@pytest.fixture
def line(chip):
    with SerialServer(chip.console, chip.press_en) as server:
        with serial.serial_for_url(server.url, baudrate=115200, timeout=0.1) as line:
            yield line


def _read(port, end):
    data = b""
    deadline = time.monotonic() + _LIMIT_S
    while not data.endswith(end) and time.monotonic() < deadline:
        data += port.read(256)
    return data


def _reset(port, gpio0_low):
    """As esptool does it: EN low, then GPIO0 low or not, then EN high."""
    port.dtr = False
    port.rts = True
    time.sleep(0.1)
    port.dtr = gpio0_low
    port.rts = False


def test_every_byte_both_ways(line, chip):
    data = bytes(range(256)) * 4 + b"end"
    line.write(data)
    got = b""
    while len(got) < len(data):
        got += os.read(chip.fd, 4096)
    assert got == data
    os.write(chip.fd, data)
    assert _read(line, b"end") == data


def test_opening_and_closing_resets_nothing(line, chip):
    os.write(chip.fd, b"still here")
    assert _read(line, b"here") == b"still here"
    assert chip.booted == 0


def test_rts_alone_is_the_reset_key(line, chip):
    _reset(line, gpio0_low=False)
    assert _read(line, b"boot\r\n") == b"boot\r\n"
    assert chip.booted == 1
    line.write(b"hello")
    assert os.read(chip.fd, 5) == b"hello"


def test_both_lines_together_do_nothing(line, chip):
    line.dtr = True
    line.rts = True
    time.sleep(0.2)
    os.write(chip.fd, b"still here")
    assert _read(line, b"here") == b"still here"
    assert chip.booted == 0


def test_what_a_chip_in_reset_is_told_is_lost(line, chip):
    line.dtr = False
    line.rts = True
    line.write(b"nobody hears this")
    time.sleep(0.2)
    line.rts = False
    assert _read(line, b"boot\r\n") == b"boot\r\n"
    line.write(b"but this")
    assert os.read(chip.fd, 64) == b"but this"


def test_with_gpio0_low_it_waits_for_a_download(line, chip):
    _reset(line, gpio0_low=True)
    assert _read(line, b"download\r\n") == b"waiting for download\r\n"
    os.write(chip.fd, b"nobody hears this")
    time.sleep(0.2)
    _reset(line, gpio0_low=False)
    assert _read(line, b"boot\r\n") == b"boot\r\n"
    assert chip.booted == 2


def test_one_client_after_the_other(chip):
    with SerialServer(chip.console, chip.press_en) as server:
        for word in (b"one", b"two"):
            with serial.serial_for_url(server.url, timeout=0.1) as port:
                os.write(chip.fd, word)
                assert _read(port, word) == word


def test_raw_is_bytes_and_nothing_else(chip):
    with SerialServer(chip.console) as server:
        assert server.url.startswith("socket://")
        with serial.serial_for_url(server.url, timeout=0.1) as port:
            port.write(b"\xff\xfa\x2c")
            assert os.read(chip.fd, 16) == b"\xff\xfa\x2c"
            os.write(chip.fd, b"\xff\xf0")
            assert _read(port, b"\xf0") == b"\xff\xf0"
