# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cellular link's APN, login and registration."""

import pytest
from connectwith.links.modem import mobile_network
from connectwith.links.retry_limits import _SINGLE, RetryLimits
from modem_script import line_of, lines

OK = lines("OK")
SHORT = RetryLimits()


def register(clock, *script, limits=SHORT):
    """The result of a registration, and its duration in ms."""
    return clock.drive(mobile_network.Network(line_of(*script)).register(limits))


def set_up(clock, *script, apn="new", auth=0, user="", password="", starting=False):
    """A network whose modem has taken these settings."""
    line = line_of(*script)
    network = mobile_network.Network(line)
    network.line = line
    assert clock.drive(network.set_up(apn, auth, user, password, starting))[0]
    return network


def stat(domain, value):
    return f"AT+{domain}?", lines(f"+{domain}: 0,{value}", "OK")


@pytest.mark.parametrize("value", [1, 5, 9, 10])
def test_lte_registers_with_one_question(clock, value):
    assert register(clock, stat("CEREG", value))[0] == mobile_network.REGISTERED


def test_registered_for_calls_alone_is_not_registered(clock):
    script = [stat("CEREG", 2), stat("CGREG", 0), stat("CREG", 1),
              stat("CEREG", 6), stat("CGREG", 5)]  # fmt: skip
    assert register(clock, *script)[0] == mobile_network.REGISTERED


DENIED = [stat("CEREG", 3), stat("CGREG", 0), stat("CREG", 3)]
ONE_SEARCHES = [stat("CEREG", 3), stat("CGREG", 2), stat("CREG", 3)]


@pytest.mark.parametrize(
    ("script", "limits", "verdict", "least_ms", "most_ms"),
    [([*DENIED * 5, *ONE_SEARCHES, stat("CEREG", 1)], (), mobile_network.REGISTERED, 0, 10**6),
     (DENIED * 40, (), mobile_network.DENIED, 3000, 3500),
     ([*DENIED * 40, stat("CEREG", 5)], (_SINGLE, 60000), mobile_network.REGISTERED, 9001, 10**6),
     (DENIED * 300, (_SINGLE, 60000), mobile_network.DENIED, 48000, 48499)],
)  # fmt: skip
def test_a_denial_has_to_last(clock, script, limits, verdict, least_ms, most_ms):
    found, took_ms = register(clock, *script, limits=RetryLimits(*limits))
    assert found == verdict and least_ms <= took_ms <= most_ms


REFUSED = [
    ("AT+CGDCONT?", lines("+CME ERROR: 14")), *[stat(d, 0) for d in ("CEREG", "CGREG", "CREG")],
    ("AT+CFUN?", lines("+CFUN: 1", "OK")), ('AT+CGDCONT=1,"IP","new"', lines("ERROR")),
]  # fmt: skip


TAKEN = [*REFUSED[:-1], ('AT+CGDCONT=1,"IP","new"', OK), ("AT+CGAUTH=1,0", OK)]


@pytest.mark.parametrize(
    ("script", "limits", "taken", "least_ms", "most_ms"),
    [(REFUSED * 4 + TAKEN, (_SINGLE, 60000), True, 7000, 8499),  # pauses of 0.5, 1, 2 and 4 s
     (REFUSED * 20, (_SINGLE, 30000), False, 24000, 30000), (REFUSED * 20, (), False, 5000, 9000)],
)  # fmt: skip
def test_a_setting_that_the_modem_refuses(clock, script, limits, taken, least_ms, most_ms):
    line = line_of(*script)
    work = mobile_network.Network(line).configure(
        "new", 0, "", "", True, RetryLimits(*limits), int
    )
    done, took_ms = clock.drive(work)
    assert done is taken and least_ms <= took_ms <= most_ms
    assert not line.uart.script if taken else line.text == "ERROR"


SEARCHING = [stat("CEREG", 2), stat("CGREG", 2), stat("CREG", 2)]


def context(apn):
    answer = lines(f'+CGDCONT: 1,"IP","{apn}","0.0.0.0"', '+CGDCONT: 6,"IP","ims"', "OK")
    return "AT+CGDCONT?", answer


def ends(network):
    """Whether all commands of the script were sent."""
    return not network.line.uart.script


def test_the_password_comes_before_the_user_and_is_not_logged(clock):
    network = set_up(
        clock, context("old"), *SEARCHING, ("AT+CFUN?", lines("+CFUN: 1", "OK")),
        ("AT+CFUN=4", OK), ('AT+CGDCONT=1,"IP","new"', OK),
        ('AT+CGAUTH=1,1,"hunter2","joe"', lines('AT+CGAUTH=1,1,"hunter2","j') + OK),
        ("AT+CFUN=1", OK), auth=1, user="joe", password="hunter2",
    )  # fmt: skip
    assert "hunter2" not in str(network.line.log)
    assert ends(network)


@pytest.mark.parametrize(("radio", "more"), [("1", []), ("4", [("AT+CFUN=1", OK)])])
def test_a_known_apn_costs_no_attach(clock, radio, more):
    assert ends(set_up(
        clock, context("Internet"), *SEARCHING, ("AT+CFUN?", lines("+CFUN: " + radio, "OK")),
        ("AT+CGAUTH=1,0", lines("ERROR")), *more, apn="internet",
    ))  # fmt: skip


def test_a_modem_that_has_just_started_has_not_attached_yet(clock):
    assert ends(set_up(
        clock, context("old"), *SEARCHING, ("AT+CFUN?", lines("+CFUN: 1", "OK")),
        ('AT+CGDCONT=1,"IP","new"', OK), ("AT+CGAUTH=1,0", OK), starting=True,
    ))  # fmt: skip


ANEW = [
    ("AT+CFUN?", lines("+CFUN: 1", "OK")), ("AT+CFUN=4", OK),
    ('AT+CGDCONT=1,"IP","new"', OK), ("AT+CGAUTH=1,0", OK), ("AT+CFUN=1", OK),
]  # fmt: skip
KNOWN = [context("new"), stat("CEREG", 1), ("AT+CGAUTH=1,0", OK)]
OTHER = [context("old"), stat("CEREG", 5), *ANEW, *SEARCHING, stat("CEREG", 1)]
RADIO = [("AT+CFUN=4", OK), ("AT+CFUN=1", OK), *SEARCHING, stat("CEREG", 1)]


@pytest.mark.parametrize(
    ("script", "starting", "cycles"),
    [(OTHER, False, False), (OTHER, True, False),  # another APN needs another attach
     (KNOWN, False, False),  # its own one is asked about once
     (KNOWN + RADIO, False, True)],  # what was known ends with the attach
)  # fmt: skip
def test_a_modem_that_is_registered(clock, script, starting, cycles):
    network = set_up(clock, *script, starting=starting)
    if cycles:
        clock.drive(network.cycle_radio())
    assert clock.drive(network.register(SHORT))[0] == mobile_network.REGISTERED
    assert ends(network)


def test_an_apn_cannot_become_a_command(clock):
    line = line_of(("AT+CGDCONT?", OK), *SEARCHING, ("AT+CFUN?", lines("+CFUN: 4", "OK")))
    with pytest.raises(ValueError, match="apn"):
        clock.drive(mobile_network.Network(line).set_up('x"\rATD1', 0, "", "", False))


CPSI = "LTE,Online,262-01,0x5A1E,187214592,257,EUTRAN-BAND3,1300,5,5,-94,-850,-545,15"
SIGNAL = ("AT+CSQ", lines("+CSQ: 20,99", "OK"))
OPERATOR = ("AT+COPS?", lines('+COPS: 0,0,"Net",7', "OK"))
MODEL = ("AT+CGMM", lines("SIMCOM_SIM7600G-H", "OK"))
IMEI = ("AT+CGSN", lines("860000000000001", "OK"))
CELL = ("AT+CPSI?", lines("+CPSI: " + CPSI, "OK"))


def test_who_and_where_the_modem_is(clock):
    line = line_of(SIGNAL, OPERATOR, MODEL, IMEI, CELL, SIGNAL, OPERATOR, CELL)
    line.recording = True
    network = mobile_network.Network(line)
    for _ in range(2):  # it is asked once who it is
        clock.drive(network.describe())
        assert (network.rssi_dbm, network.operator) == (-73, "Net")
        assert (network.model, network.imei) == ("SIMCOM_SIM7600G-H", "860000000000001")
        assert network.cell == CPSI
    assert line.uart.script == []
    assert "860000000000001" not in repr(line.log) and "262-01" not in repr(line.log)


@pytest.mark.parametrize("answer", [lines("ERROR"), lines("+CME ERROR: 100"), OK, None])
def test_what_it_does_not_tell_costs_a_second_at_most(clock, answer):
    script = [(command, answer) for command, _ in (MODEL, IMEI, CELL)]
    line = line_of(SIGNAL, OPERATOR, *script)
    network = mobile_network.Network(line)
    _, took_ms = clock.drive(network.describe())
    assert network.model is network.imei is network.cell is None
    assert took_ms < (4000 if answer is None else 200) and line.uart.script == []


@pytest.mark.parametrize("imei", ["+CGSN: 1", "86000000000000X", "*ISIMAID"])
def test_an_imei_has_digits_alone(clock, imei):
    line = line_of(SIGNAL, OPERATOR, MODEL, ("AT+CGSN", lines(imei, "OK")), CELL)
    network = mobile_network.Network(line)
    clock.drive(network.describe())
    assert network.imei is None


def test_a_cell_without_service(clock):
    line = line_of(SIGNAL, OPERATOR, MODEL, IMEI,
                   ("AT+CPSI?", lines("+CPSI: NO SERVICE, Online", "OK")))  # fmt: skip
    network = mobile_network.Network(line)
    clock.drive(network.describe())
    assert network.cell == "NO SERVICE, Online"
