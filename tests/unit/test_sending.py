# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a send waits for under each policy, and the code that it returns."""

import types

import pytest
from connectwith import links, results, session
from connectwith.connection.controller import Controller
from connectwith.links.retry_limits import RetryLimits
from connectwith.session import sending

OK = 0
ECONNABORTED = 103


class Session:
    """`room`, `within`, `acked`: a bool, or the number of polls until it becomes true."""

    def __init__(self):
        self.room = self.within = self.acked = True
        self.state = session._OPEN
        self.cause, self.code = "errno", 104
        self.enqueued = []
        self.polled = []
        self.waiting_for = []

    def _holds(self, name):
        value = getattr(self, name)
        if value is True or value is False:
            return value
        setattr(self, name, value - 1 if value > 1 else True)
        return False

    def poll(self, now_ms, waiting=False):
        self.polled.append(waiting)
        return self.state

    def has_room(self, name, payload):
        return self._holds("room")

    def is_within_buffer(self):
        return self._holds("within")

    def is_waiting(self, packet_id=0):
        self.waiting_for.append(packet_id)
        return not self._holds("acked")

    def enqueue(self, name, payload):
        self.enqueued.append((name, payload))
        return 7


@pytest.fixture
def control(clock):
    """A controller that is connected. `lost`: with what the session was lost, `backs`: what
    bringing it back is going to give."""
    control = types.SimpleNamespace(
        busy=0, generation=1, policy=results.RETURN_ON_ERROR, wait=results.WAIT_TIL_SENT,
        timeout_ms=1000, session=Session(), link=None, lost=[], backs=[], looks=0, connected=True,
        moving=None, sequence=types.SimpleNamespace(limits=RetryLimits()),
    )  # fmt: skip

    def lose(cause, code, result):
        control.lost.append((cause, code, result))
        control.connected = False

    def reconnect():
        assert not control.busy
        control.connected = control.backs.pop(0)
        if control.connected:
            control.session.state = session._OPEN
        return control.connected

    control.lose, control.reconnect = lose, reconnect
    control.has_lost_link = lambda: control.link and Controller.has_lost_link(control)
    control.is_connected = lambda: control.connected
    control.schedule_step = lambda: setattr(control, "looks", control.looks + 1)
    return control


def test_a_message_with_room_is_sent_at_once(control, clock):
    began_ms = clock.now_ms
    assert sending.send(control, "log", b"x") == OK
    assert control.session.enqueued == [("log", b"x")]
    assert (clock.now_ms, control.looks, control.busy) == (began_ms, 1, 0)
    assert control.session.polled == [True, True], "messages to the device must not hold it up"
    assert control.session.waiting_for == []


def test_it_makes_the_steps_of_a_move_that_it_waits_for(control, clock):
    steps = []

    def run_due():
        steps.append(clock.now_ms)
        control.session.room = len(steps) == 3

    control.moving = object()
    control.attempt = types.SimpleNamespace(run_due=run_due)
    control.session.room = False
    assert sending.send(control, "log", b"x") == OK
    assert len(steps) == 3


@pytest.mark.parametrize("what", ["room", "within"])
def test_it_waits_for_room_and_for_the_rest(control, clock, what):
    began_ms = clock.now_ms
    setattr(control.session, what, 5)
    assert sending.send(control, "log", b"x") == OK
    assert clock.now_ms - began_ms == 5 and not control.lost


def test_it_waits_for_the_acknowledgement_of_this_message(control, clock):
    control.wait = results.WAIT_FOR_ACK
    control.session.within = False
    control.session.acked = 5
    began_ms = clock.now_ms
    assert sending.send(control, "log", b"x") == OK
    assert clock.now_ms - began_ms == 5
    assert set(control.session.waiting_for) == {7}


@pytest.mark.parametrize(
    ("what", "wait"),
    [("room", results.WAIT_TIL_SENT), ("within", results.WAIT_TIL_SENT),
     ("acked", results.WAIT_FOR_ACK)],
)  # fmt: skip
def test_a_timeout_ends_the_session(control, clock, what, wait):
    control.wait = wait
    setattr(control.session, what, False)
    began_ms = clock.now_ms
    assert sending.send(control, "log", b"x") == results.SEND_ERROR_TIMEOUT
    assert clock.now_ms - began_ms == 1000
    assert control.lost == [("send timeout", 0, results.NO_SERVER)]
    assert control.looks == 0 and control.busy == 0


@pytest.mark.parametrize(
    ("what", "wait", "result"),
    [("room", results.WAIT_TIL_SENT, results.SEND_ERROR_WOULDBLOCK),
     ("within", results.WAIT_TIL_SENT, OK),
     ("acked", results.WAIT_FOR_ACK, results.SEND_ERROR_TIMEOUT)],
)  # fmt: skip
def test_a_timeout_under_no_disconnect_keeps_the_session(control, what, wait, result):
    control.policy = results.RETURN_ON_ERROR_NO_DISCONNECT
    control.wait = wait
    setattr(control.session, what, False)
    assert sending.send(control, "log", b"x") == result
    assert control.lost == [] and control.looks == 1
    assert len(control.session.enqueued) == (what != "room")


def test_a_session_that_breaks_meanwhile(control):
    control.session.state = session._CLOSED
    assert sending.send(control, "log", b"x") == results.SEND_ERROR_DISCONNECTED
    assert control.lost == [("errno", 104, results.NO_SERVER)]


def test_a_link_that_goes_is_to_blame(control):
    control.session.room = False
    control.link = types.SimpleNamespace(poll=lambda: links.FAILED, result=results.NO_WIFI)
    assert sending.send(control, "log", b"x") == results.SEND_ERROR_DISCONNECTED
    assert control.lost == [("link lost", 0, results.NO_WIFI)]


@pytest.mark.parametrize("after_ms", [0, 40])
def test_a_link_that_goes_is_to_blame_for_the_connection_that_it_breaks(control, clock, after_ms):
    """lwIP may close it before the driver tells of the link's end."""
    control.session.state, control.session.code = session._CLOSED, ECONNABORTED
    gone_ms = clock.now_ms + after_ms
    control.link = types.SimpleNamespace(
        poll=lambda: links.FAILED if clock.now_ms >= gone_ms else links.UP, result=results.NO_WIFI
    )
    assert sending.send(control, "log", b"x") == results.SEND_ERROR_DISCONNECTED
    assert control.lost == [("link lost", 0, results.NO_WIFI)]


def test_a_link_that_stays_is_not_to_blame(control, clock):
    control.session.state, control.session.code = session._CLOSED, ECONNABORTED
    control.link = types.SimpleNamespace(poll=lambda: links.UP, result=results.NO_WIFI)
    began_ms = clock.now_ms
    assert sending.send(control, "log", b"x") == results.SEND_ERROR_DISCONNECTED
    assert control.lost == [("errno", ECONNABORTED, results.NO_SERVER)]
    assert 40 < clock.now_ms - began_ms < 100


@pytest.mark.parametrize(
    "policy", [results.RETURN_ON_ERROR, results.RETURN_ON_ERROR_NO_DISCONNECT]
)
def test_a_connection_that_has_ended_is_no_timeout(control, clock, policy):
    """The timeout is shorter than the time for which a link is looked at."""
    control.session.state, control.session.code = session._CLOSED, ECONNABORTED
    control.link = types.SimpleNamespace(poll=lambda: links.UP, result=results.NO_WIFI)
    control.policy, control.timeout_ms = policy, 20
    began_ms = clock.now_ms
    assert sending.send(control, "log", b"x") == results.SEND_ERROR_DISCONNECTED
    assert control.lost == [("errno", ECONNABORTED, results.NO_SERVER)]
    assert clock.now_ms - began_ms < 40


def test_a_link_that_is_up_is_waited_with(control):
    control.session.room = 3
    control.link = types.SimpleNamespace(poll=lambda: links.UP, result=results.NO_WIFI)
    assert sending.send(control, "log", b"x") == OK


def test_a_callback_that_closes_it_meanwhile(control, clock):
    control.session.room = False
    clock.slept = [lambda: setattr(control, "generation", 2)]
    assert sending.send(control, "log", b"x") == results.SEND_ERROR_DISCONNECTED
    assert control.lost == [] and len(control.session.polled) == 1


def test_a_callback_in_the_middle_of_another_call(control):
    control.busy = 1
    assert sending.send(control, "log", b"x") == results.SEND_ERROR_WOULDBLOCK
    assert control.busy == 1 and not control.session.polled


def test_offline_it_is_not_connected(control):
    control.connected, control.backs = False, [False]
    assert sending.send(control, "log", b"x") == results.SEND_ERROR_NOT_CONNECTED


def test_an_exception_leaves_it_free(control):
    control.session.poll = lambda *_: 1 / 0
    with pytest.raises(ZeroDivisionError):
        sending.send(control, "log", b"x")
    assert control.busy == 0


def test_suspended_it_connects_and_sends_again(control):
    control.policy = results.SUSPEND_ON_ERROR
    control.backs = [True]
    control.session.state = session._CLOSED
    assert sending.send(control, "log", b"x") == OK
    assert control.session.enqueued == [("log", b"x")] and len(control.lost) == 1


def test_suspended_it_gives_a_message_up_that_ends_each_session(control):
    control.policy = results.SUSPEND_ON_ERROR
    control.backs = [True, True, True]
    control.session.room = False
    control.timeout_ms = 10
    assert sending.send(control, "log", b"x") == results.SEND_ERROR_TIMEOUT
    assert len(control.lost) == 3
    assert control.backs == [] and control.connected, "connected again, without the message"


def test_flush_with_nothing_outstanding(control):
    control.busy, control.connected = 1, False
    assert sending.flush(control, 1000) is True


@pytest.mark.parametrize(("busy", "connected"), [(1, True), (0, False)])
def test_flush_that_cannot_wait(control, busy, connected):
    control.busy, control.connected = busy, connected
    control.session.acked = False
    assert sending.flush(control, 1000) is False
    assert not control.session.polled


@pytest.mark.parametrize(("acked", "took_ms", "flushed"), [(5, 4, True), (False, 300, False)])
def test_flush_waits_for_all_acknowledgements(control, clock, acked, took_ms, flushed):
    control.session.acked = acked
    began_ms = clock.now_ms
    assert sending.flush(control, 300) is flushed
    assert clock.now_ms - began_ms == took_ms
    assert set(control.session.waiting_for) == {0}
    assert control.lost == [] and control.busy == 0


@pytest.mark.parametrize("policy", [results.SUSPEND_ON_ERROR, results.RETURN_ON_ERROR])
def test_flush_that_loses_the_session(control, policy):
    control.policy, control.backs = policy, [True]
    control.session.acked, control.session.state = False, session._CLOSED
    assert sending.flush(control, 300) is False
    assert control.backs == ([] if policy == results.SUSPEND_ON_ERROR else [True])
