# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cost of an idle connection: wake-ups and processor time of the board."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import Board
from figures import Cell, Row
from setting import Setting, in_turn

_SETTLE_S = 3.0


def _counters(pid: int) -> dict[str, tuple[int, int]]:
    """Voluntary context switches and nanoseconds on a processor, of each thread of a process.

    Documentation/filesystems/proc.rst, and scheduler/sched-stats.rst for schedstat.
    """
    counters = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            lines = (task / "status").read_text().splitlines()
            nanoseconds = int((task / "schedstat").read_text().split()[0])
        except OSError:
            continue  # has just ended
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        counters[task.name] = (int(fields["voluntary_ctxt_switches"]), nanoseconds)
    return counters


def _watch(pids: dict[str, int], window_s: float) -> dict[str, tuple[float, float]]:
    """Wake-ups per second and processor seconds per hour of each process, all at the same time."""
    before = {name: _counters(pid) for name, pid in pids.items()}
    began = time.monotonic()
    time.sleep(window_s)
    after = {name: _counters(pid) for name, pid in pids.items()}
    took = time.monotonic() - began
    found = {}
    for name in pids:
        both = before[name].keys() & after[name].keys()
        wakes, spent = (sum(after[name][t][i] - before[name][t][i] for t in both) for i in (0, 1))
        found[name] = (wakes / took, spent / 1e9 / took * 3600)
    return found


def measure(setting: Setting) -> list[Row]:
    """All contenders connected at once, and a board that only sleeps, over one window."""
    window_s = float(setting.repeat(60, 5))
    whole_s = int(_SETTLE_S + window_s + 2)
    with setting.stands() as stands, Board(setting.world, binary=setting.kit.binary) as asleep:
        in_turn(stands, 1, "connect('wifi', True)")
        with ThreadPoolExecutor(len(stands) + 1) as pool:
            loops = [
                pool.submit(s.board.exec, f"m.c.run({whole_s})", whole_s + 20) for s in stands
            ]
            loops.append(
                pool.submit(asleep.exec, f"import time\ntime.sleep({whole_s})", whole_s + 20)
            )
            time.sleep(_SETTLE_S)
            pids = {stand.name: stand.board.pid for stand in stands}
            found = _watch({**pids, "asleep": asleep.pid}, window_s)
            for loop in loops:
                loop.result()
    wakes_0, spent_0 = found.pop("asleep")
    wakes = {name: Cell([max(0.0, pair[0] - wakes_0)]) for name, pair in found.items()}
    spent = {name: Cell([max(0.0, pair[1] - spent_0)]) for name, pair in found.items()}
    note = (
        f"added to those of a board that sleeps without a connection, over {window_s:g} s; user "
        f"code sleeps (connectwith, the script), or does what the client's examples do: "
        f"umqtt.simple looks once a second, mqtt_as runs its tasks"
    )
    return [
        setting.row("wake-ups when connected and idle", "1/s", wakes, note=note),
        setting.row("processor time when connected and idle", "s/h", spent,
                    note=f"of this PC; the board that sleeps takes {spent_0:.1f} s/h"),
    ]  # fmt: skip
