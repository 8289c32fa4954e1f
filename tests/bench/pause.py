# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The longest pause of user code while a connection is attempted."""

import bisect
import time
from collections.abc import Iterator
from pathlib import Path

from bench.threads import queued_ns
from figures import Cell, Row
from setting import Answers, Setting, cell, in_turn, rotated
from stand import TITLES, Stand

BAR_MS, BAR_CLEAN, BAR_SLOW_DNS = 5.0, 8, 100
LIMIT_S = 5.0  # of an attempt that does not end; ours has a timeout of 2 s then
TIMEOUT_S = 2
_IDLE_MS = 200  # the time of a quick attempt
EDGES_MS = [2 ** (n / 4) for n in range(-4, 26)]  # 0.5 to 76 ms, of the histogram

_LOOP, _TIMER, _TASK = "a tight loop", "a 1 ms Timer", "an asyncio task"


def _clean(setting):
    return {}


def _slow_dns(setting):
    setting.world.dns.delay(500)
    return {}


def _silent_dns(setting):
    setting.world.dns.drop()
    return {}


def _mute_peer(setting):
    return {"PORT": setting.world.peer("mute-tcp").port}


SCENES = {
    "clean link, TLS included": (_clean, 20),
    "DNS answers after 500 ms": (_slow_dns, 6),
    "DNS silent": (_silent_dns, 2),
    "peer never answers TLS": (_mute_peer, 2),
}


def _cell(runs: list[dict | None], key: str, ends: bool) -> Cell:
    """On a good link a run must connect. With a fault the attempt fails, and all runs count."""
    if ends:
        return cell(runs, key, 1e-3, LIMIT_S)
    values = [LIMIT_S * 1000 if run is None else run[key] / 1000 for run in runs]
    # A pause that lasted until the bench ended the run would have been longer.
    return Cell(values, bound=max(values) > 0.8 * LIMIT_S * 1000)


def _watched(stand: Stand, what: str) -> dict | None:
    """One run. "queued_ms" is the time that threads waited for a processor. Only threads that
    exist before and after the run are counted. Those of TLS and of the radio's wire come and go;
    user code does not wait for TLS."""
    process = Path(f"/proc/{stand.board.pid}")
    before = queued_ns(process)
    answer = stand.run(what, LIMIT_S, "pause_report()")
    after = queued_ns(process)
    if answer is not None and before:
        answer["queued_ms"] = sum(after[t] - before[t] for t in before if t in after) / 1e6
    return answer


def queued_cell(runs: list[dict | None], key: str) -> Cell | None:
    """How long threads of our board waited for a processor in the run with our longest pause, in
    ms; None where the kernel does not count it."""
    longest = max((run for run in runs if run is not None), key=lambda run: run[key], default={})
    return Cell([longest["queued_ms"]]) if "queued_ms" in longest else None


def histogram(gaps: list[int]) -> list[int]:
    """How many gaps, in microseconds, lie between each two of EDGES_MS. The last class has the
    longer ones, too; gaps below the first edge are not counted."""
    counts = [0] * (len(EDGES_MS) - 1)
    for gap in gaps:
        place = bisect.bisect_right(EDGES_MS, gap / 1000) - 1
        if place >= 0:
            counts[min(place, len(counts) - 1)] += 1
    return counts


def _rows(
    setting: Setting, scene: str, loops: Answers, tasks: Answers, floor: dict[str, float]
) -> list[Row]:
    ends = scene in list(SCENES)[:2]
    rows = []
    for what, answers, key in ((_LOOP, loops, "loop"), (_TIMER, loops, "timer"),
                               (_TASK, tasks, "loop")):  # fmt: skip
        cells = {name: _cell(runs, key, ends) for name, runs in answers.items()}
        if what != _TASK and "mqtt_as" in setting.kit.columns:
            # It runs in asyncio's loop, where user code is a task.
            shared = Cell(text="as a task") if what == _LOOP else None
            cells["mqtt_as"] = shared or _cell(tasks["mqtt_as"], "timer", ends)
        queued = queued_cell(answers.get("ours", []), key)
        cells.update({"queued": queued} if queued else {}, idle=Cell([floor[key]]))
        row = setting.row(f"longest pause of {what}: {scene}", "ms", cells, worst=True)
        row.at_most(BAR_MS)
        if scene == list(SCENES)[0]:
            row.below("umqtt_simple", TITLES["umqtt_simple"], BAR_CLEAN)
        elif scene == list(SCENES)[1]:
            row.below("umqtt_simple", TITLES["umqtt_simple"], BAR_SLOW_DNS)
        rows.append(row)
    return rows


def _scene(setting: Setting, stands: list, scene: str) -> list[Row]:
    fault, whole = SCENES[scene]
    setting.restore()
    changes = {"TIMEOUT_S": TIMEOUT_S if whole < 5 else 10, **fault(setting)}
    for stand in stands:
        stand.place(**changes)
    loopers = [stand for stand in stands if stand.name != "mqtt_as"]
    loops: Answers = {stand.name: [] for stand in loopers}
    tasks: Answers = {stand.name: [] for stand in stands}
    floors = []
    for turn in range(setting.repeat(whole, 1)):
        for stand in rotated(loopers, turn):
            loops[stand.name].append(_watched(stand, "pause_loop()"))
        for stand in rotated(stands, turn):
            tasks[stand.name].append(_watched(stand, "pause_task()"))
        floors.append(stands[0].run(f"idle({_IDLE_MS})"))
    floor = {key: max(run[key] for run in floors) / 1000 for key in ("loop", "timer")}
    if scene == list(SCENES)[0]:
        gaps = {**loops, **{name: runs for name, runs in tasks.items() if name == "mqtt_as"}}
        gaps["idle"] = floors
        setting.plots["gaps"] = {
            name: histogram([gap for run in runs if run for gap in run["gaps"]])
            for name, runs in gaps.items()
        }
    return _rows(setting, scene, loops, tasks, floor)


def _host_floor_ms(seconds: float) -> float:
    """The longest gap of a loop in this process, which the host alone causes."""
    worst, last = 0, time.perf_counter_ns()
    end = last + int(seconds * 1e9)
    while last < end:
        now = time.perf_counter_ns()
        worst = max(worst, now - last)
        last = now
    return worst / 1e6


def measure(setting: Setting) -> Iterator[Row]:
    """Rows for every scene and kind of user code, and one for a loop without a board."""
    floor = Cell([_host_floor_ms(setting.repeat(3, 1))])
    yield Row("longest gap of a loop on the PC, without a board", "ms", {"ours": floor})
    with setting.stands() as stands:
        in_turn(stands, 1, "connect('wifi')")  # warm-up: the work of a first attempt
        for scene in SCENES:
            yield from _scene(setting, stands, scene)
