# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Modems that restart, fall silent, are pulled at any moment, or send unexpected text."""

import random
import time

import pytest
from cellular import (
    NO_MODEM,
    NO_REGISTRATION,
    SERVER_CONNECTED,
    cell,
    code_of_the_stage,
    quick_connection_s,
    set_clock,
    silent_s,
    until,
    warm_anew,
)

PULLS = 10  # tests/bench/cellular.py does fifty
SEED = 7


def _looks_for_a_network(modem):
    return any(command.endswith("REG?") for command in modem.commands)


def _hold_in_registration(device, modem):
    """An attempt that has got to registration and no further."""
    modem.warm()
    modem.search()
    device.start(cell(), timeout=60)
    until(lambda: _looks_for_a_network(modem), "the registration is asked for")


def _finish(device, modem):
    modem.register()
    assert [call[1] for call in device.wait(limit_s=70)] == [SERVER_CONNECTED]


def test_a_storm_of_news(device, modem):
    _hold_in_registration(device, modem)
    modem.storm(300)
    _finish(device, modem)


def test_the_modem_restarts_in_the_middle(device, modem):
    _hold_in_registration(device, modem)
    modem.reboot()
    _finish(device, modem)
    assert modem.presses == []


NOISE = {
    "10 KB in a line": b"x" * 10240 + b"\r\n",
    "10 KB without an end": b"y" * 10240,
    "NUL": bytes(300),
    "0xFF": b"\xff" * 300,
    "random bytes": random.Random(SEED).randbytes(2000),
    "half a reply": b"\r\n+CEREG: 0,",
    "results": b"\r\nOK\r\n\r\nERROR\r\n\r\n+CME ERROR: 10\r\n\r\nNO CARRIER\r\n",
    "information": b"\r\n+CSQ: 31,99\r\n\r\n+CPIN: SIM PUK\r\n\r\n+CREG: 3\r\n\r\nCONNECT\r\n",
}

_ALLOCATED = "gc.collect()\nprint(gc.mem_alloc())"


def _settled_between_queries(modem):
    """Waits for the pause between two rounds of registration queries."""
    seen = len(modem.commands)
    until(lambda: len(modem.commands) > seen, "another query")
    while len(modem.commands) > seen:
        seen = len(modem.commands)
        time.sleep(0.1)


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE.keys())
def test_noise_harms_nothing(device, modem, noise):
    _hold_in_registration(device, modem)
    device.repl.run("import gc")
    before = int(device.repl.run(_ALLOCATED))
    _settled_between_queries(modem)
    modem.raw(noise)
    seen = len(modem.commands)
    until(lambda: len(modem.commands) > seen + 6, "the queries go on")
    grown = int(device.repl.run(_ALLOCATED)) - before
    assert grown < 2048, "memory has grown by what the modem wrote"
    _finish(device, modem)


def test_an_answer_to_at_without_an_end(device, modem):
    timeout = silent_s(device, modem)
    modem.answer("AT", [b"\r\nO"])
    modem.answer("ATE0;+CMEE=1;+CGEREP=0,0", [b"\r\nO"])
    assert device.connect(cell(), timeout=timeout, limit_s=70) == NO_MODEM


def test_an_answer_about_the_sim_without_an_end(device, modem):
    timeout = silent_s(device, modem)
    modem.answer("AT+CPIN?", [b"\r\n+CPIN: REA"])
    assert device.connect(cell(), timeout=timeout, limit_s=70) == NO_REGISTRATION


def _pull_once(device, modem, moment_s, power):
    """An attempt on a modem that is on, cut off after `moment_s`; the stage that it ended in."""
    warm_anew(device, modem)
    before = len(device.calls())
    device.start(cell(), timeout=2)
    time.sleep(moment_s)
    (modem.power_off if power else modem.pull)()
    until(lambda: len(device.calls()) > before, "the callback")
    modem.plug()
    calls = device.wait(before + 1)
    assert len(calls) == before + 1
    return code_of_the_stage(device, calls[-1][1])


def test_pulled_at_any_moment(device, modem):
    """By turns the cable of the UART and the power. One callback, with the code of the stage that
    it happened in; the next attempt works."""
    chance = random.Random(SEED)
    set_clock(device)
    for command in ("AT", "AT+CEREG?", "ATD*99***1#"):
        modem.delay(command, 60)  # a pull comes some milliseconds late, and is to hit each stage
    usual_s = quick_connection_s(device, modem)
    seen = set()
    for turn in range(PULLS):
        moment_s = (turn + chance.random()) / PULLS * usual_s
        seen.add(_pull_once(device, modem, moment_s, turn % 2))
        assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    assert len(seen) > 2, seen


def test_a_modem_that_dies_while_it_signs_off_keeps_nobody_waiting(device, modem):
    set_clock(device)
    modem.warm()
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    modem.mute()  # else it would have signed off at once
    # Less than the time after which a silent modem counts as off.
    device.start(device.ethernet(), timeout=7)
    device.repl.run("time.sleep_ms(300)")
    assert len(device.calls()) == 1
    modem.power_off()
    assert device.wait(2)[1][1:3] == (SERVER_CONNECTED, "eth0")
