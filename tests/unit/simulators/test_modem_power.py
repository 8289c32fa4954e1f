# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The modem's power key, STATUS pin, start and stop."""

import pytest
from modem_desk import Desk, warm


def lines(text: bytes) -> list[str]:
    return [line for line in text.decode().split("\r\n") if line]


def test_a_start_takes_its_time_and_says_so():
    desk = Desk()
    desk.press(0.5)
    assert desk.sleep(10.5) == b""
    assert lines(desk.sleep(0.2)) == ["RDY"]
    assert lines(desk.sleep(1)) == ["+CPIN: READY"]
    assert lines(desk.sleep(2)) == ["SMS DONE"]
    assert lines(desk.sleep(1)) == ["PB DONE"]
    assert desk.status == []
    desk.sleep(1)
    assert desk.status == [True]
    assert desk.modem.presses == [0.5]


@pytest.mark.parametrize("seconds, starts", [(0.09, False), (0.1, True), (3.0, True)])
def test_shortest_pulse_that_starts(seconds, starts):
    desk = Desk()
    desk.press(seconds)
    assert (b"RDY" in desk.sleep(30)) == starts
    assert desk.modem.state == ("on" if starts else "off")


@pytest.mark.parametrize("seconds, stops", [(0.5, False), (2.49, False), (2.5, True)])
def test_shortest_pulse_that_stops(seconds, stops):
    desk = warm()
    desk.press(seconds)
    assert desk.modem.state == ("stopping" if stops else "on")


def test_nothing_is_heard_before_rdy():
    desk = Desk()
    desk.press(0.5)
    desk.sleep(5)
    assert desk.at("AT") == ""
    assert desk.modem.commands == []


def test_a_second_press_while_it_starts_is_ignored():
    desk = Desk()
    desk.press(0.5)
    desk.sleep(3)
    desk.press(3.0)
    desk.sleep(30)
    assert desk.modem.state == "on"


def test_one_long_press_starts_and_does_not_stop():
    desk = Desk()
    desk.press(20.0)
    desk.sleep(10)
    assert desk.modem.state == "on"


def test_a_stop_is_not_at_once():
    desk = warm()
    assert desk.status == [True]
    desk.press(3.0)
    assert desk.at("AT") == "OK"
    assert desk.at("AT+CREG?") == "+CREG: 0,0|OK"
    desk.sleep(13)
    assert desk.at("AT") == ""
    assert desk.status == []
    desk.sleep(11)
    assert desk.status == [False]
    assert desk.modem.state == "off"


def test_a_start_pulse_within_the_stop_is_lost():
    desk = warm()
    desk.press(3.0)
    desk.sleep(20)
    desk.press(0.5)
    assert desk.sleep(40) == b""
    assert desk.modem.state == "off"
    desk.press(0.5)
    assert b"RDY" in desk.sleep(40)


def test_power_off_by_command():
    desk = warm()
    assert desk.at("AT+CPOF") == "OK"
    assert desk.modem.state == "stopping"
    desk.sleep(26)
    assert desk.modem.state == "off"


@pytest.mark.parametrize("command", ["AT+CRESET", "AT+CFUN=6", "AT+CFUN=1,1"])
def test_reset_by_command(command):
    desk = warm()
    assert desk.at(command) == "OK"
    assert desk.modem.state == "starting"
    assert lines(desk.sleep(30))[0] == "RDY"


def test_a_reboot_forgets_settings_and_keeps_contexts():
    desk = warm()
    desk.at('AT+CGDCONT=1,"IP","internet"')
    desk.at("AT+CREG=1")
    desk.at("AT+IPR=9600")
    assert desk.modem.rate == 9600
    desk.controls.reboot()
    desk.sleep(30)
    assert desk.modem.rate == 115200
    assert desk.at("AT+CREG?") == "+CREG: 0,1|OK"
    assert '1,"IP","internet"' in desk.at("AT+CGDCONT?")


def test_the_echo_is_on_after_a_start():
    desk = Desk()
    desk.modem.power_on()
    desk.hear(b"AT\r")
    assert desk.sleep(1).startswith(b"AT\r\r\nOK\r\n")


def test_power_loss_in_the_middle_of_a_command():
    desk = warm()
    desk.hear(b"AT+CSQ\r")
    desk.controls.power_off()
    assert desk.sleep(60) == b""
    assert desk.status[-1] is False


def test_scale():
    desk = Desk(scale=0.01)
    desk.press(0.1)
    assert b"PB DONE" in desk.sleep(0.16)
    desk.sleep(0.2)
    assert desk.status == [True]
    desk.press(0.5)
    assert desk.modem.state == "on", "what the board does is not scaled"


def test_restore():
    desk = warm()
    desk.at("AT+FOO")
    desk.controls.sim("removed", "1234", 0)
    desk.controls.restore()
    assert desk.controls.seen()["unknown"] == [] == desk.controls.seen()["commands"]
    assert desk.modem.state == "off"
    desk.modem.warm()
    desk.sleep(0)
    assert desk.at("AT+CPIN?").endswith("+CPIN: READY|OK")


def test_a_press_that_is_told_late_counts_as_long_as_it_was():
    desk = Desk()
    pressed = desk.now
    desk.sleep(10)
    desk.modem.key(pressed, True)
    desk.modem.key(pressed + 0.5, False)
    assert desk.modem.state == "starting"
    desk.sleep(30)
    pressed = desk.now
    desk.sleep(0.1)
    desk.modem.key(pressed, True)
    desk.modem.key(pressed + 2.4, False)
    assert desk.sleep(10) == b""
    assert desk.modem.state == "on"


def test_time_never_runs_backwards():
    desk = Desk()
    desk.modem.key(desk.now, True)
    desk.sleep(0.2)
    desk.modem.key(desk.now - 0.1, False)  # told late
    assert desk.modem.presses == [pytest.approx(0.1)]
    assert b"RDY" in desk.sleep(20)
