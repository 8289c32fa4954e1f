# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The longest pause of user code while a connection is attempted."""

import time

import scripts
from bench import Board
from figures import Figure, spread

BAR_MS = 5.0

# `gap` is the longest time between two turns of a tight loop, `timer` between two calls of a
# 1 ms machine.Timer; both in microseconds.
_WATCH = """
import json
timer_last = timer_worst = 0
def tick(_):
    global timer_last, timer_worst
    now = time.ticks_us()
    gap = time.ticks_diff(now, timer_last)
    timer_last = now
    if gap > timer_worst: timer_worst = gap
def watch(limit_ms):
    ticks_us, ticks_diff = time.ticks_us, time.ticks_diff
    worst = 0
    end = time.ticks_add(time.ticks_ms(), limit_ms)
    last = ticks_us()
    while not calls and ticks_diff(end, time.ticks_ms()) > 0:
        now = ticks_us()
        gap = ticks_diff(now, last)
        if gap > worst: worst = gap
        last = now
    return worst
timer = machine.Timer(1)
def measured(run):
    global timer_last, timer_worst
    gc.collect()
    timer_last = time.ticks_us(); timer_worst = 0
    timer.init(period=1, callback=tick)
    gap = run()
    worst = timer_worst
    timer.deinit()
    print(json.dumps({"gap": gap, "timer": worst, "result": calls[0] if calls else -1}))
"""

_OURS = """
calls.clear()
def run():
    server.connectwith({nic!r}, done, {timeout})
    return watch(20000)
measured(run)
server.disconnect()
time.sleep_ms(200)
"""

_IDLE = "calls.clear()\nmeasured(lambda: watch({ms}))\n"

_STOCK = """
def run():
    blocking_disconnect(blocking_connect())
    return 0
calls.clear()
measured(run)
time.sleep_ms(200)
"""


def _clean(world):
    return None


def _slow_dns(world):
    world.dns.delay(500)


def _silent_dns(world):
    world.dns.drop()


def _mute_peer(world):
    return world.peer("mute-tcp").url


SCENES = {
    "clean link, TLS included": (_clean, 10, 5, 200),
    "DNS answers after 500 ms": (_slow_dns, 10, 5, 700),
    "DNS silent": (_silent_dns, 2, 3, 2000),
    "peer never answers TLS": (_mute_peer, 2, 4, 2000),
}


def _scene(world, board, name, repeat):
    fault, timeout, expected, idle_ms = SCENES[name]
    world.restore()
    url = fault(world)
    if url:
        board.exec(f"imp.cloud.configure({url!r}, ca={world.broker.ca_pem!r})")
    code = _OURS.format(nic=scripts.wifi(world), timeout=timeout)
    # In turn with an idle board for as long: what the host does to both is not ours.
    runs, floors = [], []
    for _ in range(repeat):
        runs.append(scripts.numbers(board, code))
        floors.append(scripts.numbers(board, _IDLE.format(ms=idle_ms)))
        if runs[-1]["result"] != expected:
            raise SystemExit(f"{name}: result {runs[-1]['result']}, {expected} was expected")
    if url:
        url, ca = world.broker.url, world.broker.ca_pem
        board.exec(f"imp.cloud.configure({url!r}, ca={ca!r})")
    world.restore()
    rows = []
    for key, what in (("gap", "tight loop"), ("timer", "1 ms Timer")):
        worst = [run[key] / 1000 for run in runs]
        idle = [floor[key] / 1000 for floor in floors]
        note = f"{spread(worst)}; idle board in turn: max {max(idle):.1f}, {spread(idle)}"
        rows.append(Figure(f"longest pause, {what}: {name}", max(worst), "ms", BAR_MS, note))
    return rows


def _host_floor_ms(seconds=3.0):
    """The longest gap that a loop of this very process sees: what the host alone does."""
    worst, last = 0, time.perf_counter_ns()
    end = last + int(seconds * 1e9)
    while last < end:
        now = time.perf_counter_ns()
        worst = max(worst, now - last)
        last = now
    return worst / 1e6


def measure(world, binary, quick) -> list[Figure]:
    """Rows for every scene, the idle floor and the blocking script."""
    repeat = 3 if quick else 20
    with Board(world, binary=binary) as board:
        board.exec(scripts.prelude(world) + _WATCH + scripts.blocking(world))
        board.exec(scripts.connected(world), timeout=30)
        rows = [Figure("host's own floor, a loop without any board", _host_floor_ms(), "ms")]
        for name in SCENES:
            rows += _scene(world, board, name, 3 if name == "DNS silent" else repeat)
        stock = [scripts.numbers(board, _STOCK)["timer"] / 1000 for _ in range(repeat)]
        rows.append(
            Figure(
                "blocking script (stock ssl), 1 ms Timer", max(stock), "ms", None, spread(stock)
            )
        )
        world.dns.delay(500)
        slow = scripts.numbers(board, _STOCK)["timer"] / 1000
        rows.append(Figure("blocking script, DNS at +500 ms, 1 ms Timer", slow, "ms"))
    return rows
