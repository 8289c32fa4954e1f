# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Several links that are being powered down at once."""

import types

import _connectwith
import pytest
from connectwith import links
from connectwith.connection import power_down
from connectwith.links import DISCONNECTING, FAILED, POWERING_OFF


class Link:
    def __init__(self, stage):
        self.stage, self.stops = stage, 0

    def poll(self):
        return self.stage

    def stop(self):
        self.stops += 1


@pytest.fixture
def down(monkeypatch):
    """`woken`: the steps that it asks for."""
    monkeypatch.setattr(_connectwith, "lingering", lambda: False, False)
    monkeypatch.setattr(links, "left_over", lambda kind: None)
    woken = []
    down = power_down.PowerDown(types.SimpleNamespace(wake=woken.append))
    down.woken = woken
    return down


def job(link):
    return types.SimpleNamespace(link=link, kind=0)


def test_a_link_that_is_off_at_once(down):
    link = Link(FAILED)
    down.stop(link)
    assert link.stops == 1 and not down.is_active() and down.poll() == -1 and down.woken == []


@pytest.mark.parametrize(
    ("first", "second", "wait_ms", "way"),
    [
        (DISCONNECTING, DISCONNECTING, 10, -1),
        (DISCONNECTING, POWERING_OFF, 10, -1),
        (POWERING_OFF, DISCONNECTING, 10, -1),
        (POWERING_OFF, POWERING_OFF, 100, 0),
        (FAILED, POWERING_OFF, 100, 0),
        (POWERING_OFF, FAILED, 100, 0),
        (FAILED, DISCONNECTING, 10, -1),
        (FAILED, FAILED, -1, 0),
    ],
)
def test_two_links(down, first, second, wait_ms, way):
    pair = Link(DISCONNECTING), Link(DISCONNECTING)
    for link in pair:
        down.stop(link)
    assert down.woken == [1, 1]
    pair[0].stage, pair[1].stage = first, second
    assert down.poll() == wait_ms and down.make_way(job(Link(FAILED))) == way
    assert down.is_active() is (wait_ms > 0)


def test_a_link_that_is_stopped_twice_is_looked_at_once(down):
    link = Link(DISCONNECTING)
    down.stop(link)
    down.stop(link)
    link.stage = FAILED
    assert down.poll() == -1 and not down.is_active()


def test_an_attempt_waits_for_the_others_and_not_for_its_own_link(down):
    own, other = Link(DISCONNECTING), Link(DISCONNECTING)
    down.stop(own)
    assert down.make_way(job(own)) == 0 and not down.is_active()
    down.stop(own)
    down.stop(other)
    assert down.make_way(job(own)) == -1
    other.stage = POWERING_OFF
    down.poll()
    assert down.make_way(job(own)) == 0


def test_goodbye_is_waited_for(down, monkeypatch):
    pending = [True]
    monkeypatch.setattr(_connectwith, "lingering", lambda: pending[0], False)
    link = Link(FAILED)
    down.stop(link, True)
    assert link.stops == 0 and down.is_active() and down.poll() == 2
    assert down.make_way(job(Link(FAILED))) == 2
    pending[0] = False
    assert down.poll() == -1 and link.stops == 1 and down.make_way(job(Link(FAILED))) == 0
