# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The simulated modem at a board's UART, with MicroPython alone: pins, rates, network.PPP."""

import fcntl
import os
import struct

import pytest
from bench.dns import BEYOND

pytestmark = pytest.mark.virtual("it is about the simulated modem")

AT = """
import machine, network, socket, time
uart = machine.UART(1, 115200, rxbuf=2048)

def at(command, ends=(b"OK\\r\\n", b"ERROR\\r\\n", b"CARRIER\\r\\n", b"115200\\r\\n")):
    uart.write(command + "\\r")
    got = b""
    start = time.ticks_ms()
    while not got.endswith(ends) and time.ticks_diff(time.ticks_ms(), start) < 10000:
        got += uart.read() or b""
        time.sleep_ms(1)
    return got
"""


def rate_of(tty):
    """The rate of a tty, also one that has no name: struct termios2 of Linux."""
    fd = os.open(tty, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        return struct.unpack("=4I20B2I", fcntl.ioctl(fd, 0x802C542A, bytes(44)))[-1]
    finally:
        os.close(fd)


@pytest.mark.parametrize("rate", [9600, 115200, 921600, 250000, 3686400])
def test_the_line_has_the_rate_of_the_uart(repl, board, rate):
    repl.run(f"import machine; uart = machine.UART(1, {rate})")
    assert rate_of(board.dir / "uart1") == rate


def test_power_key_and_status(repl, modem):
    repl.run(AT)
    out = repl.run(
        "from machine import Pin\n"
        "key = Pin.board.MODEM_PWRKEY\n"
        "status = Pin.board.MODEM_STATUS\n"
        "key.init(Pin.OUT, value=0)\n"
        "status.init(Pin.IN)\n"
        "print(status.value())\n"
        "key(1); time.sleep_ms(300); key(0)\n"
        "start = time.ticks_ms()\n"
        "while not status() and time.ticks_diff(time.ticks_ms(), start) < 10000:\n"
        "    time.sleep_ms(5)\n"
        "print(status.value())\n"
        "print(b'PB DONE' in uart.read())",
        timeout=20,
    )
    assert out.split() == ["0", "1", "True"]
    assert modem.on


def test_it_survives_a_reset_of_the_board(repl, board, modem):
    modem.warm()
    board.reset()
    board.release()
    repl.enter()
    repl.run(AT)
    assert repl.value("at('ATE0')[-6:]") == b"\r\nOK\r\n"
    # The pins of a chip have no levels after a reset; the world drives them again.
    repl.run(
        "status = machine.Pin.board.MODEM_STATUS\n"
        "start = time.ticks_ms()\n"
        "while not status() and time.ticks_diff(time.ticks_ms(), start) < 10000:\n"
        "    time.sleep_ms(5)",
        timeout=20,
    )
    assert repl.value("status()") == 1


@pytest.mark.parametrize("auth", ["none", "pap", "chap"])
def test_ppp_of_micropython(repl, world, modem, auth):
    modem.warm()
    modem.ppp(auth, "me", "secret")
    repl.run(AT)
    assert b"CONNECT" in repl.value("at('ATD*99#')")
    name = f"AUTH_{auth.upper()}"
    login = "" if auth == "none" else f"authmode=ppp.{name}, username='me', password='secret'"
    repl.run(
        "ppp = network.PPP(uart)\n"
        "ppp.active(True)\n"
        f"ppp.connect({login})\n"
        "start = time.ticks_ms()\n"
        "while not ppp.isconnected() and time.ticks_diff(time.ticks_ms(), start) < 10000:\n"
        "    time.sleep_ms(5)\n"
        "found = socket.getaddrinfo('broker.test', 1)[0][-1][0]\n"
        "peer = socket.socket()\n"
        f"peer.connect((found, {world.broker.plain_port}))\n"
        "peer.close()",
        timeout=30,
    )
    assert repl.value("ppp.ifconfig()[0]") == "10.0.200.15"
    assert repl.value("found") == BEYOND
    repl.run("ppp.active(False)", timeout=20)
    repl.run("time.sleep_ms(200)")
    assert b"OK" in repl.value("at('AT')")
