# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""How much is sent to a board without flow control, and when; and when it has started anew."""

import pytest
from lab.desk.boots import Boots
from lab.desk.pacing import AHEAD_BYTES, SILENT_S, Pacer

PROMPT = b"\r\n>>> "


@pytest.fixture
def pacer():
    return Pacer()


def send(pacer, data, now_s=0.0):
    """What is sent of `data` at once."""
    sent = data[: pacer.room(data, now_s)]
    pacer.sent(sent, now_s)
    return sent


def test_no_more_than_the_board_can_keep_goes_ahead_of_the_echo(pacer):
    text = b"x" * 1000
    assert send(pacer, text) == b"x" * AHEAD_BYTES
    assert send(pacer, text) == b""
    pacer.came(b"x" * 10, 0.1)
    assert send(pacer, text) == b"x" * 10


def test_a_line_waits_for_the_prompt_whatever_is_printed_meanwhile(pacer):
    assert send(pacer, b"f()\rg(1, 2, 3, 4, 5)\r") == b"f()\r"
    rest = b"g(1, 2, 3, 4, 5)\r"
    pacer.came(b"f()\r\n" + rest * 100, 0.1)
    assert send(pacer, rest, 0.2) == b""
    pacer.came(PROMPT, 0.3)
    assert send(pacer, rest, 0.3) == rest


@pytest.mark.parametrize("prompt", [b">>> ", b"... ", b"=== "])
@pytest.mark.parametrize("size", [1, 100])
def test_each_prompt_counts_in_any_pieces(pacer, prompt, size):
    send(pacer, b"\x05" + b"x" * 100)
    said = b"\r\n" + prompt
    for at in range(0, len(said), size):
        assert send(pacer, b"y" * 100) == b""
        pacer.came(said[at : at + size], 0.0)
    assert send(pacer, b"y" * 100) == b"y" * 100


def test_code_that_is_silent_gets_no_more_than_the_board_can_keep(pacer):
    line, now_s, sent = b"x = 'a line of the program'\r", 0.0, 0
    for _ in range(100):
        now_s += SILENT_S
        sent += len(send(pacer, line * 1000, now_s))
    assert sent <= AHEAD_BYTES


def test_what_the_echo_has_left_out_is_forgotten_at_a_silent_prompt(pacer):
    pacer.came(PROMPT, 0.0)
    send(pacer, b"x" * AHEAD_BYTES)
    pacer.came(b"x" * 50, 0.1)
    send(pacer, b"\r", 0.1)
    pacer.came(PROMPT, 0.2)
    assert len(send(pacer, b"y" * 1000, 0.3)) == 49
    pacer.came(PROMPT, 0.3)
    assert len(send(pacer, b"y" * 1000, 0.3 + SILENT_S)) == AHEAD_BYTES


def test_a_person_s_keys_reach_a_program_that_echoes_nothing(pacer):
    send(pacer, b"listen()\r")
    pacer.came(b"listen()\r\n", 0.1)
    for number in range(1000):
        assert send(pacer, b"k", 0.2 + number * (SILENT_S + 0.1)) == b"k"


@pytest.mark.parametrize("keys", [b"\x1b[A", b"\x1b[3~", b"\x1bOP", b"\x01", b"\x7f", b"\t"])
def test_keys_without_an_echo_take_no_room(pacer, keys):
    for _ in range(AHEAD_BYTES):
        send(pacer, keys)
        pacer.came(PROMPT, 0.0)
    assert send(pacer, b"abc") == b"abc"


def test_an_interrupt_goes_at_once(pacer):
    send(pacer, b"x" * 1000)
    assert send(pacer, b"\x03\x03") == b"\x03"
    assert send(pacer, b"\x03") == b"\x03"


BANNER = b'MicroPython v1.28.0 on 2026-11-01; X\r\nType "help()" for more information.\r\n>>> '
ROM = b"ets Jul 29 2019\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
SOFT = b"MPY: soft reboot\r\n"


@pytest.mark.parametrize(
    ("said", "boots"),
    [
        (BANNER, 1),
        (ROM + BANNER, 1),
        (SOFT + BANNER, 1),
        (SOFT + b"main.py runs" + SOFT, 2),
        (ROM * 3, 3),
        (BANNER * 2, 2),
        (ROM + BANNER + BANNER, 2),
        (b"3.4.0; MicroPython v1.28.0 on 2026-11-01\r\n>>> ", 0),
        (b"\xff\x00" * 1000, 0),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 15])
def test_boots_in_any_pieces(said, boots, size):
    seen = Boots()
    assert sum(seen.feed(said[at : at + size]) for at in range(0, len(said), size)) == boots


def test_two_boots_in_one_piece_are_told_as_one():
    assert Boots().feed(SOFT + SOFT) is True


def test_a_boot_that_the_lab_has_told_counts_no_more():
    boots = Boots()
    boots.told()
    assert not boots.feed(BANNER)
    assert boots.feed(BANNER)
