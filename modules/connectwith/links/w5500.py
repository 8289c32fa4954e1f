# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Ethernet: `network.LAN` with a W5500 on SPI, or with the controller of an emulator.

`network.LAN` is a single instance that cannot be removed. Its `active()` can neither start a chip
that has lost its registers nor stop one that does not answer. So this file uses the object only
for the address. `_connectwith` starts and stops the driver.

If pins.csv names `W5500_RST`, or `W5500_PWR` (high: on), the chip is off while the link is
stopped. Any other chip keeps its power and is reset by software. The driver of ESP-IDF 5.2 cannot
be set up twice, so there no chip is reset after the driver was installed.

`LAN.status()` confuses the events of Wi-Fi with its own, as both count from 0. So the state is
that of `_connectwith.link_state()`."""

import time

import _connectwith
from micropython import const

from connectwith import links, results
from connectwith.links import retry_limits

_CLASS = const(1)  # _connectwith.LINK_ETHERNET

# Stages, as in _connectwith.STAGE_...
_HARDWARE = const(0)
_LINK = const(1)
_ADDRESS = const(2)

# The state, that is, what the next poll does.
_IDLE = const(0)
_OPEN = const(1)
_RESET = const(2)
_BOOT = const(3)
_STARTING = const(4)
_STARTED = const(5)

_BUSY = const(1)  # a value of _connectwith.ethernet_state()

# W5500 data sheet, reset timing: RSTn is low for at least 0.5 ms, then the PLL locks within 1 ms.
# Some chips do not return their version at once. ESP-IDF's esp_eth_mac_w5500.c tries for 100 ms.
_RESET_MS = const(2)
_POWER_MS = const(100)  # as long as network.LAN waits for its power pin
_BOOT_MS = const(2)
_ANSWER_MS = const(100)

# A read of VERSIONR: address, control phase, a byte for the answer (sections 2.2 and 4.1).
_READ_VERSION = const(b"\x00\x39\x00\x00")
_VERSION = const(4)


def fitted():
    """Whether this board has Ethernet. ValueError: a W5500 that the driver cannot use."""
    import network
    from machine import Pin

    if not hasattr(Pin.board, "W5500_CS"):
        return hasattr(network, "PHY_OPENETH")
    if not hasattr(Pin.board, "W5500_INT"):
        raise ValueError("interface: network.LAN needs W5500_INT, which pins.csv does not name")
    return True


class W5500:
    """See `connectwith.links`."""

    def __init__(self):
        self._lan = None
        self._nic = None
        self._state = _IDLE
        self._since_ms = 0
        self._answer = bytearray(4)
        self._losses = 0
        self._dhcp = retry_limits.Dhcp()
        self._was_up = False
        self.result = results.NO_LINK
        self.cause = ""
        self.code = self.faults = 0

    def start(self, nic, limits=None):
        self._nic = nic
        self.cause = ""
        self._was_up = False
        self._state = _OPEN
        _connectwith.link_used(_CLASS, True)

    def poll(self):
        state = self._state
        if state == _STARTED:
            return self._watch()
        if state == _STARTING:
            return self._set_up()
        if state == _OPEN:
            return self._open()
        if state == _RESET:
            return self._release()
        if state == _BOOT:
            return self._boot()
        return links.FAILED

    def addresses(self):
        """Address, netmask and gateway, when UP."""
        return self._lan.ifconfig()[:3]

    def info(self):
        return {"mac": self._lan.config("mac")}

    def stop(self):
        self._state = _IDLE
        self._nic = None
        _connectwith.link_used(_CLASS, False)
        _connectwith.ethernet_stop()
        if _connectwith.ethernet_may_reset():
            _drive("W5500_RST", 0)
            _drive("W5500_PWR", 0)

    def _open(self):
        _connectwith.link_watch(_CLASS)
        _connectwith.ethernet_stop()  # a soft reset leaves it running
        if _connectwith.ethernet_may_reset():
            _drive("W5500_RST", 0)
        _drive("W5500_PWR", 1)
        self._next(_RESET)
        return _HARDWARE

    def _release(self):
        from machine import Pin

        wait_ms = _POWER_MS if hasattr(Pin.board, "W5500_PWR") else _RESET_MS
        if self._waited_ms() >= wait_ms:
            _drive("W5500_RST", 1)
            self._next(_BOOT)
        return _HARDWARE

    def _boot(self):
        if self._waited_ms() < _BOOT_MS or _connectwith.link_state(_CLASS) & links.LINK_UP:
            return _HARDWARE  # the event of the old link's end may not be delivered yet
        if _connectwith.ethernet_state() == _BUSY:
            return _HARDWARE  # with the start of an attempt that was ended
        if self._lan is None and not _connectwith.ethernet_installed() and not self._answers():
            if self._waited_ms() < _ANSWER_MS:
                return _HARDWARE
            return self._fail("no answer", self._answer[3])
        try:
            self._start()
        except (OSError, RuntimeError) as error:
            return self._fail(str(error), 0)
        return self._set_up()

    def _set_up(self):
        state = _connectwith.ethernet_state()
        if state == _BUSY:
            return _HARDWARE
        if state < 0:
            return self._fail("no answer", 0)
        self._state = _STARTED
        return self._watch()

    def _next(self, state):
        self._state = state
        self._since_ms = time.ticks_ms()

    def _waited_ms(self):
        return time.ticks_diff(time.ticks_ms(), self._since_ms)

    def _fail(self, cause, code):
        self.cause = "W5500: " + cause
        self.code = code
        self._state = _IDLE
        return links.FAILED

    def _answers(self):
        """Whether a W5500 answers. If none does, network.LAN must not be made: it would leave an
        interface, a task and one of the few devices of the SPI bus.

        Must not be called after the driver was installed, which would lose CS."""
        from machine import Pin

        if not hasattr(Pin.board, "W5500_CS"):
            return True
        spi = _bus()
        cs = Pin.board.W5500_CS
        cs.init(Pin.OUT, value=1)
        cs(0)
        spi.write_readinto(_READ_VERSION, self._answer)
        cs(1)
        return self._answer[3] == _VERSION

    def _start(self):
        import network

        if self._lan is None:
            self._lan = _driver()
        static = self._nic.get("staticconfig")
        if static is None:
            self._lan.ipconfig(dhcp4=True)
        else:
            self._lan.ifconfig(
                (static["ip"], static["netmask"], static["gateway"], static["dns"][0])
            )
            for server in static["dns"][1:]:  # ifconfig() takes one name server
                _connectwith.dns_second(server)
        self._losses = _connectwith.link_state(_CLASS) >> links.LOSSES_SHIFT
        _connectwith.ethernet_start(network.hostname())
        self._state = _STARTING

    def _watch(self):
        state = _connectwith.link_state(_CLASS)
        if state & links.HAS_ADDRESS:
            if not self._was_up:
                self._was_up = True
                self._losses = state >> links.LOSSES_SHIFT
            elif state >> links.LOSSES_SHIFT != self._losses:
                return _LINK  # the cable was unplugged meanwhile
            return links.UP
        if not state & links.LINK_UP:
            self._dhcp.reset()
            return _LINK
        if self._nic.get("staticconfig") is None:
            self._dhcp.renew(self._lan)
        return _ADDRESS


def _drive(name, level):
    """Drives a pin of the chip, if pins.csv names it."""
    from machine import Pin

    pin = getattr(Pin.board, name, None)
    if pin is not None:
        pin.init(Pin.OUT, value=level)


def _bus():
    from machine import SPI, Pin

    board = Pin.board
    # 1 is SPI2_HOST, which every chip has. network.LAN sets its own clock.
    return SPI(1, sck=board.W5500_SCK, mosi=board.W5500_MOSI, miso=board.W5500_MISO)


def _driver():
    """The one `network.LAN` of this board."""
    import network
    from machine import Pin

    board = Pin.board
    if not hasattr(board, "W5500_CS"):
        # Not every firmware and version of MicroPython has it: see fitted().
        return network.LAN(0, phy_type=getattr(network, "PHY_OPENETH"), phy_addr=0)
    # The PHY address is not used, as the PHY is inside the chip. The reset pin is not passed to
    # the driver, which would hold it low for 0.1 ms only.
    return network.LAN(
        phy_type=network.PHY_W5500, phy_addr=0, spi=_bus(), cs=board.W5500_CS, int=board.W5500_INT
    )
