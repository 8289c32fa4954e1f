# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""An interface that was up at a reset is down before the next attempt."""

import pytest
from cellular import SERVER_CONNECTED, cell, until

_HERE = "it knows who is on its networks"


def _again(device):
    """A soft reset, through which the driver of every interface runs on."""
    device.repl.soft_reset()
    device.prepare()


def _clients(network):
    return network.cable.counters["clients"]


@pytest.mark.virtual(_HERE)
def test_wifi_of_before_a_soft_reset(device, world):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    _again(device)
    assert _clients(world.wifi["home"]) == 1, "a soft reset does not end it"
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    until(lambda: _clients(world.wifi["home"]) == 0, "it has left")
    assert device.repl.value("__import__('network').WLAN(0).active()") is False


@pytest.mark.virtual(_HERE)
def test_ethernet_of_before_a_soft_reset(device, world):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    _again(device)
    assert _clients(world.ethernet) == 1
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    until(lambda: _clients(world.ethernet) == 0, "it has left")


@pytest.mark.virtual(_HERE)
def test_wifi_that_another_program_has_up_is_its_own(device, world):
    """The firmware had powered it down before the reset, so it belongs to the user's program."""
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    device.repl.run("server.disconnect()\nsettle(300)")
    _again(device)
    home = world.wifi["home"]
    device.repl.run(
        "import network\nw = network.WLAN(0)\nw.active(True)\n"
        f"w.connect({home.ssid!r}, {home.key!r})\nuntil(w.isconnected)"
    )
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert device.repl.value("w.isconnected()") is True


@pytest.mark.virtual("a modem in a call")
def test_a_modem_in_a_call_before_a_soft_reset(device, world, modem):
    assert device.connect(cell(), timeout=60) == SERVER_CONNECTED
    _again(device)
    assert modem.on
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    # The command came before the attempt began, not during it.
    assert not modem.on or modem.commands[-1] == "AT+CPOF"
    until(lambda: modem.state == "off", "the modem is off")
    assert device.repl.value("server.isconnected()") is True


@pytest.mark.virtual("a modem in a call")
def test_a_modem_in_a_call_before_the_microcontroller_was_reset(device, world, modem):
    assert device.connect(cell(), timeout=60) == SERVER_CONNECTED
    device.reboot()
    assert modem.on
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    until(lambda: modem.state == "off", "the modem is off")
    assert device.repl.value("server.isconnected()") is True


@pytest.mark.virtual("a modem that is off")
def test_a_modem_that_is_off_is_left_alone(device, world, modem):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    device.repl.run("settle(3000)")
    assert modem.presses == [] and modem.state == "off" and modem.commands == []
    assert device.repl.value("server.isconnected()") is True


@pytest.mark.virtual("a modem in a call")
def test_cellular_after_a_soft_reset_takes_the_modem_as_it_is(device, world, modem):
    assert device.connect(cell(), timeout=60) == SERVER_CONNECTED
    presses = list(modem.presses)
    _again(device)
    assert device.connect(cell(), timeout=60) == SERVER_CONNECTED
    assert modem.presses == presses
