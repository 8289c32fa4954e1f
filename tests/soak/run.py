# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Virtual boards through random faults for hours: `./tools/cw soak`.

Exit status 0 when everything held, 1 on a violation. The same seed draws the same steps; their
timing is the host's.
"""

import argparse
import collections
import operator
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tools"), str(_ROOT / "tests" / "system"), str(Path(__file__).parent)]

import ctrl_c  # noqa: E402
import held  # noqa: E402
import outcome  # noqa: E402
import plan  # noqa: E402
from bench import BenchError, World  # noqa: E402
from conditions import Conditions  # noqa: E402
from player import Player, Tally  # noqa: E402
from violation import Violation  # noqa: E402

from commands import values  # noqa: E402

_WARM_ROUNDS = 4  # until then, caches fill and modules are loaded
_SAMPLE_EVERY_S = 40.0
_MOVES_EVERY_S = 150.0
_ENDS_BROKER = ("broker down", "broker restarted")
_REMEMBERED = 60  # of the last steps, for a report
_MOST_VIOLATIONS = 5  # more violations end the run
_LINE_EVERY_S = 10.0


class Soak:
    """The run: rounds of steps until the time is over."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self.began = time.monotonic()
        self.ends = self.began + options.seconds
        self.tally = Tally()
        self.samples: list[held.Sample] = []
        self.slopes: list[float] = []
        self.violations: list[dict] = []
        self.rounds = 0
        self._last: collections.deque[str] = collections.deque(maxlen=_REMEMBERED)
        self._shown = 0.0
        self._sampled = 0.0
        self.slopes_of_moves: list[float] = []
        self._moved = 0.0

    @property
    def seconds(self) -> float:
        """Since the begin."""
        return time.monotonic() - self.began

    def last(self) -> list[str]:
        """The last steps, oldest first."""
        return list(self._last)

    def run(self, world: World) -> None:
        """All rounds."""
        self._world = world
        self._conditions = Conditions(world)
        self._players = [self._player(number) for number in range(self._options.boards)]
        try:
            self._warm()
            number = self._options.first_round
            while self._goes_on():
                self._round(number)
                number += 1
            self._sample()
        finally:
            for player in self._players:
                player.close()
        for player in self._players:
            player.found_nothing()

    def _goes_on(self) -> bool:
        # A soak without a round has tested nothing.
        in_time = time.monotonic() < self.ends or self.rounds == 0
        return in_time and len(self.violations) < _MOST_VIOLATIONS

    def _player(self, number: int) -> Player:
        binary = self._options.board_binary
        return Player(self._world, binary, number, self._conditions, self.tally)

    def _warm(self) -> None:
        """Loads the modules that stay: those of the reconnect, of an order of links, of a move."""
        for player in self._players:
            player.recover("wl0", False)
            player.recover("cell0", True)
            player.recover("eth0", False)
            player.uplink.keep(("wl0", "eth0"), True, 0.3)
            player.uplink.over("wl0")
            player.uplink.back()
            player.uplink.end("stop")

    def _models(self) -> list:
        return [each for player in self._players for each in (player.model, player.uplink)]

    def _round(self, number: int) -> None:
        self.rounds += 1
        self._last.append(f"-- round {number}")
        try:
            for step in plan.draw(self._options.seed, number, len(self._players)):
                self._show()
                self._last.append(f"{self.seconds:.1f} s  {step}")
                self._do(step)
            if self.rounds > _WARM_ROUNDS and self.seconds - self._sampled > _SAMPLE_EVERY_S:
                self._sample()
        except (Violation, BenchError) as error:
            self._violated(number, str(error))

    def _do(self, step: plan.Step) -> None:
        if step.what == "fault":
            self._fault(*step.arguments)
        elif step.what == "faults end":
            self._conditions.end_all(self._models())
        elif step.what == "sleep":
            time.sleep(step.arguments[0] / 1000)
        elif step.what == "callbacks":
            for player in self._players:
                player.callbacks()
        elif step.what == "send":
            (fault,) = step.arguments
            meanwhile = None if fault is None else lambda: self._fault(fault)
            self._players[step.board].send(meanwhile)
        else:
            operator.attrgetter(step.what)(self._players[step.board])(*step.arguments)

    def _fault(self, name: str) -> None:
        if name in _ENDS_BROKER and self._world.broker.engine != "mosquitto":
            return  # the bench may not hear of what was acknowledged just before: Broker.kill()
        if self._conditions.begin(name, self._models()):
            self.tally.faults[name] += 1

    def _sample(self) -> None:
        self._sampled = self.seconds
        slope = held.slope(self._players[0])
        self.slopes.append(round(slope, 1))
        if slope > held.SLOPE_BYTES:
            raise Violation(f"heap slope: {slope:.0f} bytes for each loss with a reconnect")
        if self.seconds - self._moved > _MOVES_EVERY_S:
            self._moved = self.seconds
            slope = held.slope_of_moves(self._players[0])
            self.slopes_of_moves.append(round(slope, 1))
            if slope > held.SLOPE_BYTES:
                raise Violation(f"heap slope: {slope:.0f} bytes for each move to a link and back")
        sample = held.take(self._players[0], self.seconds, self.tally.attempts)
        self.samples.append(sample)
        growth = held.too_much(self.samples, bool(self._options.sanitizer))
        if growth:
            raise Violation(f"grown: {', '.join(growth)}")

    def _violated(self, number: int, what: str) -> None:
        self.violations.append({"round": number, "what": what, "last": self.last()})
        print(f"\nVIOLATION in round {number}: {what}", file=sys.stderr, flush=True)
        # The run continues with new boards, in a bench without faults.
        self._conditions.active.clear()
        self._world.restore()
        self._conditions.set_up()
        self.samples.clear()
        for place, player in enumerate(self._players):
            player.close()
            self._world.remove_modem(self._world.modems[0])
            self._players[place] = self._player(player.number)
        self._warm()

    def _show(self) -> None:
        every = 1.0 if sys.stderr.isatty() else _LINE_EVERY_S
        if self.seconds - self._shown < every:
            return
        self._shown = self.seconds
        line = outcome.line(self)
        start, end = ("\r\x1b[K", "") if sys.stderr.isatty() else ("", "\n")
        print(f"{start}{line}", end=end, file=sys.stderr, flush=True)


def _seconds(options: argparse.Namespace) -> float:
    given = (options.hours * 3600, options.minutes * 60, options.seconds)
    return sum(given) or 60.0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first-round", type=int, default=1, help="to begin with a later one")
    parser.add_argument(
        "--boards", type=values.count(1, 100), default=2, help="the first is never reset"
    )
    parser.add_argument("--json", action="store_true", help="print the whole record")
    parser.add_argument("--output", type=values.output_folder, default=_ROOT / "build" / "soak")
    parser.add_argument("--sanitizer", default="", help="that the binary was built with")
    parser.add_argument("--board-binary", type=Path, default=_ROOT / "build/VIRTUAL/virtual-board")
    options = parser.parse_args()
    options.seconds = _seconds(options)
    return options


def main() -> int:
    """Runs it; Ctrl-C gives the summary so far."""
    options = arguments()
    ctrl_c.once()
    soak = Soak(options)
    interrupted = False
    try:
        with World(options.seed) as world:
            soak.run(world)
    except KeyboardInterrupt:
        interrupted = True
    except (Violation, BenchError) as error:
        soak.violations.append({"round": soak.rounds, "what": str(error), "last": soak.last()})
    outcome.publish(soak, options, interrupted)
    return 130 if interrupted else 1 if soak.violations else 0


if __name__ == "__main__":
    sys.exit(main())
