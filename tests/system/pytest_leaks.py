# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""An attempt that failed, was replaced or was ended leaves nothing behind."""

import pytest
from cellular import cell, expect_off
from holdings import assert_nothing_left, held

HOSTILE = [
    "mute-tcp", "mute-mqtt", "other-host", "expired", "reset", "close", "noise-tcp", "noise-64k",
    "connack-5", "half-connack",
]  # fmt: skip
ROUNDS = 6
FEW = 3  # rounds of what takes long: a handle lost in one of them shows in a count
PIN = "83920174"


def _hostile_round(device, world, timeout_s):
    for kind in HOSTILE:
        device.use_broker(world.peer(kind).url)
        assert device.connect(device.ethernet(), timeout=timeout_s) == 4
        world.restore()
    device.use_broker(world.broker.url)
    assert device.connect(device.ethernet()) == 5


def test_hostile_servers_leave_nothing(device, world, board):
    # Enough time to get to the server on this machine.
    assert device.connect(device.ethernet()) == 5
    assert device.connect(device.ethernet()) == 5
    timeout_s = max(1.5, 8 * device.last_attempt()["ms"] / 1000)
    _hostile_round(device, world, timeout_s)  # fills caches and starts the worker
    before = held(device, board)
    for _ in range(ROUNDS):
        _hostile_round(device, world, timeout_s)
    assert_nothing_left(before, held(device, board))


def test_abandoned_attempts_leave_nothing(device, world, board):
    device.use_broker(world.peer("mute-tcp").url)

    def abandon(times):
        # From before the first step to deep in the handshake.
        for wait_ms in range(0, times * 10, 10):
            device.start(device.ethernet(), timeout=5)
            device.repl.run(f"time.sleep_ms({wait_ms})\nserver.disconnect()")
        assert device.calls() == []

    abandon(30)
    before = held(device, board)
    abandon(30)
    assert_nothing_left(before, held(device, board))


def test_soft_reset_in_the_middle_leaves_nothing(device, world, board):
    def interrupt(times):
        for wait_ms in range(0, times * 25, 25):
            device.prepare()
            device.start(device.ethernet(), timeout=5)
            device.repl.run(f"time.sleep_ms({wait_ms})")
            device.repl.soft_reset()
        device.prepare()
        assert device.connect(device.ethernet()) == 5

    interrupt(10)
    before = held(device, board)
    interrupt(10)
    assert_nothing_left(before, held(device, board))


def _level(device, board, one_round, rounds=FEW):
    """Memory and handles after one round, which makes the lasting ones, equal those after more."""
    one_round()
    before = held(device, board)
    for _ in range(rounds):
        one_round()
    assert_nothing_left(before, held(device, board))


@pytest.mark.parametrize("link", ["wl0", "eth0"])
def test_connects_good_and_failed_leave_nothing(link, device, world, board):
    def one_round():
        assert device.connect(device.nic(link)) == 5
        world.dns.nxdomain("nobody.test")
        device.use_broker("mqtts://nobody.test")
        assert device.connect(device.nic(link)) == 3
        device.use_broker(world.broker.url)

    _level(device, board, one_round)


def test_wifi_that_refuses_leaves_nothing(device, world, board):
    _level(device, board, lambda: device.connect(device.wifi(key="wrong key")))


def test_cellular_leaves_nothing(device, modem, board):
    def one_round():
        modem.sim("pin", pin=PIN)
        assert device.connect(cell(pin=PIN), timeout=60, limit_s=70) == 5
        device.repl.run("server.disconnect()")
        expect_off(modem)
        modem.deny()
        assert device.connect(cell(pin=PIN), timeout=60, limit_s=70) == 11
        modem.register()
        expect_off(modem)
        device.repl.run("time.sleep_ms(500)")

    _level(device, board, one_round)


def test_local_interfaces_scans_and_alarms_leave_nothing(device, world, board):
    device.repl.run(
        "import gc, network\n"
        "def local():\n"
        "    states = []\n"
        f"    here = imp.net.open({device.wifi()!r}, states.append)\n"
        "    until(lambda: states and states[-1] == 1)\n"
        "    udp = here.openudp(print, 1234)\n"
        "    assert states[-1] == 1\n"
        "def one_round():\n"
        "    local()\n"
        # A word on the stack may look like a pointer to the interface: one collection may miss it.
        "    assert until(lambda: gc.collect() or not network.WLAN(0).active())\n"
        "    imp.scanwifinetworks()\n"
        "    rung = []\n"
        "    for ms in range(10): imp.wakeup(ms / 1000, lambda: rung.append(ms))\n"
        "    assert until(lambda: len(rung) == 10)\n"
    )
    _level(device, board, lambda: device.repl.run("one_round()", timeout=60))


def test_settings_and_soft_resets_leave_nothing(device, world, board):
    def one_round():
        device.repl.run("imp.setuserconfiguration('some')\nimp.getuserconfiguration()")
        assert device.connect(device.wifi()) == 5
        device.repl.soft_reset()
        device.prepare()
        assert device.connect(device.ethernet()) == 5
        device.repl.soft_reset()
        device.prepare()

    _level(device, board, one_round)
