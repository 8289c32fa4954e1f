# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Many virtual boards at one broker, and how they come back after a power cut: `./tools/cw fleet`.

Exit status 0 when all boards came back from each storm in time.
"""

import argparse
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_TESTS = _ROOT / "tests"
sys.path[:0] = [str(_ROOT / "tools"), str(_TESTS / "soak"), str(Path(__file__).parent)]

import ctrl_c  # noqa: E402
import main_script  # noqa: E402
import report  # noqa: E402
import street  # noqa: E402
import watch  # noqa: E402
from bench import BenchError, World  # noqa: E402

from commands import values  # noqa: E402

MODES = ("jitter", "fixed")
_LINE_EVERY_S = 2.0
_CHOICE_S = 60.0
_MOST_BOARDS = 1000  # 4 MiB and two threads each


class Fleet:
    """The boards, and the storms that they go through."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self.storms: list[watch.Storm] = []
        self.memory: list[tuple[int, int]] = []
        self.ids: list[str] = []
        self.sites = 0
        self._began = time.monotonic()
        self._shown = 0.0

    def progress(self, text: str, at_once: bool = False) -> None:
        """One line now and then."""
        now = time.monotonic()
        if at_once or now - self._shown > _LINE_EVERY_S:
            self._shown = now
            print(f"{now - self._began:6.1f} s  {text}", file=sys.stderr, flush=True)

    def run(self, world: World) -> None:
        """Builds the street, connects all, then each storm in each mode."""
        options = self._options
        self.progress("making the flash of the boards", True)
        code = main_script.script(world, street.SSID, street.KEY, options.spread)
        flash = street.make_flash(world, options.board_binary, code)
        boards = street.Street(world, options.board_binary, options.boards, flash)
        try:
            self.ids, self.sites = boards.ids, len(boards.sites)
            self._world, self._street = world, boards
            self._watch = watch.Watch(world, self.ids, self.progress)
            self._watch.begin("first start, one by one")
            boards.switch_on()
            self._finish()
            for mode in options.mode or MODES:
                self._choose(mode)
                self._power_cycle(mode)
                self._outage(mode)
            self.memory = [watch.memory_kib(board.pid) for board in boards.boards]
        finally:
            boards.close()

    def _finish(self) -> None:
        self.storms.append(self._watch.until_back(self._options.limit))

    def _choose(self, mode: str) -> None:
        """All boards reconnect in this way from now on; each has said that it will."""
        broker = self._world.broker
        since = len(broker.messages)
        for ident in self.ids:
            broker.publish(f"imp/{ident}/device/mode", f'"{mode}"')
        wanted = {f"imp/{ident}/agent/mode" for ident in self.ids}
        end = time.monotonic() + _CHOICE_S
        while not wanted <= {topic for topic, _, _ in broker.messages[since:]}:
            if time.monotonic() > end:
                raise BenchError(f"not all boards have taken the mode {mode!r}")
            time.sleep(0.05)

    def _power_cycle(self, mode: str) -> None:
        self._watch.begin(f"all boot at once, {mode}")
        self._street.power_cycle()
        self._finish()

    def _outage(self, mode: str) -> None:
        self.progress(f"broker and access points are off for {self._options.outage:g} s", True)
        self._world.broker.stop()
        self._street.networks_off()
        time.sleep(self._options.outage)
        self._world.broker.start()
        self._watch.begin(f"after an outage, {mode}")
        self._street.networks_on()
        self._finish()


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    boards = values.count(1, _MOST_BOARDS)
    parser.add_argument("--boards", type=boards, default=100)
    parser.add_argument("--outage", type=values.seconds(), default=30.0, help="seconds")
    parser.add_argument("--spread", type=values.seconds(), default=10.0, help="seconds")
    parser.add_argument("--mode", choices=MODES, action="append")
    parser.add_argument(
        "--limit", type=values.seconds(1), default=180.0, help="for each storm, seconds"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the whole record")
    parser.add_argument("--output", type=values.output_folder, default=_ROOT / "build" / "fleet")
    parser.add_argument("--board-binary", type=Path, default=_ROOT / "build/VIRTUAL/virtual-board")
    return parser.parse_args()


def main() -> int:
    """Runs it; Ctrl-C gives the summary so far."""
    options = arguments()
    ctrl_c.once()
    fleet = Fleet(options)
    status = 0
    try:
        with World(options.seed, engine="mosquitto") as world:
            fleet.run(world)
    except KeyboardInterrupt:
        status = 130
    except BenchError as error:
        print(f"fleet: {error}", file=sys.stderr)
        status = 1
    report.publish(fleet, options)
    return status or int(any(storm.missing for storm in fleet.storms))


if __name__ == "__main__":
    sys.exit(main())
