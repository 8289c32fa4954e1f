# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: one measurement each, printed as JSON. `c` is the contender."""

import asyncio
import gc
import json
import time

import machine
import place
import watch

c = None


def _say(values):
    print(json.dumps(values))


def begin(name):
    """Loads the contender; returns the bytes of its modules on the heap."""
    global c
    gc.collect()
    before = gc.mem_alloc()
    c = __import__("contender_" + name)
    gc.collect()
    _say({"bytes": gc.mem_alloc() - before})
    c.prepare()


def _outcome(link, turn=None):
    """None, or why the attempt has failed."""
    try:
        if turn is None:
            c.attempt(link)
        else:
            c.attempt(link, turn)
        return None
    except Exception as error:
        return [type(error).__name__] + [str(argument) for argument in error.args]


def _leave(link):
    c.leave(link)
    time.sleep_ms(200)  # for the link to go down, before the next attempt


def connect(link, stay=False):
    """Time to CONNACK in microseconds, or to the failure."""
    if not place.CLOCK:
        machine.RTC().datetime((2000, 1, 1, 5, 0, 0, 0, 0))
    c.choose(link)
    gc.collect()
    start = time.ticks_us()
    error = _outcome(link)
    took = time.ticks_diff(time.ticks_us(), start)
    _say({"us": took, "error": error})
    if not stay:
        _leave(link)


def pause_loop():
    c.choose("wifi")
    gc.collect()
    watch.begin()
    error = _outcome("wifi", watch.turn)
    seen = watch.end()
    seen["error"] = error
    _say(seen)
    _leave("wifi")


async def _spin():
    while True:
        watch.turn()
        await asyncio.sleep_ms(0)


async def _beside():
    task = asyncio.create_task(_spin())
    await asyncio.sleep_ms(0)
    try:
        await c.attempt_async("wifi")
    finally:
        task.cancel()


def pause_task():
    """The same for a task of asyncio beside the attempt."""
    c.choose("wifi")
    gc.collect()
    error = None
    watch.begin()
    try:
        c.run_async(_beside())
    except Exception as e:
        error = [type(e).__name__]
    seen = watch.end()
    seen["error"] = error
    _say(seen)
    _leave("wifi")


def pause_report():
    """After Ctrl-C has ended one of these."""
    _say(watch.end())


def idle(ms):
    """The watch on a board that does nothing else."""
    gc.collect()
    watch.begin()
    end = time.ticks_add(time.ticks_ms(), ms)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        watch.turn()
    _say(watch.end())


def allocated():
    """Bytes that one attempt allocates: with the collector off mem_alloc() only grows."""
    c.choose("wifi")
    gc.collect()
    gc.disable()
    try:
        before = gc.mem_alloc()
        error = _outcome("wifi")
        after = gc.mem_alloc()
    finally:
        gc.enable()
    _say({"bytes": after - before, "error": error})
    _leave("wifi")


_highest = 0


def _sample(_):
    global _highest
    used = gc.mem_alloc()
    if used > _highest:
        _highest = used


def heap():
    """Live bytes above the idle program: the highest of samples while connecting, and after."""
    global _highest
    from machine import Timer

    c.choose("wifi")
    gc.collect()
    before = gc.mem_alloc()
    gc.threshold(512)
    _highest = 0
    timer = Timer(2)
    timer.init(period=1, callback=_sample)
    error = _outcome("wifi")
    timer.deinit()
    gc.threshold(-1)
    gc.collect()
    _say({"high": _highest - before, "connected": gc.mem_alloc() - before, "error": error})
    _leave("wifi")


def switch(link):
    """From Wi-Fi, connected, to `link`, connected."""
    c.choose("wifi")
    error = _outcome("wifi")
    if error is None:
        gc.collect()
        start = time.ticks_us()
        if c.__name__ != "contender_ours":
            c.leave("wifi")
        c.choose(link)
        error = _outcome(link)
        took = time.ticks_diff(time.ticks_us(), start)
        _say({"us": took, "error": error})
    else:
        _say({"error": error})
    _leave(link)


def rate(count, qos):
    """Messages from the first publish to the last acknowledgement, or to the last write."""
    c.choose("wifi")
    error = _outcome("wifi")
    gc.collect()
    start = time.ticks_us()
    done = error is None and c.publish(count, qos)
    took = time.ticks_diff(time.ticks_us(), start)
    _say({"us": took, "done": done, "error": error})
    _leave("wifi")


def stages(link):
    """How long each stage of one attempt of ours took, in milliseconds."""
    c.choose(link)
    error = _outcome(link)
    _say({"stages": c.stages(), "error": error})
    _leave(link)
