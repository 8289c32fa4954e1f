# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cellular link from its start to its stop: secrets, result codes, failures that count."""

import _connectwith
import machine
import pytest
from connectwith import clock as clocks
from connectwith import results
from connectwith.links import DISCONNECTING, FAILED, POWERING_OFF, UP
from connectwith.links.modem import ppp, records
from connectwith.links.modem.mobile_network import DENIED, REGISTERED
from connectwith.links.modem.sim import LOCKED, OPEN
from connectwith.settings import nic
from modem_script import Pin, Uart, fit_pins, lines

CELL = {"apn": "internet", "pin": "4711", "username": "me", "password": "geheim", "auth": "chap"}
DIAL = "ATD*99***1#"


def gives(value, did=None, name=None):
    """A generator function that yields once and gives `value`; `did` gets its arguments."""

    def work(*arguments):
        if did is not None:
            did.append((name, *arguments))
        yield
        return value

    return work


@pytest.fixture
def link(monkeypatch, clock):
    """A link whose modem, SIM, network and PPP always succeed; `did` has their calls."""
    used = {}
    monkeypatch.setattr(_connectwith, "clock_quality", lambda *_: 5, False)
    monkeypatch.setattr(_connectwith, "link_used", lambda kind, now: used.update({kind: now}))
    fit_pins(monkeypatch, MODEM_STATUS=Pin(clock, 1), MODEM_PWRKEY=Pin(clock))
    from connectwith.links.modem.sim7600 import Sim7600

    link = Sim7600()
    did = link.did = []
    link.used = used
    link._line.uart = link.uart = Uart([(DIAL, lines("CONNECT"))])
    link.uart.deinit = lambda: did.append(("deinit",))
    link._line.expect_restart()
    link._line.expected = False
    link._start.wake = gives(True, did, "wake")
    link._start.found = True
    link._start.quit = gives(True, did, "quit")
    link._start.verify_off = gives(None, did, "verify")
    link._start.stop_left_over = gives(True, did, "stop_left_over")
    link._sim.open = gives(OPEN, did, "sim")
    network = link._network
    network.configure = gives(True, did, "configure")
    network.register = gives(REGISTERED, did, "register")
    network.describe = gives(None, did, "describe")
    network.cycle_radio = gives(None, did, "radio")
    network.clock = gives("26/11/29,12:00:00+04", did, "clock")
    driver = link._ppp
    driver.start = lambda *arguments: did.append(("ppp", *arguments))
    driver.state = ppp.Ppp.UP
    driver.poll = lambda: driver.state
    driver.drop = lambda: did.append(("drop",))
    driver.close = gives(None, did, "close")
    return link


def config(**cell):
    block = {key: value for key, value in {**CELL, **cell}.items() if value is not None}
    return nic.normalise({"interface": "cell0", "cellconfig": block})


def run(link, clock, until, limit_ms=100_000):
    """Polls until the link is in that stage; returns the stages on the way."""
    stages = []
    began_ms = clock.now_ms
    while True:
        stage = link.poll()
        if stage not in stages:
            stages.append(stage)
        if stage == until:
            return stages
        clock.now_ms += 10
        assert clock.now_ms - began_ms < limit_ms, stages


def start(link, clock, until=UP):
    """Starts the link and polls until it is in that stage."""
    link.start(config())
    return run(link, clock, until)


def done(link, name):
    return [entry[1:] for entry in link.did if entry[0] == name]


def test_from_start_to_an_address(link, clock):
    link.start(config())
    assert link.used == {2: True} and link.apn == "internet"
    stages = run(link, clock, UP)
    assert stages == [0, 1, UP] and link.faults == 0
    assert done(link, "wake") == [(0,)]
    assert done(link, "configure")[0][:4] == ("internet", 2, "me", "geheim")
    assert done(link, "ppp")[0][1:4] == (2, "me", "geheim")
    assert done(link, "radio") == [] and done(link, "clock") == []
    assert link._start.in_call and records.failures() == 0


def test_the_pin_and_the_password_are_bound_to_what_they_are_for(link, clock):
    start(link, clock)
    assert done(link, "sim")[0][0] == b"4711"
    block = link._nic["cellconfig"]
    block["pin"], block["password"] = block["password"], block["pin"]
    for key in ("pin", "password"):
        with pytest.raises(ValueError):
            link._secret(block, key)
    other = {**config()["cellconfig"], "apn": "other"}
    for key in ("pin", "password"):
        with pytest.raises(ValueError):
            link._secret(other, key)
    renamed = {**config()["cellconfig"], "username": "you"}
    assert link._secret(renamed, "pin") == b"4711"
    with pytest.raises(ValueError):
        link._secret(renamed, "password")


def test_no_secret_is_told(link, clock):
    link._sim.open = gives(LOCKED)
    link._sim.cause = "what 4711 is"
    start(link, clock, FAILED)
    assert link.cause == "what *** is" and link.result == results.SIM_ERROR
    link._credentials(link._nic["cellconfig"])
    link._line.note("> 4711 geheim")
    assert "4711" not in str(link.report()) and "geheim" not in str(link.report())
    link._try_again(1, "geheim", 2)
    assert link.cause == "***"


def test_without_secrets_and_without_settings(link, clock):
    link.start(config(pin=None, auth=None, username=None, password=None))
    run(link, clock, UP)
    assert done(link, "sim")[0][0] is None and done(link, "ppp")[0][1:4] == (0, "", "")
    link._nic = None
    link.uart.script = [(DIAL, lines("CONNECT"))]
    link._stage = FAILED
    link.start({"interface": "cell0"})
    run(link, clock, UP)
    assert link.apn == "" and done(link, "configure")[1][0] == ""


def test_a_user_without_a_password(link, clock):
    link.start(config(password=None))
    assert link._credentials(link._nic["cellconfig"]) == ("me", "")


FAILURES = [
    ("_start", "wake", False, results.NO_MODEM, 1), ("_sim", "open", LOCKED, results.SIM_ERROR, 0),
    ("_network", "configure", False, results.NO_PPP_CONNECTION, 1),
    ("_network", "register", DENIED, results.REGISTRATION_DENIED, 1),
    ("_network", "register", 7, results.NO_REGISTRATION, 1),
]  # fmt: skip


@pytest.mark.parametrize(("part", "step", "value", "result", "counts"), FAILURES)
def test_what_each_step_fails_with(link, clock, part, step, value, result, counts):
    setattr(getattr(link, part), step, gives(value))
    link._start.cause = link._sim.cause = link._line.text = "why"
    start(link, clock, FAILED)
    assert link.result == result
    assert records.failures() == counts, "no power cycle opens a SIM"
    assert link.code == 0


@pytest.mark.parametrize(
    ("failures", "found", "cycled"),
    [(1, True, False), (2, True, True), (2, False, False), (3, True, False)],
)
def test_the_second_failure_switches_the_radio_off_and_on(link, clock, failures, found, cycled):
    for _ in range(failures):
        records.count(True)
    link._start.found = found
    start(link, clock)
    assert len(done(link, "radio")) == cycled
    assert done(link, "wake") == [(failures,)]
    assert done(link, "configure")[0][4] is not found, "a modem that has just been started"
    assert records.failures() == 0


def test_a_modem_that_was_switched_off_and_on_begins_at_the_lowest_step(link, clock):
    for _ in range(3):
        records.count(True)
    link._start.cycled = True
    link._sim.open = gives(LOCKED)
    start(link, clock, FAILED)
    assert records.failures() == 0


def test_ppp_that_refuses_the_password_is_not_tried_again(link, clock):
    link._ppp.state, link._ppp.cause, link._ppp.code = ppp.Ppp.DOWN, ppp.REFUSED, 0
    start(link, clock, FAILED)
    assert link.result == results.NO_PPP_CONNECTION and link.faults == 0
    assert link.cause == "PPP: user name or password refused"


def test_ppp_that_fails_is_dialled_anew(link, clock):
    states = [ppp.Ppp.DOWN, ppp.Ppp.UP]
    link._ppp.cause, link._ppp.code = "PPP error", 5
    link._ppp.poll = lambda: states.pop(0) if len(states) > 1 else states[0]
    link.uart.script *= 2
    start(link, clock)
    assert link.faults == 1 and (link.result, link.cause, link.code) == (12, "PPP error", 5)
    assert len(done(link, "wake")) == 2


@pytest.mark.parametrize("waits_ms", [29_900, 30_100])
def test_ppp_has_half_a_minute(link, clock, waits_ms):
    link._ppp.state = ppp.Ppp.PENDING
    link._nic = config()
    work = link._negotiate()
    began_ms = clock.now_ms
    outcome = None
    try:
        while True:
            next(work)
            clock.now_ms += 10
            if clock.now_ms - began_ms >= waits_ms:
                link._ppp.state = ppp.Ppp.UP
    except StopIteration as end:
        outcome = end.value
    assert outcome is (waits_ms < 30_000)
    assert link._retry is not outcome


def test_a_connection_that_is_lost(link, clock):
    start(link, clock)
    link._ppp.state, link._ppp.code = ppp.Ppp.DOWN, 3
    run(link, clock, FAILED)
    assert (link.result, link.cause, link.code) == (12, "PPP: the modem has hung up", 3)
    assert records.failures() == 1


@pytest.mark.parametrize(
    ("quality", "text", "asked", "set_to"),
    [(4, "", False, False), (3, "26/11/29,12:00:00+04", True, True), (0, "", True, False),
     (0, "70/01/01,00:00:00+00", True, False)],
)  # fmt: skip
def test_the_networks_time(link, clock, monkeypatch, quality, text, asked, set_to):
    set_ = []
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now_s: quality)
    monkeypatch.setattr(clocks, "is_believable", lambda seconds: seconds > 800_000_000)
    monkeypatch.setattr(clocks, "set_clock", lambda *arguments: set_.append(arguments))
    link._network.clock = gives(text, link.did, "clock")
    start(link, clock)
    assert bool(done(link, "clock")) is asked
    assert [quality for _, quality in set_] == ([4] if set_to else [])


def test_stopping(link, clock):
    start(link, clock)
    link.did.clear()
    link.stop()
    assert link._stage == DISCONNECTING and not link._line.recording
    assert link.did == [("drop",)]
    link._line.hide("4711")
    assert run(link, clock, FAILED) == [DISCONNECTING, POWERING_OFF, FAILED]
    assert [entry[0] for entry in link.did[1:]] == ["close", "quit", "verify", "deinit"]
    assert link.used == {2: False} and link._line.hidden == [] and link._line.uart is None
    link.did.clear()
    link.stop()
    assert link.poll() == FAILED and link.did == []
    assert records.failures() == 0, "it was up"


def test_stopping_a_modem_that_was_off(link, clock):
    link._start.quit = gives(False)
    start(link, clock, 1)
    link.stop()
    link.stop()
    assert run(link, clock, FAILED) == [DISCONNECTING, FAILED] and done(link, "verify") == []


@pytest.mark.parametrize(
    ("after_ms", "faults", "result", "failures"),
    [(19_999, 0, 12, 0), (20_000, 0, 12, 1), (10, 1, 12, 1), (10, 1, results.SIM_ERROR, 0)],
)
def test_an_attempt_that_is_given_up_counts_if_it_took_long(
    link, clock, after_ms, faults, result, failures
):
    link.start(config())
    clock.now_ms += after_ms
    link.faults, link.result = faults, result
    link.stop()
    assert records.failures() == failures


def test_a_start_while_it_is_stopping(link, clock):
    start(link, clock, 1)
    link.stop()
    link.poll()
    start(link, clock)
    assert link.used == {2: True}


@pytest.mark.parametrize(
    ("used", "level", "stages"),
    [(True, 1, [DISCONNECTING, POWERING_OFF, FAILED]),
     (False, 1, [DISCONNECTING, POWERING_OFF, FAILED]),
     (True, 0, [FAILED]), (False, 0, [FAILED])],
)  # fmt: skip
def test_a_modem_of_an_earlier_run(link, clock, used, level, stages):
    machine.Pin.board.MODEM_STATUS.level = level
    link.adopt(used)
    assert run(link, clock, FAILED) == stages
    assert len(done(link, "stop_left_over")) == level and len(done(link, "verify")) == level
    machine.Pin.board.MODEM_STATUS.level = 1
    link.adopt(used)  # it was told to go off, and is on again all the same
    run(link, clock, FAILED)
    assert len(done(link, "stop_left_over")) == level + 1


@pytest.mark.parametrize("used", [True, False])
def test_a_modem_of_an_earlier_run_without_status(link, clock, used):
    link._power._status = None
    link.adopt(used)
    assert run(link, clock, FAILED)[0] == (DISCONNECTING if used else POWERING_OFF)
    link.start(config())
    link.adopt(True)
    assert link._stage == 0, "it is in use"


def test_a_modem_without_status_is_looked_for_once_in_a_run(link, clock):
    link._power._status = None
    link._power.status = False
    link.adopt(False)
    run(link, clock, FAILED)
    link.adopt(False)
    assert link.poll() == FAILED and len(done(link, "stop_left_over")) == 1, "it was not found"
    link.adopt(True)
    run(link, clock, FAILED)
    assert len(done(link, "stop_left_over")) == 2, "another run has left it on"
    link._line.uart = link.uart
    link.start(config())
    run(link, clock, UP)
    link.stop()
    run(link, clock, FAILED)
    link.adopt(False)
    assert link.poll() == FAILED and len(done(link, "stop_left_over")) == 2, "it went off"


def test_a_modem_that_was_not_proven_off_is_looked_for(link, clock):
    link._power._status = None
    link._power.status = False
    link._start.quit = gives(False)
    link.start(config())
    run(link, clock, UP)
    link.stop()
    run(link, clock, FAILED)
    link.adopt(False)
    run(link, clock, FAILED)
    assert len(done(link, "stop_left_over")) == 1


def test_ctrl_c_does_not_end_the_search(link, clock):
    link._power._status = None
    link._power.status = False
    link.adopt(False)
    link.poll()
    link._work.close()  # as the exception does
    assert run(link, clock, FAILED)[-1] == FAILED
    assert len(done(link, "stop_left_over")) == 2
    link._line.uart = link.uart
    link.adopt(True)
    link.start(config())
    link._work.close()
    assert run(link, clock, UP)[-1] == UP, "the search was over when it was started"


def test_what_people_are_told(link, clock):
    network = link._network
    network.operator, network.rssi_dbm, network.cell = "Net", -71, "LTE,Online"
    network.imei, network.model = "860000000000001", "SIMCOM_SIM7600G-H"
    assert link.info() == {
        "operator": "Net", "rssi": -71, "imei": "860000000000001",
        "model": "SIMCOM_SIM7600G-H", "cellinfo": "LTE,Online",
    }  # fmt: skip
    link.start(config())
    assert "pintries" not in link.report()
    link._sim.tries = 0
    assert link.report()["pintries"] == 0
