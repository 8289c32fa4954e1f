# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""MicroPython's heap: after import, while connecting, connected, per attempt, and the least."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import BenchError, Board
from figures import Cell, Row
from setting import Setting, cell, in_turn
from stand import TITLES, Stand, install, set_clock, standard

BAR_IMPORT, BAR_CONNECTED, BAR_LEAST_KIB = 16 * 1024, 6 * 1024, 32
LEAST_KIB, MOST_KIB = 8, 128
LIMIT_S = 30.0
_BOOT_S = 6.0  # a board whose heap is too small for the REPL stays silent
_LARGE_KIB = 16 * 1024  # for attempts without the garbage collector

_NEEDED = ("SSID", "KEY", "HOST", "PORT", "CA_PEM", "CA_DER")
_IMPORTS = {
    "ours": "import server, imp, agent",
    "umqtt_simple": "from umqtt.simple import MQTTClient",
    "mqtt_as": "import mqtt_as",
    "minimal": "import network, socket, ssl",
}
_IMPORT = """
import gc
gc.collect(); before = gc.mem_alloc()
{}
gc.collect()
print(gc.mem_alloc() - before)
"""


def _imported(stand: Stand) -> float:
    stand.board.reset()
    size = float(stand.board.exec(_IMPORT.format(_IMPORTS[stand.name])))
    stand.restart()
    return size


def _live(setting: Setting) -> list[Row]:
    with setting.stands() as stands:
        imported = {stand.name: Cell([_imported(stand)]) for stand in stands}
        in_turn(stands, 1, "connect('wifi')", LIMIT_S)
        answers = in_turn(stands, setting.repeat(5, 1), "heap()", LIMIT_S)
    high = {name: cell(runs, "high", 1, LIMIT_S) for name, runs in answers.items()}
    after = {name: cell(runs, "connected", 1, LIMIT_S) for name, runs in answers.items()}
    rows = [
        setting.row("heap live after import", "bytes", imported).at_most(BAR_IMPORT),
        setting.row("heap added while connecting, highest of samples each ms", "bytes", high),
        setting.row("heap added by a connection, after gc.collect()", "bytes", after),
    ]
    rows[0].note = (
        "umqtt.simple and mqtt_as are loaded from .mpy files, so their byte code is in the heap; "
        "connectwith is frozen, so its byte code is in flash, as theirs would be if frozen"
    )
    rows[1].note = "the garbage collector runs every 512 bytes; no sample is taken inside a C call"
    rows[2].at_most(BAR_CONNECTED)
    return rows


def _allocated(setting: Setting) -> list[Row]:
    with setting.stands(_LARGE_KIB) as stands:
        in_turn(stands, 2, "connect('wifi')", LIMIT_S)
        answers = in_turn(stands, setting.repeat(5, 1), "allocated()", LIMIT_S)
    cells = {name: cell(runs, "bytes", 1, LIMIT_S) for name, runs in answers.items()}
    row = setting.row("heap allocated by one attempt", "bytes", cells)
    row.note = (
        "with the garbage collector off, after two attempts, without the import; umqtt.simple and "
        "the script make their SSLContext once; connectwith reads the stored broker and its CA, "
        "and checks and seals the NIC, in each attempt"
    )
    return [row.within("umqtt_simple", TITLES["umqtt_simple"], 1)]


def _connects(setting: Setting, folder: Path, name: str, heap_kib: int) -> bool:
    """Twice, each time from power-on."""
    arguments = ["--heap", str(heap_kib)]
    for _ in range(2):
        board = Board(setting.world, binary=setting.kit.binary, folder=folder,
                      arguments=arguments)  # fmt: skip
        try:
            board.start(timeout=_BOOT_S)
            board.exec("import machine\n" + set_clock())
            if "connected" not in board.exec(f"import least_{name}", timeout=LIMIT_S):
                return False
        except BenchError:
            return False
        finally:
            board.stop()
    return True


def _least(setting: Setting, name: str) -> Cell:
    """By bisection, in KiB."""
    kit = setting.kit
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "settings.py"
        known = standard(setting.world)
        unused = "CA_DER" if name == "ours" else "CA_PEM"
        lines = [f"{key} = {known[key]!r}" for key in _NEEDED if key != unused]
        source.write_text("\n".join(lines) + "\n")
        settings = {"settings.mpy": kit.compile(source)}
    folder = setting.world.board_folder()
    with Board(setting.world, binary=kit.binary, folder=folder) as board:
        install(board, {**kit.foreign(name), **kit.script(f"least_{name}"), **settings})
        board.exec("import os\nos.sync()")
    if not _connects(setting, folder, name, MOST_KIB):
        return Cell(text=f"does not connect with {MOST_KIB} KiB")
    low, high = LEAST_KIB - 1, MOST_KIB
    while high - low > 1:
        middle = (low + high) // 2
        if _connects(setting, folder, name, middle):
            high = middle
        else:
            low = middle
    return Cell([high])


def measure(setting: Setting) -> Iterator[Row]:
    """Rows of the heap; the smallest that connects is found by bisection."""
    yield from _live(setting)
    yield from _allocated(setting)
    if setting.quick:
        return
    cells = {name: _least(setting, name) for name in setting.kit.columns}
    row = setting.row("smallest heap that connects", "KiB", cells)
    row.note = (
        "the heap of the whole board; its words have 64 bits, and an object on a chip is about "
        "half as large; connectwith is frozen, the others are loaded from .mpy files"
    )
    yield row.at_most(BAR_LEAST_KIB)
