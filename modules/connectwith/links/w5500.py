# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Ethernet: `network.LAN` with a W5500 on SPI.

The driver is one instance for ever and has no way back once it was made. Its `status()` mixes up
Wi-Fi's events with its own (both count from 0), so the state is taken from
`_connectwith.link_state()`, which does not.
"""

import _connectwith
from micropython import const

from connectwith import results
from connectwith.links import FAILED, HAS_ADDRESS, LINK_UP, LOSSES_SHIFT, UP

_IDLE = const(0)
_OPEN = const(1)
_START = const(2)
_STARTED = const(3)


def fitted():
    """Whether this board's pin table names a W5500."""
    from machine import Pin

    return hasattr(Pin.board, "W5500_CS")


class W5500:
    """See `connectwith.links`."""

    def __init__(self):
        self._lan = None
        self._nic = None
        self._turn = _IDLE
        self._losses = 0
        self._was_up = False
        self.result = results.NO_LINK
        self.cause = ""
        self.code = 0

    def start(self, nic):
        self._nic = nic
        self.cause = ""
        self._was_up = False
        self._turn = _OPEN

    def poll(self):
        turn = self._turn
        if turn == _STARTED:
            return self._watch()
        if turn == _OPEN:
            return self._open()
        if turn == _START:
            return self._start()
        return FAILED

    def address(self):
        return self._lan.ifconfig()[0]

    def addresses(self):
        """Address, netmask, gateway and name server, when UP."""
        return self._lan.ifconfig()

    def info(self):
        return {"mac": self._lan.config("mac")}

    def stop(self):
        self._turn = _IDLE
        self._nic = None
        if self._lan is None:
            return
        try:
            self._lan.active(False)
        except OSError:
            pass  # the chip does not answer any more

    def _open(self):
        if self._lan is None:
            try:
                self._lan = _driver()
            except (OSError, RuntimeError) as error:
                # The chip is asked for its version here: none is fitted, or SPI says garbage. What
                # a failed start leaves in the driver makes later ones fail in other ways.
                self.cause = "W5500: " + str(error)
                self.code = 0
                self._turn = _IDLE
                return FAILED
        _connectwith.link_watch()
        self._lan.active(False)
        self._turn = _START
        return 0

    def _start(self):
        if _connectwith.link_state(1) & LINK_UP:
            return 0  # the event of the old link's end is still on its way
        static = self._nic.get("staticconfig")
        if static is None:
            self._lan.ipconfig(dhcp4=True)
        else:
            # The driver takes one name server.
            self._lan.ifconfig(
                (static["ip"], static["netmask"], static["gateway"], static["dns"][0])
            )
        self._losses = _connectwith.link_state(1) >> LOSSES_SHIFT
        try:
            self._lan.active(True)
        except OSError as error:
            self.cause = "W5500: " + str(error)
            self.code = 0
            self._turn = _IDLE
            return FAILED
        self._turn = _STARTED
        return 1

    def _watch(self):
        state = _connectwith.link_state(1)
        if state & HAS_ADDRESS:
            if not self._was_up:
                self._was_up = True
                self._losses = state >> LOSSES_SHIFT
            elif state >> LOSSES_SHIFT != self._losses:
                return 1  # the cable was out in between
            return UP
        return 2 if state & LINK_UP else 1


def _driver():
    """The one `network.LAN` of this board."""
    import network
    from machine import SPI, Pin

    board = Pin.board
    # 2 is SPI3_HOST; the chips with one free bus (C3, C6) have SPI2_HOST as 1.
    bus = 1 if not hasattr(board, "W5500_SPI") else board.W5500_SPI
    spi = SPI(
        bus,
        baudrate=20000000,
        sck=board.W5500_SCK,
        mosi=board.W5500_MOSI,
        miso=board.W5500_MISO,
    )
    # The address is nominal: the W5500's PHY is inside the chip.
    return network.LAN(
        phy_type=network.PHY_W5500,
        phy_addr=0,
        spi=spi,
        cs=board.W5500_CS,
        int=board.W5500_INT,
        reset=getattr(board, "W5500_RST", None),
    )
