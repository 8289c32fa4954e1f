# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The AT lines of an attempt as a display of the bench gets them: in order, without secrets."""

from cellular import SERVER_CONNECTED, cell, expect_off

PIN, USER, PASSWORD = "83920174", "me@example", "sesame-Xq7"


def follow(lines, expected):
    """Checks that `expected` are among `lines` in this order; the index after the last of them."""
    at = 0
    for line in expected:
        assert line in lines[at:], f"{line} is missing after {lines[:at]}"
        at = lines.index(line, at) + 1
    return at


def test_the_lines_of_an_attempt(device, modem):
    modem.sim("pin", pin=PIN)
    modem.ppp("chap", user=USER, password=PASSWORD)
    modem.power_on()
    assert modem.view()[:4] == ("on", False, "pin", "none")
    nic = cell(auth="chap", username=USER, password=PASSWORD, pin=PIN)
    assert device.connect(nic, timeout=60, limit_s=70) == SERVER_CONNECTED
    assert modem.view() == ("on", True, "ready", "registered", 20, "internet")
    assert modem.pin_tries == [PIN] and modem.auth == {1: (2, USER, PASSWORD)}
    lines, following = modem.transcript()
    assert [line.at_s for line in lines] == sorted(line.at_s for line in lines)
    lines = [(line.sender, line.text) for line in lines]
    end = follow(lines, [
        ("board", "ATE0;+CMEE=1;+CGEREP=0,0"), ("modem", "OK"),
        ("board", "AT+CPIN?"), ("modem", "+CPIN: SIM PIN"), ("modem", "OK"),
        ("board", "AT+CPIN=***"), ("modem", "OK"), ("modem", "+CPIN: READY"),
        ("board", 'AT+CGDCONT=1,"IP","internet"'), ("modem", "OK"),
        ("board", "AT+CGAUTH=***"), ("modem", "OK"),
        ("board", "ATD*99***1#"), ("modem", f"CONNECT {modem.rate}"), ("mode", "data mode"),
    ])  # fmt: skip
    assert lines[end:] == [], "PPP data are not shown"
    device.repl.run("server.disconnect()")
    expect_off(modem)
    more = [(line.sender, line.text) for line in modem.transcript(following)[0]]
    follow(more, [("mode", "data mode ends"), ("board", "AT+CPOF"), ("modem", "OK")])
    shown = repr(lines + more)
    for secret in (PIN, USER, PASSWORD):
        assert secret not in shown
