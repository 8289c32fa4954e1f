# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The policy of imp.uplink.keep, with literal times: a ms before nothing happens, then it does."""

import pytest
from clockwork import PERIOD
from connectwith.uplink.policy import Policy
from uplink_world import (
    CLOSED,
    CONNECTED,
    FAILED,
    LIVE,
    LOOK,
    LOOKING,
    LOST,
    MOVE,
    MOVING,
    NOTHING,
    SEEN,
    TRY,
    TRYING,
    UNSEEN,
    middle,
)

ETHERNET, WIFI, CELL = 0, 1, 2
TIMES = (60_000, 30_000, 10_000)  # failback, enter, leave


class Desk:
    """A policy with its clock. Each method checks what the policy does meanwhile."""

    def __init__(self, start_ms, count=3, free=2, times=TIMES):
        self.now = start_ms
        self.policy = Policy(count, free, times, middle, start_ms)

    def after(self, wait_ms, action, link=-1):
        """Nothing is due for wait_ms - 1; at wait_ms `action` is, for `link`."""
        if wait_ms:
            self.now = (self.now + wait_ms - 1) % PERIOD
            assert self.policy.poll(self.now) == NOTHING
            assert self.policy.wait_ms == 1 or action == NOTHING
            self.now = (self.now + 1) % PERIOD
        assert self.policy.poll(self.now) == action
        if action:
            assert self.policy.target == link

    def tell(self, event, link, after_ms=0):
        """An event that the policy expects, with nothing due before it."""
        if after_ms:
            self.after(after_ms, NOTHING)
        assert self.policy.handle(event, link, self.now) is True

    def connect(self, *failing):
        """Offline, with these links failing at once, then one that connects."""
        *failing, works = failing
        for link in failing:
            self.after(0, TRY, link)
            self.tell(FAILED, link)
        self.after(0, TRY, works)
        self.tell(CONNECTED, works)


@pytest.fixture(params=[0, PERIOD - 1, PERIOD - 40_000])
def desk(request):
    """Links: Ethernet, Wi-Fi, cellular (metered). The ticks wrap at various times."""
    return Desk(request.param)


def test_the_preferred_link_comes_first_and_then_nothing_is_due(desk):
    desk.connect(ETHERNET)
    desk.after(0, NOTHING)
    assert desk.policy.wait_ms == 3_600_000
    assert (desk.policy.state, desk.policy.current) == (LIVE, ETHERNET)


def test_cable_out(desk):
    desk.connect(ETHERNET)
    desk.tell(LOST, ETHERNET, 31_000)
    desk.after(500, TRY, WIFI)  # half of the second over which a fleet is spread
    desk.tell(CONNECTED, WIFI, 200)


def test_a_link_that_failed_waits_for_its_pause(desk):
    desk.connect(ETHERNET)
    desk.tell(LOST, ETHERNET, 31_000)
    desk.after(500, TRY, WIFI)
    desk.tell(FAILED, WIFI, 100)
    desk.after(650, TRY, ETHERNET)  # 750 after the others could begin
    desk.tell(FAILED, ETHERNET, 100)
    desk.after(0, TRY, WIFI)  # 750 after its failure; Ethernet waits for 1500
    desk.tell(FAILED, WIFI, 100)
    desk.after(1400, TRY, ETHERNET)


def test_pauses_double_up_to_64_s_and_300_s_metered():
    desk = Desk(PERIOD - 5, count=1, free=1)
    pauses = []
    for _ in range(10):
        desk.after(0, TRY, 0)
        desk.tell(FAILED, 0)
        assert desk.policy.poll(desk.now) == NOTHING
        pauses.append(desk.policy.wait_ms)
        desk.now = (desk.now + pauses[-1]) % PERIOD
    assert pauses == [750, 1500, 3000, 6000, 12_000, 24_000, *[48_000] * 4]
    desk = Desk(0, count=1, free=0)
    for _ in range(40):
        desk.after(0, TRY, 0)
        desk.tell(FAILED, 0)
        assert desk.policy.poll(desk.now) == NOTHING
        desk.now += desk.policy.wait_ms
    assert desk.policy.wait_ms == 225_000


def test_a_metered_link_is_entered_late(desk):
    desk.connect(ETHERNET)
    desk.tell(LOST, ETHERNET, 31_000)
    tried = []
    left_ms = 30_000
    while True:
        action = desk.policy.poll(desk.now)
        if action == TRY and desk.policy.target == CELL:
            break
        if action:
            tried.append(desk.policy.target)
            desk.tell(FAILED, desk.policy.target)
            continue
        left_ms -= desk.policy.wait_ms
        desk.now = (desk.now + desk.policy.wait_ms) % PERIOD
    assert left_ms == 0
    assert tried == [WIFI, ETHERNET] * 5 or set(tried) == {WIFI, ETHERNET}


def test_a_metered_link_alone_is_not_late():
    Desk(0, count=1, free=0).connect(0)


def test_a_metered_link_waits_for_an_attempt_over_another(desk):
    desk.after(0, TRY, ETHERNET)
    desk.tell(FAILED, ETHERNET)
    desk.after(0, TRY, WIFI)
    desk.tell(FAILED, WIFI, 40_000)
    desk.after(0, TRY, CELL)  # fewer tries than Ethernet, whose pause is over, too


def enter_metered(desk):
    desk.after(0, TRY, ETHERNET)
    desk.tell(FAILED, ETHERNET)
    desk.after(0, TRY, WIFI)
    desk.tell(FAILED, WIFI, 40_000)
    desk.after(0, TRY, CELL)
    desk.tell(CONNECTED, CELL, 5000)


def look(desk, wait_ms, answers):
    """Looks at these links, one after the other, that take no time."""
    for link, event in answers:
        desk.after(wait_ms, LOOK, link)
        desk.tell(event, link)


def test_a_metered_link_is_left_early(desk):
    enter_metered(desk)
    look(desk, 2500, [(ETHERNET, UNSEEN), (WIFI, SEEN), (ETHERNET, UNSEEN), (WIFI, SEEN)])
    look(desk, 2500, [(ETHERNET, UNSEEN)])
    desk.after(2500, MOVE, WIFI)  # 10 s after the first look
    desk.tell(CONNECTED, WIFI, 1000)
    look(desk, 10_000, [(ETHERNET, UNSEEN)])


def test_a_metered_link_that_is_lost_is_dialled_again_at_once(desk):
    enter_metered(desk)
    look(desk, 2500, [(ETHERNET, UNSEEN), (WIFI, UNSEEN)] * 7)
    desk.tell(LOST, CELL)
    desk.after(0, TRY, CELL)
    desk.tell(FAILED, CELL, 100)
    desk.after(400, TRY, ETHERNET)


def test_back_to_the_preferred_link(desk):
    desk.connect(ETHERNET, WIFI)
    look(desk, 10_000, [(ETHERNET, UNSEEN), (ETHERNET, SEEN)])
    look(desk, 10_000, [(ETHERNET, SEEN)] * 5)
    desk.after(10_000, MOVE, ETHERNET)  # 60 s after it was seen first
    assert desk.policy.state == MOVING and desk.policy.current == WIFI
    desk.tell(CONNECTED, ETHERNET, 300)
    assert (desk.policy.state, desk.policy.current) == (LIVE, ETHERNET)
    assert desk.policy.penalties == [0, 0, 0]


def test_one_bad_look_begins_the_time_anew(desk):
    desk.connect(ETHERNET, WIFI)
    look(desk, 10_000, [(ETHERNET, SEEN)] * 5 + [(ETHERNET, UNSEEN)] + [(ETHERNET, SEEN)] * 6)
    desk.after(10_000, MOVE, ETHERNET)


def test_a_look_without_an_answer_is_a_bad_one(desk):
    desk.connect(ETHERNET, WIFI)
    desk.after(10_000, LOOK, ETHERNET)
    desk.after(20_000, NOTHING)
    assert desk.policy.state == LIVE
    desk.after(10_000, LOOK, ETHERNET)


def test_an_attempt_without_an_answer_has_failed(desk):
    desk.after(0, TRY, ETHERNET)
    desk.after(300_000, TRY, WIFI)


def test_a_move_without_an_answer_has_failed(desk):
    desk.connect(ETHERNET, WIFI)
    look(desk, 10_000, [(ETHERNET, SEEN)] * 6)
    desk.after(10_000, MOVE, ETHERNET)
    desk.after(300_000, NOTHING)
    assert (desk.policy.state, desk.policy.current) == (LIVE, WIFI)


def test_a_move_that_fails_keeps_the_session_and_has_a_price(desk):
    desk.connect(ETHERNET, WIFI)
    for _ in range(2):
        look(desk, 10_000, [(ETHERNET, SEEN)] * 6)
        desk.after(10_000, MOVE, ETHERNET)
        desk.tell(FAILED, ETHERNET)
        assert (desk.policy.state, desk.policy.current) == (LIVE, WIFI)
    # 70 s are three steps of the decay, sometimes four: 1000 * 0.958 ** 3 = 879.
    assert 1839 <= desk.policy.penalties[ETHERNET] <= 1879
    assert desk.policy.left_alone == 0
    look(desk, 10_000, [(ETHERNET, SEEN)] * 6)
    desk.after(10_000, MOVE, ETHERNET)
    desk.tell(FAILED, ETHERNET)
    assert desk.policy.left_alone == 1 << ETHERNET


def flap(desk, times):
    """Ethernet is lost so often, each time after it has held for 31 s."""
    for _ in range(times):
        desk.tell(LOST, ETHERNET, 31_000)
        desk.after(500, TRY, WIFI)
        desk.tell(FAILED, WIFI)
        desk.after(750, TRY, ETHERNET)
        desk.tell(CONNECTED, ETHERNET)


def test_a_flapping_link_is_left_alone_until_its_penalty_has_decayed(desk):
    desk.connect(ETHERNET)
    flap(desk, 2)
    assert desk.policy.left_alone == 0
    desk.tell(LOST, ETHERNET, 31_000)
    assert desk.policy.left_alone == 1 << ETHERNET
    assert 2700 < desk.policy.penalties[ETHERNET] < 3000
    desk.after(500, TRY, WIFI)
    desk.tell(CONNECTED, WIFI)
    waited_ms = 0
    while desk.policy.poll(desk.now) == NOTHING:
        waited_ms += desk.policy.wait_ms
        desk.now = (desk.now + desk.policy.wait_ms) % PERIOD
    # 2900 has decayed to 1000 after 1.54 half-lives of 5 minutes.
    assert 420_000 < waited_ms < 500_000
    assert desk.policy.state == LOOKING and desk.policy.target == ETHERNET


def test_the_penalty_is_bounded(desk):
    desk.connect(ETHERNET)
    flap(desk, 2)
    for _ in range(40):
        desk.policy._penalise(ETHERNET, 1000)
    assert desk.policy.penalties[ETHERNET] <= 8000
    begin = desk.now
    while desk.policy.left_alone:
        desk.now = (desk.now + 1000) % PERIOD
        desk.policy.handle(UNSEEN, -1, desk.now)
    assert (desk.now - begin) % PERIOD <= 16 * 60_000


def test_offline_a_link_that_is_left_alone_is_tried_behind_the_others(desk):
    desk.connect(ETHERNET)
    flap(desk, 2)
    desk.policy._penalise(ETHERNET, 1000)
    desk.tell(CLOSED, ETHERNET, 31_000)
    desk.after(500, TRY, ETHERNET)  # the server has ended it, not the link
    desk.tell(FAILED, ETHERNET)
    desk.after(0, TRY, WIFI)
    desk.tell(FAILED, WIFI)
    desk.after(750, TRY, WIFI)
    desk.tell(FAILED, WIFI)
    desk.after(0, TRY, ETHERNET)


def test_the_server_has_ended_the_session(desk):
    desk.connect(ETHERNET, WIFI)
    look(desk, 10_000, [(ETHERNET, UNSEEN)] * 4)
    desk.tell(CLOSED, WIFI)
    desk.after(500, TRY, WIFI)  # the same link first
    desk.tell(FAILED, WIFI)
    desk.after(0, TRY, ETHERNET)


@pytest.mark.parametrize(("held_ms", "same"), [(29_999, False), (30_000, True)])
def test_a_session_that_has_not_held_goes_on_with_the_outage(desk, held_ms, same):
    desk.connect(ETHERNET)
    desk.tell(CLOSED, ETHERNET, 31_000)
    desk.after(500, TRY, ETHERNET)
    desk.tell(CONNECTED, ETHERNET)
    desk.tell(CLOSED, ETHERNET, held_ms)
    # It was good for a while, or else it is one more try of Ethernet, and Wi-Fi has had none.
    desk.after(500, TRY, ETHERNET if same else WIFI)


def test_a_loss_in_the_middle_of_a_move(desk):
    desk.connect(ETHERNET, WIFI)
    look(desk, 10_000, [(ETHERNET, SEEN)] * 6)
    desk.after(10_000, MOVE, ETHERNET)
    desk.tell(LOST, WIFI, 100)
    assert (desk.policy.state, desk.policy.target) == (TRYING, ETHERNET)
    desk.tell(CONNECTED, ETHERNET, 100)
    assert (desk.policy.state, desk.policy.current) == (LIVE, ETHERNET)
    assert desk.policy.penalties[WIFI] == 1000


def test_a_server_that_replaces_the_session_costs_nothing(desk):
    desk.connect(ETHERNET, WIFI)
    look(desk, 10_000, [(ETHERNET, SEEN)] * 6)
    desk.after(10_000, MOVE, ETHERNET)
    desk.tell(CLOSED, WIFI, 100)
    desk.tell(CONNECTED, ETHERNET, 100)
    assert desk.policy.penalties == [0, 0, 0]


def test_a_loss_in_the_middle_of_a_look(desk):
    desk.connect(ETHERNET, WIFI)
    desk.after(10_000, LOOK, ETHERNET)
    desk.tell(LOST, WIFI)
    assert desk.policy.handle(SEEN, ETHERNET, desk.now) is False
    desk.after(500, TRY, ETHERNET)


def test_late_events_change_nothing(desk):
    desk.after(0, TRY, ETHERNET)
    before = vars(desk.policy).copy()
    for event in (LOST, CLOSED, SEEN, UNSEEN):
        assert desk.policy.handle(event, ETHERNET, desk.now) is False
    for link in (WIFI, CELL, -1):
        assert desk.policy.handle(CONNECTED, link, desk.now) is False
    assert vars(desk.policy) == before


def test_the_times_of_a_user(desk):
    desk = Desk(desk.now, times=(2000, 400, 1000))
    desk.connect(ETHERNET, WIFI)
    look(desk, 500, [(ETHERNET, SEEN)] * 4)
    desk.after(500, MOVE, ETHERNET)
    desk.tell(CONNECTED, ETHERNET)
    desk.tell(LOST, ETHERNET, 40_000)
    desk.after(500, TRY, WIFI)
    desk.tell(FAILED, WIFI)
    desk.after(0, TRY, CELL)


def test_the_shortest_time_between_two_looks(desk):
    desk = Desk(desk.now, times=(100, 0, 0))
    desk.connect(ETHERNET, WIFI)
    look(desk, 250, [(ETHERNET, UNSEEN), (ETHERNET, SEEN)])
    desk.after(100, MOVE, ETHERNET)
