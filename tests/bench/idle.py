# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cost of an idle connection: wake-ups and processor time of the board."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import scripts
from bench import Board
from bench.threads import threads, wake_ups
from figures import Cell, Row, ours
from setting import Setting, in_turn

_SETTLE_S = 3.0
_BAR_LAN, _BAR_CELLULAR = 1.0, 2.0  # wake-ups a second


class _Use(NamedTuple):
    """Of a process: wake-ups per second, those among them of Python's thread and of connectwith's,
    and processor seconds per hour."""

    wakes: float
    own_wakes: float
    spent: float


def _watch(pids: dict[str, int], window_s: float) -> dict[str, _Use]:
    """What each process uses, all at the same time."""
    before = {name: threads(pid) for name, pid in pids.items()}
    began = time.monotonic()
    time.sleep(window_s)
    after = {name: threads(pid) for name, pid in pids.items()}
    took = time.monotonic() - began
    found = {}
    for name, pid in pids.items():
        old, new = before[name], after[name]
        both = old.keys() & new.keys()
        wakes = sum(new[number].switches - old[number].switches for number in both)
        spent = sum(new[number].nanoseconds - old[number].nanoseconds for number in both)
        own = wake_ups(pid, old, new)
        found[name] = _Use(wakes / took, own / took, spent / 1e9 / took * 3600)
    return found


_CONNECT = """
calls.clear()
server.connectwith({!r}, done, 60)
while not calls: time.sleep_ms(5)
assert calls == [5], calls
"""


def _own(setting: Setting, link: str, nic: dict, bar: float) -> Row:
    """How often connectwith wakes the board while user code sleeps. lwIP has timers of its own."""
    window_s = float(setting.repeat(60, 5))
    with Board(setting.world, binary=setting.kit.binary) as board, ThreadPoolExecutor(1) as pool:
        modem = setting.world.fit_modem(board, scale=0.1) if link == "cellular" else None
        board.exec(scripts.prelude(setting.world) + _CONNECT.format(nic), 90)
        whole_s = int(_SETTLE_S + window_s + 2)
        sleep = pool.submit(board.exec, f"time.sleep({whole_s})", whole_s + 20)
        time.sleep(_SETTLE_S)
        found = _watch({link: board.pid}, window_s)[link]
        sleep.result()
        if modem is not None:
            setting.world.remove_modem(modem)
    note = f"of Python's and connectwith's threads, over {window_s:g} s; user code sleeps"
    return ours(f"wake-ups of connectwith, idle over {link}", found.own_wakes, "1/s", bar, note)


def measure(setting: Setting) -> list[Row]:
    """All contenders at once, then connectwith alone over each link."""
    rows = _contenders(setting)
    for link, nic, bar in (
        ("wifi", scripts.wifi(setting.world), _BAR_LAN),
        ("ethernet", {"interface": "eth0"}, _BAR_LAN),
        ("cellular", {"interface": "cell0", "cellconfig": {"apn": "internet"}}, _BAR_CELLULAR),
    ):
        rows.append(_own(setting, link, nic, bar))
    return rows


def _contenders(setting: Setting) -> list[Row]:
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
    base = found.pop("asleep")
    wakes = {name: Cell([max(0.0, use.wakes - base.wakes)]) for name, use in found.items()}
    spent = {name: Cell([max(0.0, use.spent - base.spent)]) for name, use in found.items()}
    note = (
        f"added to those of a board that sleeps without a connection, over {window_s:g} s; user "
        f"code sleeps (connectwith, the script), or does what the client's examples do: "
        f"umqtt.simple looks once a second, mqtt_as runs its tasks. All of them have those of "
        f"lwIP's own timers"
    )
    return [
        setting.row("wake-ups when connected and idle", "1/s", wakes, note=note),
        setting.row("processor time when connected and idle", "s/h", spent,
                    note=f"of this PC; the board that sleeps takes {base.spent:.1f} s/h"),
    ]  # fmt: skip
