# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The link after Ctrl-C in a step, retries of the bring-up, and the echo on a silent line."""

import _connectwith
import machine
import pytest
from connectwith import results
from connectwith.connection import sequence
from connectwith.links import DISCONNECTING, FAILED, POWERING_OFF, UP
from connectwith.links.modem import ppp
from connectwith.links.modem.line import Restart
from connectwith.links.retry_limits import _SINGLE, RetryLimits
from modem_script import Pin, Uart, fit_pins, lines


@pytest.fixture
def link(monkeypatch, clock):
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now_s: 5, False)
    fit_pins(monkeypatch, MODEM_STATUS=Pin(clock, 1))
    from connectwith.links.modem.sim7600 import Sim7600

    return Sim7600()


class Driver:
    """network.PPP of 1.25 in the state that the test gives it."""

    def __init__(self):
        self.connected = True

    def isconnected(self):
        return self.connected


class Tap:
    """_connectwith.Tap on a line that is silent unless the test has `news`."""

    news = False

    def heard(self):
        heard, self.news = self.news, False
        return heard

    def refused(self):
        return False


def up(link, clock):
    """The link as it is when PPP has an address."""
    link._nic = {"interface": "cell0"}
    link._used = True
    link._ppp._driver = Driver()
    link._ppp._uart = Uart()
    link._ppp._tap = Tap()
    link._ppp._heard_ms = link._ppp._asked_ms = clock.now_ms % (1 << 30)
    link._stage = UP
    link._work = link._stay_up()
    return link._ppp._uart


def cut(link, clock):
    """Ctrl-C in the middle of a step."""
    with pytest.raises(KeyboardInterrupt):
        link._work.throw(KeyboardInterrupt)


def test_ctrl_c_does_not_end_a_connection(link, clock):
    up(link, clock)
    assert link.poll() == UP
    cut(link, clock)
    for _ in range(3):
        assert link.poll() == UP


def test_ctrl_c_does_not_end_powering_down(link, clock):
    link._used = True
    link._nic = {"interface": "cell0"}
    link._stage = 0
    link.stop()
    assert link._stage == DISCONNECTING
    link.poll()
    if link._work is not None:
        cut(link, clock)
    for _ in range(10):
        state = link.poll()
        assert state in (DISCONNECTING, POWERING_OFF, FAILED)
    assert state == FAILED
    assert link.poll() == FAILED


def test_a_silent_line_is_asked_and_then_lost(link, clock):
    uart = up(link, clock)
    began_ms = clock.now_ms
    while link.poll() == UP:
        clock.now_ms += 50
        assert clock.now_ms - began_ms <= 10000
    assert clock.now_ms - began_ms == 10000
    assert link.poll() == FAILED
    assert "silent" in link.cause
    assert uart.sent == [ppp._ECHO] * 3


def test_a_line_that_answers_stays(link, clock):
    uart = up(link, clock)
    for _ in range(2000):
        asked = len(uart.sent)
        assert link.poll() == UP
        if len(uart.sent) > asked:
            link._ppp._tap.news = True
        clock.now_ms += 50
    assert 25 <= len(uart.sent) <= 34  # every 3 s of 100 s


def test_loss_of_power_shows_at_once(link, clock):
    up(link, clock)
    assert link.poll() == UP
    machine.Pin.board.MODEM_STATUS.level = 0
    assert link.poll() == FAILED
    assert "power" in link.cause


def test_stop_without_start(link):
    link.stop()
    assert link.poll() == FAILED


DIAL = "ATD*99***1#"
NO_CARRIER = (DIAL, lines("NO CARRIER"))
CONNECT = (DIAL, lines("CONNECT 921600"))


def dials(link, clock, *script, single_ms=0):
    """Dials: (connected, ms). single_ms: the timeout in the mode _SINGLE, 0 for FAILOVER."""
    link._limits = RetryLimits(_SINGLE, single_ms) if single_ms else RetryLimits()
    link._line.uart = Uart(script)
    link._line.expect_restart()
    link._line.expected = False
    link._stage = 2
    through, took_ms = clock.drive(link._dial())
    assert not link._line.uart.script, "more was expected of the link"
    return through, took_ms


def test_a_call_that_is_refused_is_tried_again(link, clock):
    through, took_ms = dials(link, clock, NO_CARRIER, (DIAL, lines("ERROR")), CONNECT)
    assert through and 1500 <= took_ms < 2000
    assert link.faults == 2 and link.cause == "ATD: ERROR"
    # At 0, 0.5, 1.5, 3.5 and 7.5 s, where another interface could be tried.
    assert not dials(link, clock, *[NO_CARRIER] * 5)[0]
    assert link.result == results.NO_PPP_CONNECTION
    through, took_ms = dials(link, clock, *[NO_CARRIER] * 12, CONNECT, single_ms=60000)
    assert through and 40000 < took_ms < 48000
    assert not dials(link, clock, *[NO_CARRIER] * 14, single_ms=60000)[0]
    assert link.cause == "ATD: NO CARRIER"


def test_a_call_that_is_not_answered_is_not_tried_again(link, clock):
    through, took_ms = dials(link, clock, (DIAL, None), single_ms=600000)
    assert not through and took_ms >= 60000
    assert link.cause == "ATD: no answer"


class Steps:
    """A bring-up that does what the test says; `done`: how often."""

    def __init__(self, link, *outcomes):
        self.link, self.outcomes, self.done = link, list(outcomes), 0
        link._sequence = self
        link._line.uart = Uart()

    def __call__(self):
        outcome = self.outcomes[min(self.done, len(self.outcomes) - 1)]
        self.done += 1
        yield
        if outcome == "restart":
            raise Restart("the modem has restarted")
        if outcome == "permanent":
            self.link._fail(results.SIM_ERROR, "PUK")
        elif outcome == "passing":
            self.link._try_again(results.NO_PPP_CONNECTION, "PPP error", 9)
        else:
            self.link._stage = UP


def brings_up(link, clock, single_ms, *outcomes):
    """The last stage, the number of tries, and the duration in ms."""
    steps = Steps(link, *outcomes)
    link._limits = RetryLimits(_SINGLE, single_ms) if single_ms else RetryLimits()
    link._stage = 0
    took_ms = clock.drive(link._bring_up())[1]
    return link._stage, steps.done, took_ms


def test_a_modem_that_restarts_is_tried_while_the_limits_allow_it(link, clock):
    assert brings_up(link, clock, 60000, *["restart"] * 9, "up")[:2] == (UP, 10)
    stage, tries, took_ms = brings_up(link, clock, 60000, "restart")
    assert stage == FAILED and 48000 <= took_ms < 54000 and tries > 9
    assert link.result == results.NO_MODEM and "restarted" in link.cause
    # With another interface to try: three times, and until 5 s are over.
    stage, tries, took_ms = brings_up(link, clock, 0, "restart")
    assert stage == FAILED and tries >= 3 and took_ms < 9000


def test_a_call_without_an_address_is_made_anew(link, clock):
    assert brings_up(link, clock, 60000, "passing", "restart", "up")[:2] == (UP, 3)
    assert link.faults == 2
    stage, _, took_ms = brings_up(link, clock, 60000, "passing")
    assert stage == FAILED and took_ms >= 48000
    assert (link.result, link.cause, link.code) == (results.NO_PPP_CONNECTION, "PPP error", 9)


def test_what_cannot_change_ends_it_at_once(link, clock):
    stage, tries, took_ms = brings_up(link, clock, 60000, "restart", "permanent")
    assert (stage, tries, link.cause) == (FAILED, 2, "PUK") and took_ms < 600


def test_each_question_hurries_the_next_look(monkeypatch):
    """The interval of polls grows, and is reset by each AT command of the link."""
    monkeypatch.setattr(_connectwith, "Resolver", lambda: None, False)
    seq = sequence.Sequence(type("Attempt", (), {"stage": lambda self: 9})(), None, None)
    seq.link = type("Link", (), {"asked": 1, "faults": 0, "poll": lambda self: 1})()
    slow = [seq._poll_link() for _ in range(9)]
    assert slow[0] == 1 and slow == sorted(slow) and slow[-1] == 10
    seq.link.asked += 1
    assert seq._poll_link() == 1
    del type(seq.link).asked  # as Wi-Fi's and Ethernet's
    assert [seq._poll_link() for _ in range(9)][-1] == 10


def test_commands_are_counted(link, clock):
    link._line.uart = Uart([("AT", None), ("AT", lines("OK"))])
    link._stage = 0
    link._work = link._line.answers(2, 50)
    link._line.expect_restart()
    link.poll()
    assert link.asked == 1
    clock.now_ms += 50
    link.poll()
    assert link.asked == 2
