# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Dialling, data mode, the escape from it and the end of a call."""

import pytest
from modem_desk import Dial, HangUp, PppInput, warm


@pytest.fixture
def desk():
    return warm()


@pytest.fixture
def online(desk):
    assert desk.at("ATD*99***1#") == "CONNECT 115200"
    assert desk.took(Dial) == [Dial("none", "", "", True)]
    return desk


def passed(desk) -> bytes:
    return b"".join(action.data for action in desk.took(PppInput))


@pytest.mark.parametrize("number", ["*99#", "T*99***1#", "*99***6#"])
def test_numbers(desk, number):
    assert desk.at("ATD" + number) == "CONNECT 115200"


def test_result_code_without_a_rate(desk):
    desk.at("ATX0")
    assert desk.at("ATD*99#") == "CONNECT"


def test_what_ppp_shall_demand(desk):
    desk.controls.ppp("chap", "me", "secret", False)
    desk.at("ATD*99#")
    assert desk.took(Dial) == [Dial("chap", "me", "secret", False)]


@pytest.mark.parametrize(
    "fault",
    [("register", "all", 2), ("register", "all", 3), ("register", "all", 6), ("apn", "other"),
     ("refuse_dial", "NO CARRIER"), ("sim", "removed", "1234", 3)],
)  # fmt: skip
def test_refused(desk, fault):
    getattr(desk.controls, fault[0])(*fault[1:])
    desk.sleep(1)
    assert desk.at("ATD*99#") == "NO CARRIER"
    assert desk.took(Dial) == []
    assert not desk.modem.call.data


@pytest.mark.parametrize("domain, works", [("cereg", True), ("cgreg", True), ("creg", False)])
def test_one_domain_with_packets_is_enough(desk, domain, works):
    desk.controls.register("all", 0)
    desk.controls.register(domain, 5)
    assert desk.at("ATD*99#").startswith("CONNECT") == works


def test_undefined_context(desk):
    assert desk.at("ATD*99***7#") == "NO CARRIER"
    desk.at("AT+CGDCONT=1")
    assert desk.at("ATD*99#") == "NO CARRIER"


def test_any_byte_aborts_a_dial(desk):
    desk.hear(b"ATD*99#\r\n")
    assert desk.sleep(0.1) == b"", "a line feed does not"
    desk.hear(b"A")
    assert desk.sleep(0) == b"\r\nNO CARRIER\r\n"
    assert desk.sleep(10) == b""
    assert desk.took(Dial) == []
    assert desk.at("ATD*99#") == "CONNECT 115200"


def test_a_dial_that_hangs(desk):
    desk.controls.hang_dial()
    assert desk.at("ATD*99#", 1000) == ""
    desk.controls.refuse_dial(None)
    desk.hear(b"\r")
    assert desk.sleep(1) == b"\r\nNO CARRIER\r\n"
    assert desk.at("ATD*99#") == "CONNECT 115200"


def test_connect_in_one_piece_with_the_first_frame(desk):
    desk.controls.glue_connect()
    assert desk.at("ATD*99#", 1) == ""
    first = b'~\xff}#\xc0!}!}!} }$}"} ~'
    desk.modem.call.output(first)
    assert desk.sleep(0) == b"\r\nCONNECT 115200\r\n" + first
    assert desk.modem.call.lcp_requests == 1


def test_bytes_pass_both_ways(online):
    everything = bytes(range(256))
    online.hear(everything)
    assert passed(online) == everything
    online.modem.call.output(everything)
    assert online.sleep(0) == everything


def test_bytes_right_behind_connect_are_data(desk):
    desk.hear(b"ATD*99#\r")
    desk.sleep(0.32)
    desk.hear(b"~\xff}#\xc0!")
    assert passed(desk) == b"~\xff}#\xc0!"


def test_no_urc_in_data_mode(online):
    online.controls.urc("+CREG: 3")
    assert online.sleep(1) == b""


def test_escape_and_back(online):
    online.hear(b"~data~")
    online.sleep(1.0)
    online.hear(b"+++")
    assert online.sleep(0.99) == b""
    assert online.sleep(0.02) == b"\r\nOK\r\n"
    assert online.at("AT+CSQ") == "+CSQ: 20,99|OK"
    online.modem.call.output(b"lost")
    assert online.sleep(0) == b""
    assert online.at("ATO") == "CONNECT 115200"
    assert online.took(HangUp) == [] == online.took(Dial)
    passed(online)
    online.hear(b"more")
    assert passed(online) == b"more"


def test_escape_byte_by_byte(online):
    online.sleep(1.0)
    for pause in (0.89, 0.89, 1.01):
        online.hear(b"+")
        text = online.sleep(pause)
    assert text == b"\r\nOK\r\n"


@pytest.mark.parametrize(
    "before, data, after",
    [(0.9, b"+++", b""), (1.0, b"+++x", b""), (1.0, b"++", b""), (1.0, b"++++", b""),
     (1.0, b"x+++", b""), (1.0, b"+++", b"x")],
)  # fmt: skip
def test_no_escape_without_its_guard_times(online, before, data, after):
    online.hear(b"x")
    online.sleep(before)
    online.hear(data)
    online.sleep(0.5)
    if after:
        online.hear(after)
    assert online.sleep(5) == b""
    assert online.modem.call.data
    assert passed(online) == b"x" + data + after


def test_no_escape_with_a_pause_inside(online):
    online.sleep(1.0)
    online.hear(b"+")
    online.sleep(0.91)
    online.hear(b"++")
    assert online.sleep(5) == b""


def test_hang_up(online):
    online.sleep(1)
    online.hear(b"+++")
    online.sleep(1.1)
    assert online.at("ATH") == "OK"
    assert len(online.took(HangUp)) == 1
    assert online.at("ATO") == "NO CARRIER"
    assert online.at("ATD*99#") == "CONNECT 115200"


def test_a_second_call_is_refused(online):
    online.sleep(1)
    online.hear(b"+++")
    online.sleep(1.1)
    assert online.at("ATD*99#") == "NO CARRIER"
    assert online.at("ATO") == "CONNECT 115200"


END = b"\r\nNO CARRIER\r\n\r\n+PPPD: DISCONNECTED\r\n"


def test_ppp_ends(online):
    online.modem.call.ended()
    assert online.sleep(1) == END
    assert online.at("AT") == "OK"


@pytest.mark.parametrize("how", ["carrier_lost", "register"])
def test_carrier_lost(online, how):
    if how == "register":
        online.controls.register("all", 2)
    else:
        online.controls.carrier_lost()
    assert online.sleep(0) == END
    assert len(online.took(HangUp)) == 1
    assert online.at("AT") == "OK"


def test_carrier_lost_without_a_call(desk):
    desk.controls.carrier_lost()
    assert desk.sleep(1) == b""


def test_dead_call_says_nothing(online):
    online.controls.silence_ppp()
    online.hear(b"data")
    online.modem.call.output(b"data")
    assert passed(online) == b""
    assert online.sleep(100) == b""
    online.hear(b"+++")
    assert online.sleep(1.1) == b"\r\nOK\r\n"
    online.at("ATH")
    assert online.at("ATD*99#") == "CONNECT 115200"
    online.hear(b"data")
    assert passed(online) == b"data", "the next call works"


def test_reboot_in_data_mode(online):
    online.controls.reboot()
    assert online.sleep(0) == b""
    assert len(online.took(HangUp)) == 1
    online.hear(b"~ppp~")
    assert online.sleep(10.9) == b""
    assert online.sleep(0.2) == b"\r\nRDY\r\n"


def test_power_loss_in_data_mode(online):
    online.controls.power_off()
    assert online.sleep(0) == b""
    assert len(online.took(HangUp)) == 1
    online.modem.call.output(b"late")
    online.modem.call.ended()
    assert online.sleep(100) == b""


def test_deactivated_context_ends_the_call(online):
    online.sleep(1)
    online.hear(b"+++")
    online.sleep(1.1)
    assert online.at("AT+CGACT=0,1") == "NO CARRIER|+PPPD: DISCONNECTED|OK"
