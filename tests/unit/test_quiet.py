# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a session in which nothing happens waits for."""

import types

import pytest
from connectwith import links
from connectwith import session as sessions
from connectwith.outbox import delivery
from test_controller import connect, control, lost  # noqa: F401 - fixtures
from test_mqtt import drain, ready, receive
from test_session import CONNACK, opened, stream  # noqa: F401 - fixtures


def test_when_the_keepalive_is_due():
    client = ready()
    client.keepalive(1000)
    assert client.due_ms(1000) == 60_000 and client.due_ms(60_999) == 1
    assert client.due_ms(61_000) == client.due_ms(99_000) == 0
    assert client.tick(61_000)
    drain(client, now=61_000)
    assert client.due_ms(61_000) == 45_000 and client.due_ms(106_001) == 0
    receive(client, b"\xd0\x00", now=70_000)
    assert client.due_ms(70_000) == 51_000, "of what was sent, as that is older"


@pytest.mark.parametrize("began_ms", [0, (1 << 30) - 30_000])
def test_steps_at_what_is_due_are_all_that_the_keepalive_needs(began_ms):
    client = ready()
    client.keepalive(began_ms)
    now_ms, pings, steps = began_ms, 0, 0
    while client.tick(now_ms % (1 << 30)):
        pings += drain(client, now=now_ms % (1 << 30)).count(b"\xc0\x00")
        if pings < 3:
            receive(client, b"\xd0\x00", now=now_ms % (1 << 30))
        steps += 1
        now_ms += client.due_ms(now_ms % (1 << 30))
        assert steps < 10
    assert (pings, steps, now_ms - began_ms) == (3, 4, 225_000)


def test_a_session_is_busy_until_it_has_said_what_it_begins_with(stream):  # noqa: F811
    current = opened(stream)
    stream.incoming = CONNACK
    assert current.poll(0) == sessions._OPEN and current.busy()
    while b'"online"' not in stream.sent:
        assert current.busy()
        current.poll(0)
    assert not current.busy() and current.due_ms(1) == 59_999


def test_kept_messages_are_tried_again_after_a_pause(stream):  # noqa: F811
    current = opened(stream)
    current.kept = types.SimpleNamespace(due_ms=lambda now_ms, idle_ms: min(idle_ms, 5_000))
    assert current.due_ms(0) == 5_000


@pytest.mark.parametrize("left_ms", [7_000, 60_000])
def test_a_delivery_that_pauses(left_ms):
    kept = delivery.Delivery(None)
    assert kept.due_ms(1_000, left_ms) == left_ms
    kept._pausing, kept._paused_ms = True, 1_000
    assert kept.due_ms(1_000, left_ms) == 5_000 and kept.due_ms(5_500, left_ms) == 500
    assert kept.due_ms(9_000, left_ms) == 0 and kept.due_ms(1_000, 20) == 20


@pytest.mark.parametrize(
    ("quiet_ms", "unstable_ms", "wait_ms"),
    [(7_000, None, 7_000), (0, None, 0), (90_000, None, 60_000), (60_000, 29_000, 29_000),
     (500, 29_000, 500), (60_000, -1, 0)],
)  # fmt: skip
def test_the_first_deadline(control, quiet_ms, unstable_ms, wait_ms):  # noqa: F811
    connect(control)
    control.sequence.quiet_ms = quiet_ms
    if unstable_ms is not None:
        control.outage = types.SimpleNamespace(
            is_stable=lambda: False, unstable_ms=lambda: unstable_ms, expired=False
        )
    assert control._step() == wait_ms


def test_a_power_down_does_not_have_the_session_polled(control, clock):  # noqa: F811
    connect(control)
    polls = []
    control.session.poll = lambda now_ms: polls.append(now_ms) or sessions._OPEN
    control.sequence.quiet_ms = 1_000
    control.power_down.stopping_ms = 100
    assert control._step() == 100 and len(polls) == 1, "the connection is new"
    for _ in range(9):
        clock.sleep_ms(100)
        assert control._step() == 100 and len(polls) == 1
    clock.sleep_ms(40)
    assert control._step() == 60 and len(polls) == 1
    control.attempt.was_asked = True
    assert control._step() == 100 and len(polls) == 2, "an event"
    assert control._step() == 100 and len(polls) == 2
    clock.sleep_ms(1_000)
    assert control._step() == 100 and len(polls) == 3, "the keepalive"
    control.power_down.stopping_ms = -1
    assert control._step() == 1_000 and len(polls) == 4


def test_a_loss_is_noticed_while_a_link_is_powered_down(control, lost):  # noqa: F811
    connect(control)
    control.power_down.stopping_ms = 100
    control._step()
    control.sequence.link_state = links.FAILED
    assert control._step() == 100 and not lost, "no event, so nobody looks"
    control.attempt.was_asked = True
    assert control._step() == 100 and lost
