# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The W5500 as a chip: off while its link is stopped, reset, locked up, missing.

The virtual board's chip loses its registers in reset, and with them its address and the socket
that takes frames: a link that forgets to set it up again gets no lease.
"""

import fnmatch
import os
import signal

import pytest
from holdings import assert_nothing_left, held

SERVER_CONNECTED, NO_LINK = 5, 1
RESET_PIN = 13  # W5500_RST in boards/VIRTUAL/pins.csv

# What SPI reads from VERSIONR. The simulated bus needs no chip select.
READ_VERSION = """
from machine import Pin, SPI
def version():
    b = Pin.board
    spi = SPI(1, sck=b.W5500_SCK, mosi=b.W5500_MOSI, miso=b.W5500_MISO)
    answer = bytearray(4)
    spi.write_readinto(b'\\x00\\x39\\x00\\x00', answer)
    return answer[3]
"""

# A silent server is noticed in seconds.
QUICK_LOSS = """
from connectwith import connection
client = connection.get().session.mqtt
client.watch_path(700, 1000)
connection.get().schedule_step()  # the present step waits for the usual keepalive
"""

# Runs while the chip does not answer yet; what waits for it is somebody else's.
SET_UP = """
import _connectwith
def is_being_set_up(looks=5000):
    while _connectwith.ethernet_state() != 1 and looks:
        looks -= 1
        time.sleep_ms(1)
    return looks > 0
"""

# This board with some of its pins left out.
WITHOUT = """
import machine, sys
class Board: pass
for name in dir(machine.Pin.board):
    if name not in {names!r}: setattr(Board, name, getattr(machine.Pin.board, name))
class Pin:
    board, OUT = Board, machine.Pin.OUT
class Machine:
    def __init__(self, real): self.real = real
    def __getattr__(self, name): return getattr(self.real, name)
Machine.Pin = Pin
sys.modules['machine'] = Machine(machine)
"""


def _reset_levels(world):
    """What the board has done to RSTn, as the bench has seen it."""
    events = [e for e in world.netsim.events if fnmatch.fnmatchcase(e, f"gpio * {RESET_PIN} ?")]
    return [int(event[-1]) for event in events]


def _mac(device):
    return device.repl.value("__import__('connectwith.links').links.get(1).info()['mac']")


def test_off_while_stopped_and_back_with_its_address(device, world):
    device.repl.run(READ_VERSION)
    assert device.repl.value("version()") == 4, "nobody has touched it: it runs"
    seen = len(_reset_levels(world))
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    mac = _mac(device)
    assert len(mac) == 6 and any(mac)
    assert _reset_levels(world)[seen:] == [0, 1], "reset before use, and not since"

    mark = len(world.netsim.events)
    device.repl.run("server.disconnect()\nsettle()")
    world.netsim.wait_event("left *", since=mark)
    world.netsim.wait_event(f"gpio * {RESET_PIN} 0", since=mark)
    assert _reset_levels(world)[seen:] == [0, 1, 0], "held in reset"
    assert device.repl.value("version()") == 0xFF, "nobody drives MISO"

    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert _mac(device) == mac
    assert _reset_levels(world)[seen:] == [0, 1, 0, 1]


def test_locked_up_during_a_connection(device, world):
    """Its silence is a loss, and the retry after that begins with a reset."""
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    mac = _mac(device)
    device.repl.run(QUICK_LOSS)
    world.ethernet.lock_up()
    assert device.repl.value("until(lambda: not server.isconnected(), 20000)", timeout=30)
    assert device.repl.value("imp.diag.counters()")["lastloss"] == "no answer to PINGREQ"
    assert device.repl.value("until(server.isconnected, 20000)", timeout=30)
    assert _mac(device) == mac
    assert device.repl.value("server.log('again')") == 0
    assert device.connect(device.ethernet()) == SERVER_CONNECTED


def test_locked_up_before_an_attempt_and_during_one(device, world):
    world.ethernet.lock_up()
    assert device.connect(device.ethernet()) == SERVER_CONNECTED, (
        "each attempt begins with a reset"
    )
    device.repl.run("server.disconnect()\nsettle()")
    world.ethernet.link_ms(3000)
    seen = len(world.netsim.events)
    device.start(device.ethernet(), timeout=5)
    world.netsim.wait_event("reset *", since=seen)
    device.repl.run("time.sleep_ms(300)")
    world.ethernet.lock_up()
    assert device.wait(2)[-1][1] == NO_LINK
    world.ethernet.link_ms(100)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED


@pytest.fixture
def chip_takes_its_time(world):
    """Has the process that answers for the chip stand still, or go on."""

    def set_(slow):
        os.kill(world.netsim.pid, signal.SIGSTOP if slow else signal.SIGCONT)

    yield set_
    set_(False)


@pytest.mark.parametrize("given_up", [False, True], ids=["waited for", "given up"])
def test_user_code_runs_while_the_chip_is_set_up(device, chip_takes_its_time, given_up):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    device.repl.run(SET_UP + "server.disconnect()\nsettle()")
    chip_takes_its_time(True)
    device.start(device.ethernet())
    assert device.repl.value("is_being_set_up()")
    if given_up:
        device.repl.run("server.disconnect()")
        device.start(device.ethernet())
        device.repl.run("settle(100)")
        assert device.repl.value("is_being_set_up()")
    chip_takes_its_time(False)
    assert [call[1] for call in device.wait(2)] == [SERVER_CONNECTED] * 2


def test_without_a_reset_pin_a_locked_chip_has_no_link(device, world):
    device.repl.run(WITHOUT.format(names=["W5500_RST"]))
    seen = len(_reset_levels(world))
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    device.repl.run("server.disconnect()\nsettle()")
    assert _reset_levels(world)[seen:] == []
    world.ethernet.lock_up()
    assert device.connect(device.ethernet()) == NO_LINK
    assert "W5500" in device.last_attempt()["cause"]
    world.restore()
    assert device.connect(device.ethernet()) == SERVER_CONNECTED


def test_without_an_interrupt_pin_the_nic_is_refused(device):
    device.repl.run(WITHOUT.format(names=["W5500_INT"]))
    out = device.repl.run(
        "try: attempt({'interface': 'eth0'})\nexcept ValueError as error: print(error)"
    )
    assert out.strip() == "interface: network.LAN needs W5500_INT, which pins.csv does not name"
    assert device.calls() == []


def test_no_chip_leaves_nothing_behind(device, world, board):
    """More failures than the bus can have devices; then a chip is there after all."""
    world.ethernet.remove_chip()
    assert device.connect(device.ethernet()) == NO_LINK
    assert device.last_attempt()["cause"] == "W5500: no answer 255"
    before = held(device, board)
    for _ in range(10):
        assert device.connect(device.ethernet()) == NO_LINK
    assert_nothing_left(before, held(device, board))
    world.ethernet.fit_chip()
    assert device.connect(device.ethernet()) == SERVER_CONNECTED


def test_soft_reset_finds_the_driver_again(device, world):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    mac = _mac(device)
    device.repl.soft_reset()
    device.prepare()
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert _mac(device) == mac


def test_fifty_times_on_and_off_leave_nothing(device, world, board):
    def cycle(times):
        for index in range(times):
            if index % 10 == 9:
                world.ethernet.lock_up()
            device.repl.run(
                f"before = len(calls)\nattempt({device.ethernet()!r})\nwait(before + 1)\n"
                "result = calls[-1][1]\nserver.disconnect()",
                timeout=30,
            )
            assert device.repl.value("result") == SERVER_CONNECTED

    cycle(10)
    before = held(device, board)
    cycle(50)
    assert_nothing_left(before, held(device, board))
