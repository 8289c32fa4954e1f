# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The modem's state for a display."""

import pytest
from bench.modem.view import look
from modem_desk import Desk, warm


def test_through_a_life():
    desk = Desk()
    assert look(desk.modem) == ("off", False, "ready", "none", 99, None)
    desk.press(0.5)
    assert look(desk.modem).state == "starting"
    desk.sleep(12)
    assert look(desk.modem) == ("on", False, "ready", "searching", 20, None)
    desk.sleep(10)
    assert look(desk.modem).registration == "registered"
    desk.at('AT+CGDCONT=1,"IP","internet"')
    desk.at("ATD*99#")
    assert look(desk.modem) == ("on", True, "ready", "registered", 20, "internet")
    desk.sleep(1)
    desk.hear(b"+++")
    desk.sleep(1)
    assert look(desk.modem) == ("on", False, "ready", "registered", 20, "internet")
    desk.at("ATH")
    assert look(desk.modem).apn is None
    desk.at("AT+CFUN=4")
    assert look(desk.modem) == ("on", False, "ready", "none", 99, None)
    desk.at("AT+CPOF", 0.1)
    assert look(desk.modem).state == "stopping"
    desk.sleep(30)
    assert look(desk.modem).state == "off"


def test_the_card():
    desk = Desk()
    desk.controls.sim("pin", "1234", 3)
    desk.modem.power_on()
    assert look(desk.modem)[2:4] == ("pin", "none")
    desk.at('AT+CPIN="1234"')
    desk.sleep(10)
    assert look(desk.modem)[2:4] == ("ready", "registered")
    desk.controls.sim("removed", "1234", 3)
    assert look(desk.modem)[2:4] == ("removed", "none")


@pytest.mark.parametrize(
    "domain, stat, word",
    [("all", 1, "registered"), ("all", 5, "roaming"), ("all", 9, "registered"),
     ("all", 10, "roaming"), ("all", 2, "searching"), ("all", 3, "denied"), ("all", 0, "none"),
     ("all", 4, "none"), ("all", 6, "no data"), ("cereg", 3, "registered")],
)  # fmt: skip
def test_registration(domain, stat, word):
    desk = warm()
    desk.controls.register(domain, stat)
    assert look(desk.modem).registration == word


def test_a_network_for_calls_only():
    desk = warm()
    for domain in ("cgreg", "cereg"):
        desk.controls.register(domain, 3)
    assert look(desk.modem).registration == "no data"
