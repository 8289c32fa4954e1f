# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Start of a modem in an unknown state, its power-down, and the proof that it is off."""

import pytest
from connectwith.links.modem import line as modem_line
from connectwith.links.modem import power as modem_power
from connectwith.links.modem import start as modem_start
from connectwith.links.modem.line import Restart
from modem_script import Pin, fit_pins, lines
from modem_stand_in import Key, Modem

OK = lines("OK")
FAST = 921600


@pytest.fixture
def board(monkeypatch, clock):
    """Makes a Start for a modem: with a power key and a STATUS pin, or without."""

    def make(modem, key=True, status=True):
        pins = {}
        if key:
            pins["MODEM_PWRKEY"] = Key(clock)
            pins["MODEM_PWRKEY"].modem = modem
        if status:
            pins["MODEM_STATUS"] = Pin(clock)
            pins["MODEM_STATUS"].value = lambda: (modem.tick(), int(modem.on))[1]
        fit_pins(monkeypatch, **pins)

        def make_uart(rate):
            modem.speed = rate
            modem.at_rates.append(rate)
            return modem

        monkeypatch.setattr(modem_line, "make_uart", make_uart)
        line = modem_line.Line()
        line.recording = True
        start = modem_start.Start(line, modem_power.Power())
        start.pins = pins
        start.modem = modem
        return start

    return make


def wake(clock, start, failures=0):
    return clock.drive(start.wake(failures))


def woken(clock, board, **pins):
    """A Start whose modem has been found."""
    start = board(Modem(clock), **pins)
    wake(clock, start)
    return start


def presses(start):
    """The duration of each press of the key, in ms."""
    edges = start.pins["MODEM_PWRKEY"].edges
    return [edges[i + 1][0] - edges[i][0] for i in range(0, len(edges), 2)]


@pytest.mark.parametrize("rate", [115200, 921600, 460800, 9600, 3000000])
def test_a_modem_that_is_on_is_found_at_any_speed(clock, board, rate):
    start = board(Modem(clock, rate))
    awake, _ = wake(clock, start)
    assert awake and start.found and not start.cycled and presses(start) == []
    assert start.modem.rate == FAST and start._line.rate == FAST
    assert "ATE0;+CMEE=1;+CGEREP=0,0"[2:] in "".join(start.modem.said)
    assert start._line.expected is False, "RDY would be news"


def test_a_modem_that_is_found_again_is_asked_once(clock, board):
    start = woken(clock, board)
    start.modem.said.clear()
    start.modem.at_rates.clear()
    awake, took_ms = wake(clock, start)
    assert awake and took_ms < 100 and start.modem.at_rates == [FAST]
    assert start.modem.said[0] == "AT" and "AT+IPR=921600" not in start.modem.said


def test_a_modem_that_is_off_is_switched_on(clock, board):
    start = board(Modem(clock, on=False))
    awake, took_ms = wake(clock, start)
    assert awake and not start.found and 11000 < took_ms < 14000
    assert presses(start) == [500] and start.modem.rate == FAST


def test_a_modem_that_is_off_is_not_looked_for_long(clock, board):
    start = board(Modem(clock, on=False))
    found, took_ms = clock.drive(start._find())
    assert not found and took_ms < 1000 and start.modem.at_rates == [115200, FAST, 115200]
    start = board(Modem(clock, on=False), status=False)
    found, took_ms = clock.drive(start._find())
    assert not found and took_ms > 5000
    assert set(start.modem.at_rates) >= {115200, FAST, 460800, 9600, 3000000}
    assert start.modem.at_rates[-1] == 115200


@pytest.mark.parametrize("status", [True, False])
def test_a_call_that_goes_on_is_ended_by_ppp(clock, board, status):
    modem = Modem(clock, FAST)
    modem.in_call = True
    start = board(modem, status=status)
    awake, took_ms = wake(clock, start)
    assert awake and start.found and not modem.in_call and took_ms < 5000
    assert presses(start) == [] and start.in_call is False


@pytest.mark.parametrize("escapes", [1, 2])
def test_a_call_that_ppp_does_not_end_is_escaped_from(clock, board, escapes):
    modem = Modem(clock, FAST)
    modem.in_call, modem.by_ppp, modem.escapes = True, False, escapes
    start = board(modem)
    awake, _ = wake(clock, start)
    assert awake and presses(start) == []
    assert ("ATH" in modem.said) and not modem.in_call


def test_a_call_that_is_known_of_is_ended_first(clock, board):
    modem = Modem(clock)
    start = board(modem)
    wake(clock, start)
    modem.in_call = start.in_call = True
    modem.said.clear()
    awake, took_ms = wake(clock, start)
    assert awake and took_ms < 500 and not start.in_call


def test_a_modem_that_hangs_is_switched_off_and_on(clock, board):
    modem = Modem(clock)
    modem.deaf = True
    start = board(modem)
    awake, took_ms = wake(clock, start)
    assert not awake
    assert start.cause.startswith("no answer to AT")
    assert [length >= 2500 for length in presses(start)] == [False, True, False, True]


def test_failures_in_a_row_switch_it_off_and_on(clock, board):
    for failures, cycled in ((2, False), (3, True)):
        start = board(Modem(clock))
        awake, _ = wake(clock, start, failures)
        assert awake and start.cycled is cycled and start.found is not cycled
        assert ("AT+CPOF" in start.modem.said) is cycled
        assert len(presses(start)) == cycled
    start = board(Modem(clock), key=False)
    assert wake(clock, start, 3)[0] and "AT+CPOF" not in start.modem.said


def test_a_board_without_a_key_waits_for_the_modem(clock, board):
    modem = Modem(clock, on=False)
    modem.boots_at_ms = clock.now_ms + 12000
    start = board(modem, key=False)
    awake, took_ms = wake(clock, start)
    assert awake and not start.found and 11000 < took_ms < 14000


def test_a_speed_that_does_not_work_is_taken_back(clock, board):
    modem = Modem(clock)
    modem.answer_to["AT+IPR=921600"] = OK  # and goes on at the old one
    start = board(modem)
    assert wake(clock, start)[0]
    assert start._line.rate == 115200 and modem.at_rates[-2:] == [FAST, 115200]


def test_a_speed_that_is_refused(clock, board):
    modem = Modem(clock)
    modem.answer_to["AT+IPR=921600"] = lines("ERROR")
    start = board(modem)
    assert wake(clock, start)[0]
    assert start._line.rate == 115200 and FAST not in modem.at_rates


def test_a_modem_that_is_lost_with_the_speed(clock, board):
    modem = Modem(clock)
    start = board(modem)

    def lost(command):
        if command == "AT+IPR=921600":
            modem.deaf = True
        return OK

    modem.answer = lost
    with pytest.raises(Restart, match="IPR"):
        wake(clock, start)


@pytest.mark.parametrize("obeys", [True, False])
def test_going_off(clock, board, obeys):
    start = woken(clock, board)
    start.modem.obeys = obeys
    told, _ = clock.drive(start.quit())
    assert told and start._power.stopping()
    _, took_ms = clock.drive(start.verify_off())
    assert not start.modem.on and took_ms < 6000
    assert [length >= 2500 for length in presses(start)] == ([] if obeys else [True])
    assert start.modem.said[-1] == "AT+CPOF" and not start._power.stopping()
    assert start._rate == 115200 and not start.in_call and not start._alive


def test_going_off_out_of_a_call(clock, board):
    for by_ppp in (True, False):
        start = board(Modem(clock))
        wake(clock, start)
        start.modem.in_call = start.in_call = True
        start.modem.by_ppp = by_ppp
        assert clock.drive(start.quit())[0]
        assert "AT+CPOF" in start.modem.said and not start.in_call


def test_going_off_when_the_network_has_ended_the_call(clock, board):
    start = woken(clock, board)
    start.in_call = True
    told, took_ms = clock.drive(start.quit())
    assert told and took_ms < 2000 and "AT+CPOF" in start.modem.said and not start.in_call


@pytest.mark.parametrize("status", [True, False])
def test_a_modem_that_hangs_is_pressed_off(clock, board, status):
    start = woken(clock, board, status=status)
    start.modem.deaf = True
    told, _ = clock.drive(start.quit())
    assert told and [length >= 2500 for length in presses(start)] == [True]


def test_a_modem_that_is_off_already_is_not_pressed(clock, board):
    start = woken(clock, board)
    start.modem.on = False
    told, took_ms = clock.drive(start.quit())
    assert not told and took_ms == 0 and presses(start) == []
    start._line.uart = None
    assert clock.drive(start.quit())[0] is False


def test_a_modem_that_has_never_answered_is_not_pressed_off(clock, board):
    start = board(Modem(clock, on=False), status=False)
    start._open(115200)
    assert clock.drive(start.quit())[0] is False and presses(start) == []


def test_a_modem_that_is_told_already_is_not_told_again(clock, board):
    start = woken(clock, board, status=False)
    clock.drive(start.quit())
    start.modem.said.clear()
    assert clock.drive(start.quit())[0] is True and start.modem.said == []


def test_a_modem_that_is_starting_is_told_as_soon_as_it_listens(clock, board):
    modem = Modem(clock, on=False)
    start = board(modem)
    work = start.wake(0)
    while not start.starting():
        next(work)
        clock.now_ms += 10
    clock.now_ms += 1000
    next(work)
    work.close()
    modem.boots_at_ms = modem.boots_at_ms or clock.now_ms + 10000
    told, took_ms = clock.drive(start.quit())
    assert told and took_ms > 5000 and modem.said[-1] == "AT+CPOF"


def test_a_modem_without_a_key_loses_its_radio_alone(clock, board):
    start = woken(clock, board, key=False)
    clock.drive(start.quit())
    assert start.modem.said[-1] == "AT+CFUN=4" and not start._power.stopping()
    assert clock.drive(start.verify_off())[1] == 0


@pytest.mark.parametrize("in_call", [True, False])
def test_a_modem_of_an_earlier_run_is_told_off(clock, board, in_call):
    modem = Modem(clock, FAST)
    modem.in_call = in_call
    start = board(modem)
    found, took_ms = clock.drive(start.stop_left_over())
    assert found and took_ms < 2000 and modem.said[-1] == "AT+CPOF"


def test_a_deaf_modem_of_an_earlier_run_is_pressed_off(clock, board):
    modem = Modem(clock, FAST)
    modem.deaf = True
    start = board(modem)
    assert clock.drive(start.stop_left_over())[0] is True
    assert [length >= 2500 for length in presses(start)] == [True]


def test_no_modem_of_an_earlier_run(clock, board):
    start = board(Modem(clock, on=False))
    found, took_ms = clock.drive(start.stop_left_over())
    assert not found and took_ms == 0 and presses(start) == [] and not start.in_call
    start = board(Modem(clock, on=False), status=False)
    assert clock.drive(start.stop_left_over())[0] is False and presses(start) == []


def test_without_status_silence_proves_it_off(clock, board):
    start = woken(clock, board, status=False)
    clock.drive(start.quit())
    _, took_ms = clock.drive(start.verify_off())
    assert 4000 < took_ms < 14000 and not start.modem.on


def test_a_modem_that_does_not_go_off_is_pressed(clock, board):
    start = woken(clock, board)
    start.modem.answer_to["AT+CPOF"] = OK  # and it stays
    clock.drive(start.quit())
    clock.drive(start.verify_off())
    assert not start.modem.on and [length >= 2500 for length in presses(start)] == [True]


def test_a_modem_that_goes_off_meanwhile_is_not_waited_for(clock, board):
    start = woken(clock, board)
    start.modem.deaf = start.in_call = True
    work = start.quit()
    next(work)
    start.modem.on = False
    assert clock.drive(work)[1] <= 10 and not start.in_call
