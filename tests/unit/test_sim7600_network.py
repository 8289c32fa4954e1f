# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cellular link's APN, login and registration, and what a dead end behind it is called."""

import pytest
from connectwith.links.modem import mobile_network
from connectwith.links.retry_limits import _SINGLE, RetryLimits
from modem_script import line_of, lines

OK = lines("OK")
SHORT = RetryLimits()


def stat(domain, value):
    return f"AT+{domain}?", lines(f"+{domain}: 0,{value}", "OK")


@pytest.mark.parametrize("value", [1, 5, 9, 10])
def test_lte_registers_with_one_question(clock, value):
    network = mobile_network.Network(line_of(stat("CEREG", value)))
    assert clock.drive(network.register(SHORT))[0] == mobile_network.REGISTERED


def test_registered_for_calls_alone_is_not_registered(clock):
    script = [stat("CEREG", 2), stat("CGREG", 0), stat("CREG", 1),
              stat("CEREG", 6), stat("CGREG", 5)]  # fmt: skip
    network = mobile_network.Network(line_of(*script))
    assert clock.drive(network.register(SHORT))[0] == mobile_network.REGISTERED


def test_denied_has_to_last(clock):
    denied = [stat("CEREG", 3), stat("CGREG", 0), stat("CREG", 3)]
    searching = [stat("CEREG", 3), stat("CGREG", 2), stat("CREG", 3)]
    network = mobile_network.Network(line_of(*denied * 5, *searching, stat("CEREG", 1)))
    assert clock.drive(network.register(SHORT))[0] == mobile_network.REGISTERED
    line = line_of(*denied * 40)
    verdict, took_ms = clock.drive(mobile_network.Network(line).register(SHORT))
    assert verdict == mobile_network.DENIED
    assert 3000 <= took_ms <= 3500


def test_one_operator_denies_and_another_accepts(clock):
    denied = [stat("CEREG", 3), stat("CGREG", 0), stat("CREG", 3)]
    line = line_of(*denied * 40, stat("CEREG", 5))
    limits = RetryLimits(_SINGLE, 60000)
    verdict, took_ms = clock.drive(mobile_network.Network(line).register(limits))
    assert verdict == mobile_network.REGISTERED
    assert took_ms > 9000


def test_denied_for_most_of_the_time_is_denied(clock):
    denied = [stat("CEREG", 3), stat("CGREG", 0), stat("CREG", 3)]
    line = line_of(*denied * 300)
    limits = RetryLimits(_SINGLE, 60000)
    verdict, took_ms = clock.drive(mobile_network.Network(line).register(limits))
    assert verdict == mobile_network.DENIED
    assert 48000 <= took_ms < 48500


REFUSED = [
    ("AT+CGDCONT?", lines("+CME ERROR: 14")), *[stat(d, 0) for d in ("CEREG", "CGREG", "CREG")],
    ("AT+CFUN?", lines("+CFUN: 1", "OK")), ('AT+CGDCONT=1,"IP","new"', lines("ERROR")),
]  # fmt: skip


def test_a_setting_that_the_modem_refuses_while_it_starts(clock):
    script = [*REFUSED * 4, *REFUSED[:-1], ('AT+CGDCONT=1,"IP","new"', OK), ("AT+CGAUTH=1,0", OK)]
    line = line_of(*script)
    network = mobile_network.Network(line)
    done, took_ms = clock.drive(
        network.configure("new", 0, "", "", True, RetryLimits(_SINGLE, 60000), int)
    )
    assert done and not line.uart.script
    assert 7000 <= took_ms < 8500, "pauses of 0.5, 1, 2 and 4 s"


@pytest.mark.parametrize(
    ("limits", "least_ms", "most_ms"), [((_SINGLE, 30000), 24000, 30000), ((), 5000, 9000)]
)
def test_a_setting_that_the_modem_never_takes(clock, limits, least_ms, most_ms):
    line = line_of(*REFUSED * 20)
    network = mobile_network.Network(line)
    done, took_ms = clock.drive(
        network.configure("new", 0, "", "", True, RetryLimits(*limits), int)
    )
    assert not done and line.text == "ERROR"
    assert least_ms <= took_ms <= most_ms


SEARCHING = [stat("CEREG", 2), stat("CGREG", 2), stat("CREG", 2)]


def context(apn):
    answer = lines(f'+CGDCONT: 1,"IP","{apn}","0.0.0.0"', '+CGDCONT: 6,"IP","ims"', "OK")
    return "AT+CGDCONT?", answer


def test_the_password_comes_before_the_user_and_is_not_logged(clock):
    line = line_of(
        context("old"),
        *SEARCHING,
        ("AT+CFUN?", lines("+CFUN: 1", "OK")),
        ("AT+CFUN=4", OK),
        ('AT+CGDCONT=1,"IP","new"', OK),
        ('AT+CGAUTH=1,1,"hunter2","joe"', lines('AT+CGAUTH=1,1,"hunter2","j') + OK),
        ("AT+CFUN=1", OK),
    )  # fmt: skip
    network = mobile_network.Network(line)
    assert clock.drive(network.set_up("new", 1, "joe", "hunter2", False))[0]
    assert "hunter2" not in str(line.log)
    assert not line.uart.script


@pytest.mark.parametrize("radio", ["1", "4"])
def test_a_known_apn_costs_no_attach(clock, radio):
    script = [
        context("Internet"),
        *SEARCHING,
        ("AT+CFUN?", lines("+CFUN: " + radio, "OK")),
        ("AT+CGAUTH=1,0", lines("ERROR")),
    ]
    if radio == "4":
        script.append(("AT+CFUN=1", OK))
    line = line_of(*script)
    assert clock.drive(mobile_network.Network(line).set_up("internet", 0, "", "", False))[0]
    assert not line.uart.script


def test_who_just_starts_has_not_attached_yet(clock):
    line = line_of(
        context("old"), *SEARCHING, ("AT+CFUN?", lines("+CFUN: 1", "OK")),
        ('AT+CGDCONT=1,"IP","new"', OK), ("AT+CGAUTH=1,0", OK),
    )  # fmt: skip
    assert clock.drive(mobile_network.Network(line).set_up("new", 0, "", "", True))[0]
    assert not line.uart.script


ANEW = [
    ("AT+CFUN?", lines("+CFUN: 1", "OK")), ("AT+CFUN=4", OK),
    ('AT+CGDCONT=1,"IP","new"', OK), ("AT+CGAUTH=1,0", OK), ("AT+CFUN=1", OK),
]  # fmt: skip


@pytest.mark.parametrize("starting", [False, True])
def test_who_is_registered_attaches_anew_with_another_apn(clock, starting):
    line = line_of(context("old"), stat("CEREG", 5), *ANEW, *SEARCHING, stat("CEREG", 1))
    network = mobile_network.Network(line)
    assert clock.drive(network.set_up("new", 0, "", "", starting))[0]
    assert clock.drive(network.register(SHORT))[0] == mobile_network.REGISTERED
    assert not line.uart.script


def test_who_is_registered_with_its_apn_is_asked_once(clock):
    line = line_of(context("new"), stat("CEREG", 1), ("AT+CGAUTH=1,0", OK))
    network = mobile_network.Network(line)
    assert clock.drive(network.set_up("new", 0, "", "", False))[0]
    assert clock.drive(network.register(SHORT))[0] == mobile_network.REGISTERED
    assert not line.uart.script


def test_the_radio_off_and_on_voids_what_was_known(clock):
    line = line_of(
        context("new"), stat("CEREG", 1), ("AT+CGAUTH=1,0", OK),
        ("AT+CFUN=4", OK), ("AT+CFUN=1", OK), *SEARCHING, stat("CEREG", 1),
    )  # fmt: skip
    network = mobile_network.Network(line)
    assert clock.drive(network.set_up("new", 0, "", "", False))[0]
    clock.drive(network.cycle_radio())
    assert clock.drive(network.register(SHORT))[0] == mobile_network.REGISTERED
    assert not line.uart.script


def test_an_apn_cannot_become_a_command(clock):
    line = line_of(("AT+CGDCONT?", OK), *SEARCHING, ("AT+CFUN?", lines("+CFUN: 4", "OK")))
    with pytest.raises(ValueError, match="apn"):
        clock.drive(mobile_network.Network(line).set_up('x"\rATD1', 0, "", "", False))
