# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The longest pause of user code while a connection is attempted."""

import time
from collections.abc import Iterator
from pathlib import Path

from figures import Cell, Row
from setting import Answers, Setting, cell, in_turn, rotated
from stand import TITLES, Stand

BAR_MS, BAR_CLEAN, BAR_SLOW_DNS = 5.0, 8, 100
LIMIT_S = 5.0  # of an attempt that does not end; ours has a timeout of 2 s then
TIMEOUT_S = 2
_IDLE_MS = 200  # what a quick attempt takes
_KEPT_US = 60_000  # longer gaps share the last bar of the histogram

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
    """With a fault the attempt fails, and all runs count; on a good link it has to connect."""
    if ends:
        return cell(runs, key, 1e-3, LIMIT_S)
    values = [LIMIT_S * 1000 if run is None else run[key] / 1000 for run in runs]
    # One that lasted until the bench ended the run would have gone on.
    return Cell(values, bound=max(values) > 0.8 * LIMIT_S * 1000)


def queued_ns(process: Path) -> dict[str, int]:
    """How long each thread of a process (its folder in /proc) was ready to run and had no
    processor, so far. Nothing where the kernel does not count it."""
    waits = {}
    for file in process.glob("task/*/schedstat"):
        try:
            waits[file.parent.name] = int(file.read_text().split()[1])
        except OSError:
            pass  # it has ended
    return waits


def _watched(stand: Stand, what: str) -> dict | None:
    """One run, with what the host took from it in "queued_ms". Counted are the threads that were
    there before and after: those of TLS and of the radio's wire come and go, and user code does
    not wait for the former."""
    process = Path(f"/proc/{stand.board.pid}")
    before = queued_ns(process)
    answer = stand.run(what, LIMIT_S, "pause_report()")
    after = queued_ns(process)
    if answer is not None and before:
        answer["queued_ms"] = sum(after[t] - before[t] for t in before if t in after) / 1e6
    return answer


def hosts_part(kinds: list[tuple[list[dict | None], str]]) -> str:
    """What is to be said of the host beside our longest pause of each kind, of which the runs are
    given and their key; "" if it is not known."""
    longest = [
        max((run for run in runs if run is not None), key=lambda run: run[key], default={})
        for runs, key in kinds
    ]
    if not all("queued_ms" in run for run in longest):
        return ""
    shares = ", ".join(f"{run['queued_ms']:.1f}" for run in longest)
    return (
        f"; of our longest ones the host's other work explains {shares} ms at most: so long "
        "threads of the board were ready in that run and had no processor"
    )


def _rows(setting: Setting, scene: str, loops: Answers, tasks: Answers, note: str) -> list[Row]:
    ends = scene in list(SCENES)[:2]
    rows = []
    kinds = ((_LOOP, loops, "loop"), (_TIMER, loops, "timer"), (_TASK, tasks, "loop"))
    note += hosts_part([(answers.get("ours", []), key) for _, answers, key in kinds])
    for what, answers, key in kinds:
        cells = {name: _cell(runs, key, ends) for name, runs in answers.items()}
        if what != _TASK and "mqtt_as" in setting.kit.columns:
            # It runs in asyncio's loop, where user code is a task.
            shared = Cell(text="as a task") if what == _LOOP else None
            cells["mqtt_as"] = shared or _cell(tasks["mqtt_as"], "timer", ends)
        row = setting.row(f"longest pause of {what}: {scene}", "ms", cells, worst=True, note=note)
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
    note = (
        f"an idle board in turn with these: loop at most {floor['loop']:.1f} ms, Timer at most "
        f"{floor['timer']:.1f} ms; what the host does to both is not ours"
    )
    if scene == list(SCENES)[0]:
        gaps = {**loops, **{name: runs for name, runs in tasks.items() if name == "mqtt_as"}}
        setting.plots["gaps"] = {
            name: [min(gap, _KEPT_US) for run in runs if run for gap in run["gaps"]]
            for name, runs in gaps.items()
        }
        setting.plots["gaps"]["idle"] = [gap for run in floors for gap in run["gaps"]]
    return _rows(setting, scene, loops, tasks, note)


def _host_floor_ms(seconds: float) -> float:
    """The longest gap that a loop of this very process sees: what the host alone does."""
    worst, last = 0, time.perf_counter_ns()
    end = last + int(seconds * 1e9)
    while last < end:
        now = time.perf_counter_ns()
        worst = max(worst, now - last)
        last = now
    return worst / 1e6


def measure(setting: Setting) -> Iterator[Row]:
    """Rows for every scene and kind of user code, and what the host alone does to a loop."""
    floor = Cell([_host_floor_ms(setting.repeat(3, 1))])
    yield Row("host's own floor: longest gap of a loop without a board", "ms", {"ours": floor})
    with setting.stands() as stands:
        in_turn(stands, 1, "connect('wifi')")  # what only a first attempt does
        for scene in SCENES:
            yield from _scene(setting, stands, scene)
