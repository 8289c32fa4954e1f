# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cellular link's parts against a scripted modem: settings, key, line, PPP frames."""

import pytest
from connectwith.links.modem import mobile_network, ppp
from connectwith.links.modem import power as modem_power
from connectwith.links.modem import start as modem_start
from connectwith.links.modem.line import Restart
from modem_script import Pin, fit_pins, line_of, lines

OK = lines("OK")


SETTINGS = "ATE0;+CMEE=1;+CGEREP=0,0"


@pytest.mark.parametrize("refused", [None, "AT+CMEE=1", "AT+CGEREP=0,0"])
def test_settings_in_one_line_or_one_at_a_time(clock, refused):
    script = [(SETTINGS, lines(SETTINGS, "ERROR" if refused else "OK"))]
    if refused:
        single = ("ATE0", "AT+CMEE=1", "AT+CGEREP=0,0")
        script += [(one, lines("ERROR" if one == refused else "OK")) for one in single]
    line = line_of(*script)
    start = modem_start.Start(line, None)
    start._rate = 921600  # as fast as it is to be
    clock.drive(start._set_up())
    assert not line.uart.script


@pytest.mark.parametrize("silent", [SETTINGS, "AT+CMEE=1"])
def test_settings_without_an_answer_are_a_modem_that_is_gone(clock, silent):
    line = line_of((SETTINGS, None if silent == SETTINGS else lines("ERROR")), ("ATE0", OK),
                   ("AT+CMEE=1", None))  # fmt: skip
    start = modem_start.Start(line, None)
    start._rate = 921600
    with pytest.raises(Restart):
        clock.drive(start._set_up())


def test_a_restart_is_noticed(clock):
    line = line_of(("AT+CSQ", lines("RDY")))
    with pytest.raises(Restart):
        clock.drive(line.ask(b"AT+CSQ", 500))


def power_of(monkeypatch, clock, **levels):
    pins = {name: Pin(clock, level) for name, level in levels.items()}
    fit_pins(monkeypatch, **pins)
    return modem_power.Power(), pins


def presses(pin):
    edges = pin.edges
    assert [level for _, level in edges] == [1, 0] * (len(edges) // 2)
    return [(edges[i][0], edges[i + 1][0] - edges[i][0]) for i in range(0, len(edges), 2)]


def test_the_key_is_pressed_long_enough_and_not_too_often(monkeypatch, clock):
    power, pins = power_of(monkeypatch, clock, MODEM_PWRKEY=1, MODEM_STATUS=0)
    assert pins["MODEM_PWRKEY"].level == 0  # released, whatever it was
    clock.drive(power.press_on())
    assert power.booting()
    clock.drive(power.press_off())
    clock.drive(power.press_on())
    (_, on_ms), (second, off_ms), (third, _) = presses(pins["MODEM_PWRKEY"])
    first_end = presses(pins["MODEM_PWRKEY"])[0][0] + on_ms
    assert 500 <= on_ms < 2500 <= off_ms
    assert second - first_end >= 3900
    assert third - (second + off_ms) >= 3900


def test_a_dropped_press_releases_the_key(monkeypatch, clock):
    power, pins = power_of(monkeypatch, clock, MODEM_PWRKEY=0)
    work = power.press_on()
    next(work)
    assert pins["MODEM_PWRKEY"].level == 1
    work.close()
    assert pins["MODEM_PWRKEY"].level == 0


def test_status_low_proves_nothing_just_after_a_start(monkeypatch, clock):
    power, pins = power_of(monkeypatch, clock, MODEM_PWRKEY=0, MODEM_STATUS=0)
    assert power.is_known_off()
    clock.drive(power.press_on())
    assert not power.is_known_off()
    clock.now_ms += 20000
    assert power.is_known_off()
    pins["MODEM_STATUS"].level = 1
    assert power.is_on()


def test_without_status_a_stop_takes_its_time(monkeypatch, clock):
    power, _ = power_of(monkeypatch, clock, MODEM_PWRKEY=0)
    assert power.is_on() is None
    power.stop_requested()
    clock.now_ms += 26000
    assert power.stopping()
    clock.now_ms += 1
    assert not power.stopping()


def test_a_board_without_a_key(monkeypatch, clock):
    power, _ = power_of(monkeypatch, clock)
    assert not power.key
    assert not power.status


def fcs16(data):
    """RFC 1662, C.2, bit by bit."""
    fcs = 0xFFFF
    for byte in data:
        fcs ^= byte
        for _ in range(8):
            fcs = fcs >> 1 ^ 0x8408 if fcs & 1 else fcs >> 1
    return fcs


@pytest.mark.parametrize(
    ("frame", "code", "size"), [(ppp._ECHO, 9, 8), (ppp.TERMINATE, 5, 4), (ppp._TERMINATED, 6, 4)]
)
def test_lcp_frames(frame, code, size):
    assert frame[:1] == frame[-1:] == b"~"
    plain = bytearray()
    escaped = False
    for byte in frame[1:-1]:
        assert byte >= 0x20, "not escaped"
        if byte == 0x7D:
            escaped = True
            continue
        plain.append(byte ^ 0x20 if escaped else byte)
        escaped = False
    assert fcs16(plain) == 0xF0B8  # of a frame that is right, with its own FCS
    assert plain[:5] == bytes([0xFF, 0x03, 0xC0, 0x21, code])
    assert plain[6:8] == bytes([0, size])
    assert len(plain) == 4 + size + 2


def test_pins_that_keep_it_awake_and_on_the_air(monkeypatch, clock):
    _, pins = power_of(monkeypatch, clock, MODEM_DTR=1, MODEM_FLIGHT=0)
    assert (pins["MODEM_DTR"].level, pins["MODEM_FLIGHT"].level) == (0, 1)


@pytest.mark.parametrize(("after_ms", "booting"), [(14_499, True), (14_500, False)])
def test_how_long_a_start_may_take(monkeypatch, clock, after_ms, booting):
    power, _ = power_of(monkeypatch, clock, MODEM_PWRKEY=0)
    assert not power.booting()
    clock.drive(power.press_on())
    clock.now_ms += after_ms
    assert power.booting() is booting


@pytest.mark.parametrize(
    ("block", "auth"),
    [(None, 0), ({}, 0), ({"username": "me"}, 2), ({"auth": "pap", "username": "me"}, 1),
     ({"auth": "none", "username": "me"}, 0), ({"auth": "chap"}, 2)],
)  # fmt: skip
def test_how_to_log_in(block, auth):
    assert mobile_network.auth_of(block) == auth
