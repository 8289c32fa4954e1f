# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: brings a link up as in MicroPython's documentation, line for line. `turn()`
is called wherever such a script can do something else."""

import time

import network
import place
from machine import SPI, UART, Pin

_board = Pin.board
_lan = None
_ppp = None


def wifi_begin():
    wlan = network.WLAN(network.WLAN.IF_STA)
    wlan.active(True)
    wlan.connect(place.SSID, place.KEY)
    return wlan


def _wifi(turn):
    wlan = wifi_begin()
    while not wlan.isconnected():
        turn()


def _ethernet(turn):
    global _lan
    if _lan is None:
        spi = SPI(2, baudrate=20000000, sck=_board.W5500_SCK, mosi=_board.W5500_MOSI,
                  miso=_board.W5500_MISO)  # fmt: skip
        _lan = network.LAN(
            phy_type=network.PHY_W5500, phy_addr=0, spi=spi, cs=_board.W5500_CS,
            int=_board.W5500_INT, reset=_board.W5500_RST,
        )  # fmt: skip
    _lan.active(True)
    while not _lan.isconnected():
        turn()


def _ask(uart, line, word, turn):
    uart.write(line + b"\r")
    answer = b""
    while word not in answer:
        turn()
        answer += uart.read() or b""
        if b"ERROR" in answer or b"NO CARRIER" in answer:
            raise OSError(answer)


def _cellular(turn):
    """A modem that is on and registered: dial, then PPP."""
    global _ppp
    uart = UART(1, 115200, tx=_board.MODEM_TX, rx=_board.MODEM_RX, rxbuf=2048)
    _ask(uart, b"AT", b"OK", turn)
    _ask(uart, b'AT+CGDCONT=1,"IP","internet"', b"OK", turn)
    _ask(uart, b"ATD*99***1#", b"CONNECT", turn)
    time.sleep_ms(10)  # for the end of that line
    uart.read()
    if _ppp is None:
        _ppp = network.PPP(uart)
    else:
        _ppp.config(stream=uart)
    _ppp.active(True)
    _ppp.connect()
    while not _ppp.isconnected():
        turn()


UP = {"wifi": _wifi, "ethernet": _ethernet, "cellular": _cellular}


def down(link):
    if link == "wifi":
        wlan = network.WLAN(network.WLAN.IF_STA)
        try:
            wlan.disconnect()
        except OSError:
            pass
        wlan.active(False)
    elif link == "ethernet" and _lan is not None:
        _lan.active(False)
    elif link == "cellular" and _ppp is not None:
        _ppp.active(False)
