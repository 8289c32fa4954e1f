# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The contenders, each on a virtual board of its own in the same world."""

import json
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bench import BenchError, Board, ReplError, World

from setup.contenders import ensure_contender, read_contenders
from setup.paths import LOCK_FILE
from setup.problem import Problem

COLUMNS = ("ours", "umqtt_simple", "mqtt_as", "minimal")
TITLES = {
    "ours": "connectwith",
    "umqtt_simple": "umqtt.simple",
    "mqtt_as": "mqtt_as",
    "minimal": "minimal script",
}
_SCRIPTS = Path(__file__).with_name("board")
_SHARED = ("place", "watch", "measure")
_CHUNK_BYTES = 1024


class Kit:
    """The compiled files for the boards: the bench's scripts and the contenders themselves.

    `columns` are the contenders that can be measured, `missing` has the reason for each other.
    """

    def __init__(self, binary: Path, mpy_cross: Path, columns: Iterable[str] = COLUMNS) -> None:
        self.binary = binary
        self._mpy_cross = mpy_cross
        self._foreign: dict[str, tuple[str, bytes]] = {}
        self.missing: dict[str, str] = {}
        self.columns = [name for name in columns if self._have(name)]
        self._compiled = {file.stem: self.compile(file) for file in _SCRIPTS.glob("*.py")}

    def _have(self, name: str) -> bool:
        pinned = read_contenders(LOCK_FILE).get(name)
        if pinned is not None:
            try:
                file = ensure_contender(pinned)
            except Problem as problem:
                self.missing[name] = f"{problem.what} {problem.why}"
                return False
            self._foreign[name] = (pinned.target, self.compile(file))
        return True

    def compile(self, source: Path) -> bytes:
        """The .mpy of a file, as ./tools/cw freezes it and mip installs it."""
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.mpy"
            subprocess.run([self._mpy_cross, "-o", out, "-s", source.name, source], check=True)
            return out.read_bytes()

    def foreign(self, name: str) -> dict[str, bytes]:
        """A contender's own .mpy by its name on the board; nothing for those without."""
        if name not in self._foreign:
            return {}
        target, code = self._foreign[name]
        return {f"{target}.mpy": code}

    def script(self, stem: str) -> dict[str, bytes]:
        """One of the bench's scripts, by its name on the board."""
        return {f"{stem}.mpy": self._compiled[stem]}

    def files(self, name: str) -> dict[str, bytes]:
        """The files for the board of one contender."""
        wanted = [*_SHARED, f"contender_{name}"]
        if name in ("umqtt_simple", "minimal"):
            wanted.append("blocking_links")
        files = self.foreign(name)
        for stem in wanted:
            files.update(self.script(stem))
        return files


def standard(world: World) -> dict[str, object]:
    """The values of board/place.py for the bench's networks and broker."""
    home, broker = world.wifi["home"], world.broker
    return {
        "SSID": home.ssid, "KEY": home.key, "HOST": broker.host, "PORT": broker.port,
        "CA_PEM": broker.ca_pem, "CA_DER": ssl.PEM_cert_to_DER_cert(broker.ca_pem.decode()),
        "CELL": {"apn": "internet"}, "PROXY": None, "CLOCK": True, "TIMEOUT_S": 60,
    }  # fmt: skip


def set_clock() -> str:
    """MicroPython code that sets the board's clock; it needs `machine`."""
    year, month, day, hour, minute, second, weekday, *_ = time.gmtime()
    return f"machine.RTC().datetime({(year, month, day, weekday, hour, minute, second, 0)})"


def install(board: Board, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        folder = name.rpartition("/")[0]
        if folder:
            board.exec(f"import os\nos.mkdir({folder!r})")
        board.exec(f"f = open({name!r}, 'wb')")
        for at in range(0, len(data), _CHUNK_BYTES):
            board.exec(f"f.write({data[at : at + _CHUNK_BYTES]!r})")
        board.exec("f.close()")


class Stand:
    """One contender on its board; `run()` calls a function of board/measure.py there."""

    def __init__(self, world: World, kit: Kit, name: str, heap_kib: int | None = None) -> None:
        self.name = name
        self._world = world
        self._changes: dict[str, object] = {}
        arguments = [] if heap_kib is None else ["--heap", str(heap_kib)]
        self.board = Board(world, binary=kit.binary, arguments=arguments)
        self.board.start()
        install(self.board, kit.files(name))
        self.imported = self._prepare()

    def _settings(self) -> str:
        """Code that fills in the module `place` and sets the clock."""
        settings = {**standard(self._world), **self._changes}
        lines = [f"place.{name} = {value!r}" for name, value in settings.items()]
        return "\n".join(["import place, machine", *lines, set_clock()])

    def _prepare(self) -> dict:
        self.board.exec(self._settings())
        return json.loads(self.board.exec(f"import measure as m\nm.begin({self.name!r})"))

    def place(self, **changes: object) -> None:
        """Changes the settings for the next runs, by the names in board/place.py. Without any, it
        restores the bench's own settings."""
        self._changes = changes
        self.board.exec(f"{self._settings()}\nm.c.settle()")

    def run(self, call: str, limit_s: float = 60.0, report: str = "") -> dict | None:
        """The answer of `m.<call>`. If it does not end within `limit_s`, the answer is that of
        `report`, or None without `report`, and the board is reset. A failure of the console is
        one failed run. A crash of the board raises BenchError."""
        try:
            return json.loads(self.board.exec(f"m.{call}", timeout=limit_s).splitlines()[-1])
        except ReplError:
            raise  # an error of the bench's own code; the answer has the exceptions of a contender
        except BenchError as error:
            if "no end within" not in str(error) and "no REPL within" not in str(error):
                self.restart()
                return {"error": ["BenchError", str(error).splitlines()[0]]}
        answer = None
        if report:
            try:
                answer = json.loads(self.board.exec(f"m.{report}").splitlines()[-1])
                answer["error"] = ["no end"]
            except BenchError:
                pass
        self.restart()
        return answer

    def restart(self) -> None:
        """A hard reset, with the contender loaded again."""
        self.board.reset()
        self._prepare()

    def stop(self) -> None:
        """Off."""
        self.board.stop()
