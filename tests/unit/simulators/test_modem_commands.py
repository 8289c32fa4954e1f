# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""AT commands, their replies and errors."""

import pytest
from bench.modem.scene import PUK
from modem_desk import Desk, warm


def test_framing_and_echo():
    desk = Desk()
    desk.modem.warm()
    desk.hear(b"AT\r")
    assert desk.sleep(0) == b"AT\r", "the echo comes at once"
    assert desk.sleep(1) == b"\r\nOK\r\n"
    desk.hear(b"ATE0\r")
    assert desk.sleep(1) == b"ATE0\r\r\nOK\r\n"
    desk.hear(b"\nAT\r\n")
    assert desk.sleep(1) == b"\r\nOK\r\n"


def test_one_byte_at_a_time():
    desk = warm()
    for byte in b"AT+CSQ\r":
        desk.hear(bytes((byte,)))
        assert desk.sleep(0.001) == b""
    assert desk.sleep(1) == b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"


def test_no_answer_without_a_carriage_return():
    desk = warm()
    desk.hear(b"AT\n")
    assert desk.sleep(100) == b""


@pytest.mark.parametrize(
    "command, reply",
    [
        ("AT", "OK"),
        ("at+csq", "+CSQ: 20,99|OK"),
        ("noise AT", "OK"),
        ("AT+CSQ;+CREG?;+CFUN?", "+CSQ: 20,99|+CREG: 0,1|+CFUN: 1|OK"),
        ("ATE0V1&D0+CMEE=1;+CSQ", "+CSQ: 20,99|OK"),
        ("AT+CGMR", "+CGMR: LE20B03SIM7600M22|OK"),
        ("AT+CGMM", "SIMCOM_SIM7600G-H|OK"),
        ("AT+COPS?", '+COPS: 0,0,"Testnet",7|OK'),
        ("AT+CGACT?", "+CGACT: 1,1|+CGACT: 6,0|OK"),
        ("AT+CGPADDR=1", "+CGPADDR: 1,10.0.200.15|OK"),
        ("AT+SPIC", "+SPIC: 3,10,0,10|OK"),
        ("AT+CPIN?", "+CPIN: READY|OK"),
        ('AT+CLCK="SC",2', "+CLCK: 0|OK"),
        ("AT+IPR?", "+IPR: 115200|OK"),
        ("AT+IFC?", "+IFC: 0,0|OK"),
        ("ATS0?", "000|OK"),
        ("ATH", "OK"),
        ("ATO", "NO CARRIER"),
        ("ATV0", "ERROR"),
        ("AT+CREG=3", "+CME ERROR: 50"),
        ("AT+CPIN=1234", "+CME ERROR: 3"),
        ("AT+IPR=0", "ERROR"),
        ("AT+CGDCONT=25", "+CME ERROR: 50"),
        ("AT+CGACT=1,9", "+CME ERROR: 50"),
    ],
)
def test_replies(command, reply):
    desk = warm()
    assert desk.at(command) == reply
    assert desk.modem.unknown == []


@pytest.mark.parametrize("command", ["AT+FOO", "AT+CSQ?", "AT+CREG=?", "ATK", "ATD123;", "AT$X"])
def test_what_is_not_known_is_an_error_and_is_recorded(command):
    desk = warm()
    assert desk.at(command) == "ERROR"
    assert desk.modem.unknown == [command]


def test_the_first_error_ends_a_chain():
    desk = warm()
    assert desk.at("AT+CSQ;+FOO;+CFUN?") == "+CSQ: 20,99|ERROR"


def test_limits_of_a_line():
    desk = warm()
    assert desk.at("AT" + "+CSQ;" * 39).endswith("OK")
    assert desk.at("AT" + "+CSQ;" * 40) == "ERROR"
    assert desk.at('AT+CGDCONT=1,"IP","' + "x" * (559 - 20) + '"') == "OK"
    assert desk.at('AT+CGDCONT=1,"IP","' + "x" * (560 - 20) + '"') == "ERROR"
    assert desk.at("AT" + "9" * 10000) == "ERROR"
    assert desk.at("AT") == "OK"


def test_forms_of_an_error():
    desk = warm()
    desk.controls.sim("removed", "1234", 3)
    desk.sleep(1)
    assert desk.at("AT+CPIN?") == "+CME ERROR: 10"
    desk.at("AT+CMEE=2")
    assert desk.at("AT+CPIN?") == "+CME ERROR: SIM not inserted"
    desk.at("AT+CMEE=0")
    assert desk.at("AT+CPIN?") == "ERROR"


def test_rate_changes_after_ok():
    desk = warm()
    desk.hear(b"AT+IPR=921600\r", 115200)
    assert desk.sleep(1) == b"\r\nOK\r\n"
    assert desk.modem.rate == 921600
    desk.hear(b"AT\r" * 8, 115200)
    assert b"OK" not in desk.sleep(1)
    desk.hear(b"\r", 921600)
    desk.sleep(1)
    desk.hear(b"AT\r", 921600)
    assert desk.sleep(1) == b"\r\nOK\r\n"
    assert desk.modem.unknown == [], "what another rate makes of a command is nobody's mistake"


@pytest.mark.parametrize(
    "state, answer",
    [("ready", "+CPIN: READY|OK"), ("pin", "+CPIN: SIM PIN|OK"), ("puk", "+CPIN: SIM PUK|OK"),
     ("removed", "+CME ERROR: 10"), ("failure", "+CME ERROR: 13"), ("busy", "+CME ERROR: 14")],
)  # fmt: skip
def test_states_of_the_card(state, answer):
    desk = Desk()
    desk.controls.sim(state, "1234", 3)
    desk.modem.power_on()
    desk.at("ATE0")
    assert desk.at("AT+CPIN?") == answer
    desk.sleep(10)
    assert desk.at("AT+CEREG?") == ("+CEREG: 0,1|OK" if state == "ready" else "+CEREG: 0,0|OK")


def test_a_card_is_busy_until_it_has_been_read():
    desk = Desk()
    desk.press(0.5)
    desk.sleep(11)
    desk.at("ATE0", 0.1)
    assert desk.at("AT+CPIN?", 0.1) == "+CME ERROR: 14"
    desk.sleep(1)
    assert desk.at("AT+CPIN?", 0.1) == "+CPIN: READY|OK"


def test_pin():
    desk = Desk()
    desk.controls.sim("pin", "2468", 3)
    desk.modem.power_on()
    desk.at("ATE0")
    assert desk.at('AT+CPIN="1111"') == "+CME ERROR: 16"
    assert desk.at("AT+SPIC") == "+SPIC: 2,10,0,10|OK"
    assert desk.at('AT+CPIN="2468"', 0.4) == "OK|+CPIN: READY"
    assert desk.at("AT+SPIC") == "+SPIC: 3,10,0,10|OK"
    assert desk.modem.pin_tries == ["1111", "2468"]
    desk.sleep(10)
    assert desk.at("AT+CEREG?") == "+CEREG: 0,1|OK"
    desk.modem.power_on()
    assert desk.at("AT+CPIN?").endswith("+CPIN: SIM PIN|OK"), "asked again in its next life"


def test_three_wrong_pins_block_the_card():
    desk = Desk()
    desk.controls.sim("pin", "2468", 3)
    desk.modem.power_on()
    desk.at("ATE0")
    for _ in range(3):
        assert desk.at("AT+CPIN=1111") == "+CME ERROR: 16"
    assert desk.at("AT+CPIN?") == "+CPIN: SIM PUK|OK"
    assert desk.at("AT+CPIN=2468") == "+CME ERROR: 3"
    assert desk.at("AT+CPIN=11111111,1234") == "+CME ERROR: 16"
    assert desk.at("AT+SPIC") == "+SPIC: 0,9,0,10|OK"
    assert desk.at(f"AT+CPIN={PUK},1234", 0.4) == "OK|+CPIN: READY"
    assert len(desk.modem.pin_tries) == 3


def test_registration_reports():
    desk = Desk()
    desk.modem.power_on()
    desk.at("ATE0")
    desk.at("AT+CREG=1;+CEREG=2")
    assert desk.at("AT+CREG?") == "+CREG: 1,2|OK"
    assert desk.sleep(5) == b'\r\n+CREG: 1\r\n\r\n+CEREG: 1,"1A2B","01C3D4",7\r\n'
    assert desk.at("AT+CEREG?") == '+CEREG: 2,1,"1A2B","01C3D4",7|OK'
    desk.controls.register("all", 3)
    assert desk.sleep(0) == b"\r\n+CREG: 3\r\n\r\n+CEREG: 3\r\n"
    desk.controls.register("cereg", 5)
    assert b"+CEREG: 5" in desk.sleep(0)
    assert desk.at("AT+CGREG?") == "+CGREG: 0,3|OK"


def test_airplane_mode():
    desk = warm()
    assert desk.at("AT+CFUN=4") == "OK"
    assert desk.at("AT+CEREG?") == "+CEREG: 0,0|OK"
    assert desk.at("AT+CPSI?") == "+CPSI: NO SERVICE,Low Power Mode|OK"
    assert desk.at("AT+CPIN?") == "+CPIN: READY|OK"
    assert desk.at("AT+CFUN=1") == "OK"
    assert desk.at("AT+CEREG?") == "+CEREG: 0,2|OK"
    desk.sleep(5)
    assert desk.at("AT+CEREG?") == "+CEREG: 0,1|OK"


def test_minimum_function_takes_the_card_away():
    desk = warm()
    assert desk.at("AT+CFUN=0") == "+SIMCARD: NOT AVAILABLE|OK"
    assert desk.at("AT+CPIN?") == "+CME ERROR: 10"
    assert desk.at('AT+CGDCONT=1,"IP","internet"') == "+CME ERROR: 3"
    assert desk.at("AT+CFUN=1", 2.0) == "OK|+CPIN: READY"


def test_operator():
    desk = warm()
    assert desk.at("AT+COPS=2") == "OK"
    assert desk.at("AT+COPS?") == "+COPS: 2|OK"
    assert desk.at("AT+CEREG?") == "+CEREG: 0,0|OK"
    assert desk.at("AT+COPS=0") == "OK"
    desk.sleep(5)
    assert desk.at("AT+COPS?") == '+COPS: 0,0,"Testnet",7|OK'


def test_search_for_operators_takes_long_and_any_byte_ends_it():
    desk = warm()
    assert desk.at("AT+COPS=?", 59) == ""
    assert "Testnet" in desk.sleep(2).decode()
    assert desk.at("AT+COPS=?") == ""
    desk.hear(b"A")
    assert desk.sleep(100) == b"\r\nERROR\r\n"


def test_credentials_password_first():
    desk = warm()
    assert desk.at('AT+CGAUTH=1,1,"secret","me"') == "OK"
    assert desk.modem.auth == {1: (1, "me", "secret")}
    assert desk.at("AT+CGAUTH?") == '+CGAUTH: 1,1,"me","secret"|OK'
    assert desk.at("AT+CGAUTH=1,0") == "OK"
    assert desk.modem.auth == {}


def test_a_context_left_by_somebody_else():
    desk = warm()
    desk.controls.context(1, "theirs", "IP")
    assert '+CGDCONT: 1,"IP","theirs"' in desk.at("AT+CGDCONT?")
    desk.controls.restore()
    assert desk.modem.contexts[1] == ("IP", "")


def test_clock():
    desk = warm()
    assert desk.at("AT+CCLK?") != ""
    desk.controls.clock(None)
    assert desk.at("AT+CCLK?").startswith('+CCLK: "80/01/06,')
    desk.controls.clock("26/12/31,23:59:58+04")
    desk.sleep(3)
    assert desk.at("AT+CCLK?") == '+CCLK: "27/01/01,00:00:01+04"|OK'


def test_delays_and_scripted_answers():
    desk = warm()
    desk.controls.delay("AT+CPIN?", 3000)
    assert desk.at("AT+CPIN?", 2.9) == ""
    assert desk.sleep(0.2) == b"\r\n+CPIN: READY\r\n\r\nOK\r\n"
    desk.controls.answer("AT+FOO=", ["\r\n+FOO: 1\r\n", "\xff\x00"])
    desk.hear(b"AT+FOO=2\r")
    assert desk.sleep(1) == b"\r\n+FOO: 1\r\n\xff\x00"
    assert desk.at("AT") == "OK", "a scripted answer need not be final"
    assert desk.modem.unknown == []
    desk.controls.answer("AT+FOO=", None)
    assert desk.at("AT+FOO=2") == "ERROR"


def test_mute_and_unplugged():
    desk = warm()
    for fault in (desk.controls.mute, desk.controls.pull):
        fault(True)
        assert desk.at("AT") == ""
        desk.controls.urc("RDY")
        assert desk.sleep(1) == b""
        fault(False)
        assert desk.at("AT") == "OK"


def test_what_comes_while_a_command_runs_waits():
    desk = warm()
    desk.hear(b"AT+CSQ\rAT+CFUN?\r")
    assert desk.sleep(1) == b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n\r\n+CFUN: 1\r\n\r\nOK\r\n"


@pytest.mark.parametrize("noise", [b"\0" * 5000, b"\xff" * 5000, b"A" * 100000, b"\r" * 500])
def test_noise_breaks_nothing(noise):
    desk = warm()
    desk.hear(noise)
    desk.sleep(1)
    desk.hear(b"\r")
    desk.sleep(1)
    assert desk.at("AT") == "OK"
    assert desk.modem.unknown == []


@pytest.mark.parametrize(
    "call",
    [("sim", "lost", "1", 3), ("sim", "pin", "1", 4), ("register", "lte", 1), ("signal", 40),
     ("register", "all", 12), ("ppp", "eap", "", "", True), ("scale", 0), ("chunk", 0)],
)  # fmt: skip
def test_wrong_settings_are_refused_and_change_nothing(call):
    desk = warm()
    before = repr(desk.modem.scene), desk.modem.scale
    with pytest.raises(ValueError):
        getattr(desk.controls, call[0])(*call[1:])
    assert (repr(desk.modem.scene), desk.modem.scale) == before
