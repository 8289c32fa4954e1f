# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# What an attempt does, in the order of events.
# ruff: noqa: F821 - what harness.py has defined


def test_start_runs_nothing_itself(t):
    t.start()
    assert t.events == [] and t.attempt.running(), t.events
    assert t.run() == ["step"], t.events


def test_success(t):
    def succeed():
        t.attempt.enter(cw.STAGE_LINK)
        t.attempt.enter(cw.STAGE_SESSION)
        t.attempt.succeed()
        assert not t.attempt.running()
        assert t.events == ["step"], t.events
        return -1

    t.on_step = succeed
    t.start()
    want = ["step", ("settle", 5, "NoneType"), ("callback", 5, "wl0", False)]
    assert t.run() == want, t.events
    assert [stage for stage, _ in t.attempt.timeline()] == [0, 1, 8]


def test_deadline_on_both_sides(t):
    t.start(timeout_ms=500)
    t.run(3)
    t.attempt.enter(cw.STAGE_ADDRESS)
    sleep_ms(400 - t.attempt.elapsed_ms())
    assert t.run(3) == ["step"], t.events
    sleep_ms(500 - t.attempt.elapsed_ms())
    t.run()
    assert t.events[1:] == [("settle", 2, "NoneType"), ("callback", 2, "wl0", False)], t.events
    assert 500 <= t.attempt.elapsed_ms() < 550, t.attempt.elapsed_ms()


def test_deadline_across_the_wraps(t):
    if not bare:
        return

    def forward_to(elapsed_ms):
        # The clock also moves by itself, on a busy host a lot.
        ahead = elapsed_ms - t.attempt.elapsed_ms()
        bare.set_clock((ticks_ms() + ahead) & 0xFFFFFFFF)

    for wrap in (1 << 30, 1 << 31, 1 << 32):
        t.events.clear()
        bare.set_clock((wrap - 500) & 0xFFFFFFFF)
        t.start(timeout_ms=1000, link=cw.LINK_ETHERNET)
        t.run(3)
        forward_to(800)
        t.run(3)
        assert t.ends() == [], (wrap, t.events)
        forward_to(1000)
        t.run()
        assert t.ends() == [("callback", 1, "wl0", False)], (wrap, t.events)


def test_step_that_raises(t):
    def fail():
        raise OSError(5)

    t.on_step = fail
    t.start()
    assert t.run() == ["step", ("settle", 0, "OSError"), ("callback", 0, "wl0", False)], t.events


def test_step_that_returns_nonsense(t):
    for nonsense in (None, "1", 1.5):
        t.events.clear()
        t.on_step = lambda nonsense=nonsense: nonsense
        t.start()
        t.run()
        assert t.events[1] == ("settle", 0, "TypeError"), t.events


def test_step_that_never_waits_leaves_turns(t):
    t.on_step = lambda: 0
    t.start(timeout_ms=86400000)
    t.run(50)
    assert 3 <= len(t.events) <= 1000, len(t.events)
    t.attempt.abandon()
    t.on_step = lambda: -1
    t.run()


def test_abandon_is_silent(t):
    t.on_step = lambda: 1
    t.start()
    t.run(5)
    t.attempt.abandon()
    t.on_step = lambda: -1
    sleep_ms(1100)
    t.run()
    assert t.ends() == [] and set(t.events) == {"step"}, t.events


def test_newest_wins(t):
    t.start(timeout_ms=500, interface="old")
    t.run(3)
    t.start(timeout_ms=700, interface="new")
    sleep_ms(1300)
    t.run()
    assert t.ends() == [("callback", 0, "new", False)], t.events


def test_newest_wins_between_end_and_report(t):
    t.start(interface="old")
    t.run(3)
    t.attempt.fail(cw.NO_WIFI)
    t.start(interface="new")
    t.on_step = lambda: (t.attempt.fail(cw.NO_SERVER), -1)[1]
    t.run()
    assert t.ends() == [("callback", 4, "new", False)], t.events


def test_start_in_the_callback(t):
    def callback(result, interface):
        t.events.append(interface)
        if interface != "third":
            t.attempt.start(
                cw.LINK_WIFI, 1000, callback, {"first": "second"}.get(interface, "third")
            )

    t.on_step = lambda: (t.attempt.fail(cw.NO_WIFI), -1)[1]
    t.attempt.start(cw.LINK_WIFI, 1000, callback, "first")
    t.run(60)
    names = [e for e in t.events if isinstance(e, str) and e != "step"]
    assert names == ["first", "second", "third"], t.events


def test_settle_may_start_and_abandon(t):
    def settle_once():
        t.on_settle = lambda: None
        t.start(interface="new")

    t.on_settle = settle_once
    t.on_step = lambda: (t.attempt.fail(cw.NO_WIFI), -1)[1]
    t.start(interface="old")
    t.run(60)
    assert t.ends() == [("callback", 1, "new", False)], t.events
    t.events.clear()
    t.on_settle = t.attempt.abandon
    t.start(interface="gone")
    t.run(60)
    assert t.ends() == [], t.events


def test_settle_that_raises_does_not_eat_the_callback(t):
    def boom():
        raise ValueError("expected in this test")

    t.on_settle = boom
    t.on_step = lambda: (t.attempt.fail(cw.NO_WIFI), -1)[1]
    t.start()
    t.run()
    assert t.ends() == [("callback", 1, "wl0", False)], t.events


def test_callback_that_raises_breaks_nothing(t):
    def boom(result, interface):
        raise ValueError("expected in this test")

    t.on_step = lambda: (t.attempt.fail(cw.NO_WIFI), -1)[1]
    t.attempt.start(cw.LINK_WIFI, 1000, boom, "wl0")
    t.run()
    t.start()
    t.run()
    assert t.ends() == [("callback", 1, "wl0", False)], t.events


def test_no_callback(t):
    t.on_step = lambda: (t.attempt.fail(cw.NO_WIFI), -1)[1]
    t.attempt.start(cw.LINK_WIFI, 1000, None, "wl0")
    assert t.run() == ["step", ("settle", 1, "NoneType")], t.events


def count_interrupts(exception):
    """How often what the step or settle raises comes out in the code that they interrupt."""
    seen = 0
    for _ in range(300):
        try:
            sleep_ms(1)
            for _ in range(5):
                pass  # both the wake and its exception come at a jump: let it be one in here
        except exception:
            seen += 1
    return seen


def test_interrupted_step_runs_again(t):
    for exception in (KeyboardInterrupt, SystemExit):
        calls = []

        def step(calls=calls, exception=exception):
            calls.append(1)
            if len(calls) == 1:
                raise exception
            t.attempt.succeed()
            return -1

        t.events.clear()
        t.on_step = step
        t.start()
        assert count_interrupts(exception) == 1, exception
        assert len(calls) == 2 and t.ends() == [("callback", 5, "wl0", False)], t.events


def test_interrupted_settle_is_tried_again_but_not_for_ever(t):
    def settle():
        raise KeyboardInterrupt

    if not bare:
        return  # with a real timer the third interrupt may come while the first is handled
    t.on_settle = settle
    t.on_step = lambda: (t.attempt.fail(cw.NO_WIFI), -1)[1]
    t.start()
    assert count_interrupts(KeyboardInterrupt) == 3
    assert len(t.ends()) == 1 and len(t.events) == 5, t.events


def test_session_steps(t):
    t.attempt.wake(50)
    t.attempt.wake(20)
    sleep_ms(25)
    assert t.run(3) == ["step"], t.events
    sleep_ms(60)
    assert t.run(3) == ["step"], t.events


def test_session_step_that_raises(t):
    def fail():
        raise OSError(5)

    t.on_step = fail
    t.attempt.wake(0)
    assert t.run() == ["step", ("settle", 0, "OSError")], t.events


def test_wake_from_elsewhere(t):
    if bare:
        bare.wake()
        assert t.run() == ["step"], t.events


def test_budget(t):
    t.start(timeout_ms=5000)
    t.run(3)
    t.attempt.enter(cw.STAGE_DIAL, 100, cw.NO_PROXY)
    sleep_ms(120)
    t.run()
    assert t.ends() == [("callback", 6, "wl0", False)], t.events


def test_clock_budget_brings_a_step(t):
    t.start(timeout_ms=5000)
    t.run(3)
    t.attempt.enter(cw.STAGE_CLOCK, 100)
    assert not t.attempt.overdue()
    sleep_ms(120)
    t.run()
    assert t.attempt.overdue() and t.attempt.running() and t.events == ["step"] * 2, t.events
    t.attempt.abandon()
