# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Every result code of the cellular link, each by a fault of the modem, its card or its network.

A row names the fault, the code, a word that the raw cause in `imp.diag` must contain, and how long
the attempt may take. It is short for attempts that end by the timeout.
"""

import pytest
from cellular import (
    NO_MODEM,
    NO_PPP_CONNECTION,
    NO_REGISTRATION,
    NO_SERVER,
    NOT_RESOLVED,
    PPP_NO_CONNECTIVITY,
    REGISTRATION_DENIED,
    SERVER_CONNECTED,
    SIM_ERROR,
    cell,
    expect_off,
    set_clock,
    silent_s,
)

KNOWN = 60  # the fault is known long before this, and only then does the test pass in time
TRIED = 8  # it may pass, and is tried again for most of this
SILENT = 0  # nothing is known: the time runs out in the stage that the fault is in


def _domain(stat):
    return lambda modem, world: modem.register("all", stat)


def _voice_only(modem, world):
    modem.register("all", 0)
    modem.register("creg", 1)


def _dial(result):
    return lambda modem, world: modem.refuse_dial(result)


def _wrong_password(auth):
    return lambda modem, world: modem.ppp(auth, user="me", password="another")


def _no_ppp(modem, world):
    """A call that is put through, without a peer at its end."""
    modem.answer("ATD*99***1#", ["CONNECT 115200"])


FAULTS = [
    ("mute", lambda m, w: m.mute(), NO_MODEM, "", SILENT),
    ("pulled", lambda m, w: m.pull(), NO_MODEM, "", SILENT),
    ("SIM removed", lambda m, w: m.sim("removed"), SIM_ERROR, "SIM", TRIED),
    ("SIM failure", lambda m, w: m.sim("failure"), SIM_ERROR, "SIM", TRIED),
    ("PIN needed", lambda m, w: m.sim("pin"), SIM_ERROR, "PIN", KNOWN),
    ("PUK needed", lambda m, w: m.sim("puk"), SIM_ERROR, "PUK", KNOWN),
    ("no network", lambda m, w: m.search(), NO_REGISTRATION, "", SILENT),
    ("voice only", _voice_only, NO_REGISTRATION, "", SILENT),
    ("SMS only", _domain(6), NO_REGISTRATION, "", SILENT),
    ("denied", lambda m, w: m.deny(), REGISTRATION_DENIED, "3", TRIED),
    ("dial: NO CARRIER", _dial("NO CARRIER"), NO_PPP_CONNECTION, "NO CARRIER", TRIED),
    ("dial: BUSY", _dial("BUSY"), NO_PPP_CONNECTION, "BUSY", TRIED),
    ("dial: ERROR", _dial("ERROR"), NO_PPP_CONNECTION, "ERROR", TRIED),
    ("dial: no answer", lambda m, w: m.hang_dial(), NO_PPP_CONNECTION, "", SILENT),
    ("LCP silent", _no_ppp, NO_PPP_CONNECTION, "", SILENT),
    ("PAP", _wrong_password("pap"), NO_PPP_CONNECTION, "password refused", KNOWN),
    ("CHAP", _wrong_password("chap"), NO_PPP_CONNECTION, "password refused", KNOWN),
    ("network dead", lambda m, w: m.cable.silence(), PPP_NO_CONNECTIVITY, "", SILENT),
    ("DNS silent", lambda m, w: w.dns.drop(), PPP_NO_CONNECTIVITY, "", SILENT),
]


@pytest.mark.parametrize(
    "name, fault, code, word, timeout", FAULTS, ids=[row[0] for row in FAULTS]
)
def test_s18_result(device, modem, world, name, fault, code, word, timeout):
    set_clock(device)
    timeout = timeout or silent_s(device, modem)
    modem.warm()
    fault(modem, world)
    nic = cell()
    if name in ("PAP", "CHAP"):
        nic = cell(auth=name.lower(), username="me", password="s3cret")
    assert device.connect(nic, timeout=timeout, limit_s=80) == code
    cause = device.last_attempt()["cause"]
    assert word in cause
    if timeout in (KNOWN, TRIED):
        assert cause != "timeout"
    if name not in ("mute", "pulled"):
        expect_off(modem)


def test_a_name_that_does_not_exist_is_not_a_dead_network(device, modem, world):
    """The name server has answered, so there is connectivity."""
    modem.warm()
    set_clock(device)
    world.dns.nxdomain(world.broker.host)
    assert device.connect(cell(), timeout=60, limit_s=70) == NOT_RESOLVED


def test_a_name_server_that_is_dead_is_no_dead_network(device, modem, world):
    """The other server is asked before it counts as silence, and refuses."""
    modem.warm()
    modem.ppp(dns=2)
    set_clock(device)
    world.dns.nxdomain(world.broker.host)
    assert device.connect(cell(), timeout=60, limit_s=70) == NOT_RESOLVED
    world.dns.restore()
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    world.dns.drop()
    assert device.connect(cell(), timeout=12, limit_s=30) == PPP_NO_CONNECTIVITY


def test_a_server_that_does_not_answer(device, modem, world):
    set_clock(device)
    timeout = silent_s(device, modem)
    world.dns.answer(world.broker.host, "192.0.2.1")  # TEST-NET-1: the bench swallows it
    assert device.connect(cell(), timeout=timeout, limit_s=70) == PPP_NO_CONNECTIVITY
    assert device.last_attempt()["stages"][-1][0] == "DIAL"


def test_a_server_that_refuses(device, modem, world):
    modem.warm()
    device.use_broker(f"mqtts://{world.broker.host}:{world.closed_port()}")
    assert device.connect(cell(), timeout=8, limit_s=30) == NO_SERVER
    assert "ECONN" in device.last_attempt()["cause"]


@pytest.mark.parametrize("kind", ["mute-tcp", "connack-5"])
def test_a_server_that_is_there_but_does_not_let_us_in(device, modem, world, kind):
    set_clock(device)
    timeout = silent_s(device, modem)
    device.use_broker(world.peer(kind).url)
    assert device.connect(cell(), timeout=timeout, limit_s=70) == NO_SERVER


def test_the_attempt_after_a_failure_works(device, modem):
    modem.warm()
    modem.deny()
    assert device.connect(cell(), timeout=8, limit_s=30) == REGISTRATION_DENIED
    expect_off(modem)
    modem.register()
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
