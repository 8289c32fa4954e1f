# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Time to CONNACK, over each link, on a clean one and on a long and lossy one."""

from collections.abc import Callable, Iterator

from bench.modem.driver import Modem
from figures import Cell, Row
from setting import Setting, cell, in_turn
from stand import TITLES, Stand

BAR_MINIMAL, BAR_MQTT_AS = 1.15, 4
DELAY_MS, LOSS = 50, 0.01
LIMIT_S = 40.0

_NAMES = {"wifi": "Wi-Fi", "ethernet": "Ethernet", "cellular": "cellular, modem on, registered"}
_APN = "internet"  # all contenders use it: stand.py, board/blocking_links.py
_APNS = (
    ("its APN as before", _APN,
     "a script of the bench dials for the other columns and expects a modem that is on; "
     "connectwith first asks for SIM, registration, operator and signal"),
    ("another APN", "",
     "connectwith attaches anew with its APN before it dials, which is the modem's own time; the "
     "script of the other columns dials at once and takes the bearer that is there"),
)  # fmt: skip
"""The modem's APN before each run, and the note for its rows."""


def _network(setting: Setting, link: str):
    world = setting.world
    return {"wifi": world.wifi["home"], "ethernet": world.ethernet, "cellular": world.cellular}[
        link
    ]


def _impair(setting: Setting, link: str) -> None:
    cable = _network(setting, link).cable
    cable.delay(DELAY_MS)
    cable.drop(LOSS)


def _row(setting: Setting, stands: list[Stand], link: str, repeat: int, scene: str, **more) -> Row:
    answers = in_turn(stands, repeat, f"connect({link!r})", LIMIT_S, **more)
    cells = {name: cell(runs, "us", 1e-3, LIMIT_S) for name, runs in answers.items()}
    if link != "wifi" and "mqtt_as" in setting.kit.columns:
        cells["mqtt_as"] = Cell(text="knows Wi-Fi only")
    row = setting.row(f"time to CONNACK, {_NAMES[link]}, {scene}", "ms", cells)
    row.within("minimal", TITLES["minimal"], BAR_MINIMAL)
    if link == "wifi":
        row.below("mqtt_as", "mqtt_as with quick=True", BAR_MQTT_AS)
        if scene != "clean":
            row.note = (
                f"an attempt has about eight round trips of {2 * DELAY_MS} ms, in each column; "
                "mqtt_as sleeps for one second beside them"
            )
    return row


def _local(setting: Setting) -> Iterator[Row]:
    with setting.stands() as stands:
        in_turn(stands, 1, "connect('wifi')", LIMIT_S)  # warm-up: the work of a first attempt
        for link in ("wifi", "ethernet"):
            able = [s for s in stands if link == "wifi" or s.name != "mqtt_as"]
            in_turn(able, 1, f"connect({link!r})", LIMIT_S)
            yield _row(setting, able, link, setting.repeat(20, 2), "clean")
            _impair(setting, link)
            scene = f"{DELAY_MS} ms each way and {LOSS:.0%} loss"
            yield _row(setting, able, link, setting.repeat(10, 1), scene)
            setting.restore()
        if stands[0].name == "ours":
            for link in ("wifi", "ethernet"):
                stages = stands[0].run(f"stages({link!r})")["stages"]
                setting.plots.setdefault("stages", {})[_NAMES[link]] = stages


def _warm(modems: dict[str, Modem], apn: str) -> Callable[[Stand], None]:
    """Before a run, only the modem of its board is on, and registered with `apn`."""

    def warm(stand: Stand) -> None:
        for modem in modems.values():
            modem.restore()
        modems[stand.name].context(1, apn)
        modems[stand.name].warm()

    return warm


def _cellular(setting: Setting) -> Iterator[Row]:
    """With a modem for each board, on and registered when the attempt begins. Its own times are a
    tenth of a real one's."""
    with setting.stands(None, "ours", "umqtt_simple", "minimal") as stands:
        modems = {s.name: setting.world.fit_modem(s.board, scale=0.1) for s in stands}
        in_turn(stands[:1], 1, "connect('cellular')", LIMIT_S, between=_warm(modems, _APN))
        for case, apn, note in _APNS:
            warm = _warm(modems, apn)
            scene = "clean"
            for repeat in (setting.repeat(5, 1), setting.repeat(5, 1)):
                row = _row(setting, stands, "cellular", repeat, f"{case}: {scene}", between=warm)
                row.note = note
                yield row
                _impair(setting, "cellular")
                scene = f"{DELAY_MS} ms each way and {LOSS:.0%} loss"
            setting.restore()
        if stands[0].name == "ours":
            _warm(modems, _APN)(stands[0])
            stages = stands[0].run("stages('cellular')")["stages"]
            setting.plots.setdefault("stages", {})[_NAMES["cellular"]] = stages
        for modem in modems.values():
            setting.world.remove_modem(modem)


def measure(setting: Setting) -> Iterator[Row]:
    """Rows for each link and scene; the stages of one attempt for the plot."""
    yield from _local(setting)
    yield from _cellular(setting)
