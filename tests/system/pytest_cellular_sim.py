# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The PIN of a SIM: tried once, only while that is safe, and never shown."""

from cellular import SERVER_CONNECTED, SIM_ERROR, cell, expect_off

RIGHT = "83920174"
WRONG = "55516660"
OTHER = "77718880"


def fails(device, modem, nic, timeout=60):
    assert device.connect(nic, timeout=timeout, limit_s=70) == SIM_ERROR
    report = device.last_attempt()
    for pin in (RIGHT, WRONG, OTHER):
        assert pin not in repr(report)
    expect_off(modem)
    return report


def test_a_wrong_pin_is_tried_once_for_ever(device, modem):
    modem.sim("pin", pin=RIGHT)
    modem.power_on()
    report = fails(device, modem, cell(pin=WRONG))
    assert modem.pin_tries == [WRONG]
    assert report["pintries"] == 2
    assert "AT+CPIN=***" in repr(report["at"])
    # Not with the next attempt, not after a soft reset, not after a hard one.
    fails(device, modem, cell(pin=WRONG))
    device.repl.soft_reset()
    device.prepare()
    fails(device, modem, cell(pin=WRONG))
    device.reboot()
    fails(device, modem, cell(pin=WRONG))
    assert modem.pin_tries == [WRONG]
    # Another PIN is tried, and the right one opens the SIM.
    assert device.connect(cell(pin=RIGHT), timeout=60, limit_s=70) == SERVER_CONNECTED
    assert modem.pin_tries == [WRONG, RIGHT]


def test_the_last_try_is_left_to_a_person(device, modem):
    modem.sim("pin", pin=RIGHT, tries=1)
    modem.power_on()
    report = fails(device, modem, cell(pin=RIGHT))
    assert modem.pin_tries == []
    assert report["pintries"] == 1


def test_two_tries_are_enough(device, modem):
    modem.sim("pin", pin=RIGHT, tries=2)
    modem.power_on()
    assert device.connect(cell(pin=RIGHT), timeout=60, limit_s=70) == SERVER_CONNECTED
    assert modem.pin_tries == [RIGHT]


def test_a_modem_that_hides_the_tries_gets_no_pin(device, modem):
    modem.sim("pin", pin=RIGHT)
    modem.answer("AT+SPIC", ["ERROR"])
    modem.power_on()
    fails(device, modem, cell(pin=RIGHT), timeout=8)
    assert modem.pin_tries == []


def test_a_busy_sim_does_not_make_a_good_pin_a_wrong_one(device, modem):
    modem.sim("pin", pin=RIGHT)
    modem.answer("AT+CPIN=", ["+CME ERROR: 14"])
    modem.power_on()
    report = fails(device, modem, cell(pin=RIGHT), timeout=8)
    assert report["cause"] == "SIM: PIN required: +CME ERROR: 14"
    assert device.connect(cell(pin=RIGHT), timeout=8) == SIM_ERROR
    modem.answer("AT+CPIN=", None)
    assert device.connect(cell(pin=RIGHT), timeout=60, limit_s=70) == SERVER_CONNECTED
    assert modem.pin_tries == [RIGHT]


def test_a_pin_for_a_sim_that_asks_for_none(device, modem):
    modem.warm()
    assert device.connect(cell(pin=RIGHT), timeout=60, limit_s=70) == SERVER_CONNECTED
    assert modem.pin_tries == []
