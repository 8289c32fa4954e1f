# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# What is refused, and what must not cost memory.
# ruff: noqa: F821 - what harness.py has defined

import gc


def state_of(a):
    return a.running(), a.stage(), [stage for stage, _ in a.timeline()]


def test_refused_calls_change_nothing(t):
    a = t.attempt
    t.start(timeout_ms=86400000)
    t.run(3)
    a.enter(cw.STAGE_ADDRESS)
    before = state_of(a)
    for link, timeout, callback, interface, kind in (
        (-1, 1, None, "x", ValueError),
        (3, 1, None, "x", ValueError),
        (0, 0, None, "x", ValueError),
        (0, -1, None, "x", ValueError),
        (0, 86400001, None, "x", ValueError),
        (0, 1 << 70, None, "x", OverflowError),
        (0, 1, 5, "x", TypeError),
        (0, 1, None, b"x", TypeError),
        (0, 1, None, None, TypeError),
        (0, "1", None, "x", TypeError),
        (None, 1, None, "x", TypeError),
    ):
        assert raises(kind, a.start, link, timeout, callback, interface), (link, timeout)
    for stage in (-5, -1, 0, 1, 2, 9, 300, 256 + 3):
        assert raises(ValueError, a.enter, stage), stage
    assert raises(ValueError, a.enter, cw.STAGE_TLS, -1)
    assert raises(ValueError, a.enter, cw.STAGE_TLS, 0, 5)
    for code in (-1, 5, 8, 14, 256):
        assert raises(ValueError, a.fail, code), code
    assert raises(ValueError, a.wake, -1) and raises(ValueError, a.wake, 86400001)
    assert state_of(a) == before
    assert t.run() == ["step"], t.events
    a.abandon()
    for refused in (a.succeed, lambda: a.fail(0), lambda: a.enter(3)):
        assert raises(RuntimeError, refused)


def test_one_object_at_a_time(t):
    assert raises(RuntimeError, cw.Attempt, t.step, t.settle)
    assert raises(TypeError, cw.Attempt, None, t.settle)
    t.attempt.deinit()
    assert raises(RuntimeError, t.attempt.start, 0, 1000, None, "wl0")
    assert raises(RuntimeError, t.attempt.wake, 0)
    t.attempt.deinit()
    second = Trace()
    second.start()
    t.attempt.deinit()  # the old one must not take the new one with it
    assert second.run() == ["step"], second.events
    second.attempt.deinit()


def test_kept_alive_without_a_reference(t):
    marks = []
    t.attempt.deinit()
    a = cw.Attempt(lambda: (marks.append(1), a.fail(1), -1)[2], lambda result, exc: None)
    a.start(0, 1000, lambda result, interface: marks.append(interface), "x" + str(len(marks)))
    for _ in range(5):
        gc.collect()
        [bytearray(64) for _ in range(100)]
    t.run()
    assert marks == [1, "x0"], marks
    a.deinit()


def test_waiting_allocates_nothing(t):
    count = [0]

    def step():
        count[0] += 1
        return 1

    t.attempt.deinit()
    a = cw.Attempt(step, lambda result, exc: None)
    a.start(0, 86400000, None, "wl0")
    sleep_ms(20)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    turns = 0
    while turns < 200:
        sleep_ms(1)
        turns += 1
    after = gc.mem_alloc()
    gc.enable()
    a.deinit()
    assert count[0] > 10 and after - before <= 64, (count, after - before)


def test_functions(t):
    assert cw.backoff_ms(0, 1000, 60000, 0) == 500
    assert cw.backoff_ms(6, 1000, 60000, 0xFFFFFFFF) == 60000
    assert raises(ValueError, cw.backoff_ms, -1, 1000, 60000, 0)
    assert cw.build_time() > 820000000
    floor = cw.build_time()
    assert [cw.clock_quality(floor, n) for n in range(6)] == [1, 1, 2, 3, 4, 5]
    assert cw.clock_quality(floor) == 5 and cw.clock_quality(floor + 86400) == 5
    assert cw.clock_quality(floor - 1) == cw.clock_quality(-5) == 0
    assert cw.clock_quality(floor + 21 * 31557600) == 0
    for value in (-1, 6):
        assert raises(ValueError, cw.clock_quality, floor, value)
    assert (cw.NO_WIFI, cw.NO_LINK, cw.SERVER_CONNECTED, cw.PPP_NO_CONNECTIVITY) == (1, 1, 5, 13)
    assert (cw.STAGE_HARDWARE, cw.STAGE_SESSION, cw.LINK_CELLULAR) == (0, 8, 2)
