# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The policy of imp.uplink.keep in random worlds: what holds in all of them."""

import random

import pytest
from clockwork import PERIOD
from connectwith.uplink import policy
from hypothesis import given, settings
from hypothesis import strategies as st
from uplink_world import (
    ATTEMPT_MS,
    CLOSED,
    CONNECTED,
    LIVE,
    LOOKING,
    LOST,
    MOVE,
    NOTICED_MS,
    PAUSED,
    TRY,
    UNSEEN,
    World,
)

TIMES = (60_000, 30_000, 10_000)
MOVED_MS = 10_000 + policy._LOOK_MS + 4 * ATTEMPT_MS  # beyond the time that a link has to be good


def jitter(seed):
    chance = random.Random(seed)

    def pause(tries, base, cap):
        if tries < 0:
            return chance.randrange(base)
        window = min(base << tries, cap)
        return window // 2 + chance.randrange(window // 2 + 1)

    return pause


def worlds():
    """(number of links, number of unmetered ones, seed, start of the ticks)."""
    return st.tuples(
        st.integers(1, 3), st.integers(0, 3), st.integers(0, 1 << 32),
        st.sampled_from([0, PERIOD - 1, PERIOD - 100_000, PERIOD // 2 - 50_000]),
    )  # fmt: skip


def make(shape):
    count, free, seed, start_ms = shape
    return World(count, min(free, count), TIMES, start_ms, seed, jitter(seed))


def live_through(world, changes=120, watch=None):
    """Links and server come and go."""
    for _ in range(changes):
        link = world.chance.randrange(len(world.good))
        what = world.chance.randrange(8)
        if what == 0:
            world.server = not world.server
        elif what == 1 and world.policy.current >= 0:
            world.tell(CLOSED, world.policy.current)
        else:
            world.turn(link, world.chance.random() < 0.6)
        world.run(world.chance.choice([1, 300, 4000, 20_000, 90_000, 400_000]), watch)


@settings(deadline=None)
@given(worlds())
def test_one_link_per_purpose_and_always_a_deadline(shape):
    world = make(shape)

    def watch(world):
        found = world.policy
        assert (found.current >= 0) is (found.state >= LIVE)
        assert (found.target >= 0) is (found.state not in (PAUSED, LIVE))
        assert found.target < 0 or found.target != found.current
        assert found.state < LOOKING or found.target < found.current
        assert all(0 <= penalty <= 8000 for penalty in found.penalties)

    live_through(world, watch=watch)


@settings(deadline=None)
@given(worlds())
def test_moves_keep_their_distance(shape):
    world = make(shape)
    live_through(world)
    arrived_ms = -TIMES[0]
    current = -1
    for ms, what, link in world.record:
        if what == CONNECTED + 10:
            arrived_ms, current = ms, link
        elif what == MOVE:
            left_early = link < world.policy.free <= current
            assert ms - arrived_ms >= (TIMES[2] if left_early else TIMES[0])


@settings(deadline=None)
@given(worlds())
def test_a_link_that_was_lost_comes_behind_the_others(shape):
    world = make(shape)
    world.run(40_000)
    lost = world.policy.current
    world.record.clear()
    world.turn(lost, False)
    world.run(NOTICED_MS + 1000)
    tried = [link for _, what, link in world.record if what == TRY]
    others = [link for link in range(world.policy.free) if link != lost]
    if lost < world.policy.free and others:
        assert tried[0] == others[0]
    else:
        assert tried[:1] in ([], [lost])


@settings(deadline=None)
@given(worlds())
def test_tries_have_pauses(shape):
    world = make(shape)
    world.good = [False] * len(world.good)
    world.run(3_600_000)
    tries = [(ms, link) for ms, what, link in world.record if what == TRY]
    for link in range(len(world.good)):
        own = [ms for ms, tried in tries if tried == link]
        assert 12 <= len(own) <= 120  # an hour has 56 windows of 64 s, and 12 of 300 s
        gaps = [later - earlier for earlier, later in zip(own, own[1:], strict=False)]
        assert max(gaps) <= 300_000 + len(world.good) * ATTEMPT_MS
        assert min(gaps[8:]) >= 32_000


@settings(deadline=None)
@given(worlds())
def test_a_metered_link_is_entered_late(shape):
    world = make(shape)
    live_through(world)
    free = world.policy.free
    if not free:
        return
    begin_ms, was_metered = 0, False  # of the outage; on what it began
    current = arrived_ms = None
    for ms, what, link in world.record:
        if what == CONNECTED + 10:
            current = link
            # A move begins a new session, but after a stable one there is no outage.
            if arrived_ms is None or ms - arrived_ms < policy._STABLE_MS:
                arrived_ms = ms
        elif what in (LOST + 10, CLOSED + 10):
            if ms - arrived_ms >= policy._STABLE_MS:
                begin_ms, was_metered = ms, current >= free
            arrived_ms = None
        elif what == TRY and link >= free and not was_metered:
            assert ms - begin_ms >= TIMES[1]


@settings(deadline=None)
@given(worlds())
def test_a_metered_link_is_not_used_beside_a_good_one(shape):
    world = make(shape)
    state = {"since": None}
    free = world.policy.free

    def watch(world):
        found = world.policy
        usable = [
            i for i in range(free) if world.good[i] and not found.left_alone >> i & 1
        ]  # fmt: skip
        if not (found.current >= free and usable and world.server):
            state["since"] = None
            return
        if state["since"] is None or state["what"] != usable:
            state["since"], state["what"] = world.now_ms, usable
        assert world.now_ms - state["since"] <= TIMES[2] + MOVED_MS

    if free:
        live_through(world, watch=watch)


@settings(deadline=None)
@given(worlds())
def test_it_connects_when_anything_works(shape):
    world = make(shape)
    live_through(world)
    world.server = True
    link = world.chance.randrange(len(world.good))
    for i in range(len(world.good)):
        world.turn(i, i == link)
    world.run(NOTICED_MS + 300_000 + 3 * ATTEMPT_MS)
    assert world.policy.current == link


@settings(deadline=None)
@given(worlds())
def test_at_last_it_is_on_the_preferred_link(shape):
    world = make(shape)
    live_through(world)
    world.server = True
    for i in range(len(world.good)):
        world.turn(i, True)
    # The longest penalty has decayed after 15 minutes.
    world.run(16 * 60_000 + 300_000 + 2 * (TIMES[0] + MOVED_MS))
    assert world.policy.current == 0


@settings(deadline=None)
@given(worlds())
def test_the_wrap_of_the_ticks_changes_nothing(shape):
    count, free, seed, _ = shape
    records = []
    for start_ms in (0, PERIOD - 500_000):
        world = make((count, free, seed, start_ms))
        live_through(world)
        records.append(world.record)
    assert records[0] == records[1]


@pytest.mark.parametrize("good", [True, False])
def test_weeks_go_by(good):
    world = World(3, 2, TIMES)
    world.run(60_000)
    for i in range(3):
        world.turn(i, good and i != 0)
    world.run(PERIOD + 12_345)  # over 12 days
    world.record.clear()
    world.turn(1, False)
    world.turn(2, True)
    world.run(NOTICED_MS + 300_000 + 4 * ATTEMPT_MS)
    assert world.policy.current == 2
    if not good:
        tried = {link for _, what, link in world.record if what == TRY}
        assert 2 in tried


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 9), st.integers(-1, 3), st.integers(0, 400_000))))
def test_any_events_in_any_order(events):
    found = policy.Policy(3, 2, TIMES, jitter(1), PERIOD - 7)
    now = PERIOD - 7
    for event, link, wait_ms in events:
        if 0 <= event <= UNSEEN:
            found.handle(event, link, now)
        action = found.poll(now)
        assert action or 0 < found.wait_ms <= 3_600_000
        now = (now + wait_ms) % PERIOD
        assert not (found.target == found.current >= 0)
