# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Plays a recording again: each step when what it waits for has come, and as long after it."""

from collections import deque
from collections.abc import Callable

from bench import BenchError

from lab.recording.items import Devices, Item, Orders, Seen
from lab.recording.moves import moves
from lab.recording.start import from_first_run
from setup.problem import Problem

_STEP_S = 0.05


class Player:
    """Says which step is due. saw() may be called by any thread, all else by the one that plays.

    devices: the IDs of the boards now. say: gets a sentence when something does not come.
    """

    def __init__(
        self, items: tuple[Item, ...], devices: Devices, say: Callable[[str], None]
    ) -> None:
        self._moves = deque(moves(from_first_run(items)))
        self._devices = devices
        self._say = say
        self._came: deque[Item] = deque(maxlen=1000)
        self._seen = Seen()
        self._missing = list(self._moves[0].awaited)
        self._since_s: float | None = None  # when the step before was carried out
        self._ready_s: float | None = None  # when the last that is waited for had come

    def saw(self, board: int | None, what: str, *values: object) -> None:
        """Something has happened: as Recording.saw()."""
        self._came.append(self._devices.item(0.0, board, what, values))

    def values(self, step: Item) -> tuple:
        """The values of a step, for its method."""
        return self._devices.values(step)

    @property
    def left(self) -> int:
        """How many steps are left, and one for the end."""
        return len(self._moves)

    def due(self, now_s: float) -> Item | None:
        """The step to carry out now, if one is due."""
        while self._came:
            self._seen.add(self._came.popleft())
        if self._since_s is None:
            self._since_s = now_s
        if not self._moves or not self._is_ready(now_s):
            return None
        move = self._moves[0]
        assert self._ready_s is not None
        if now_s < self._ready_s + move.gap_s:
            return None
        self._moves.popleft()
        self._missing = list(self._moves[0].awaited) if self._moves else []
        self._since_s, self._ready_s = now_s, None
        if move.step is not None:
            self._seen.before(move.step)
        return move.step

    def _is_ready(self, now_s: float) -> bool:
        if self._ready_s is None:
            assert self._since_s is not None
            self._missing = self._seen.missing(self._missing)
            limit_s = self._moves[0].limit_s
            if self._missing and now_s < self._since_s + limit_s:
                return False
            for one in self._missing:
                self._say(f"The recording has '{one.words()}' here. "
                          f"It has not come within {limit_s:.0f} s.")  # fmt: skip
            self._ready_s = now_s
        return True


def play(
    player: Player,
    orders: Orders,
    clock: Callable[[], float],
    sleep: Callable[[float], object],
    ended: Callable[[], bool],
    say: Callable[[str], None],
) -> None:
    """Carries out the steps until the end, or until ended(). A step that is refused is said, and
    the next one comes in its turn."""
    while player.left and not ended():
        step = player.due(clock())
        if step is None:
            sleep(_STEP_S)
            continue
        board = () if step.what == "publish" else (step.board or 0,)
        try:
            getattr(orders, step.what)(*board, *player.values(step))
        except Problem as problem:
            say(f"{step.words()}: {problem.what} {problem.next_step}")
        except (BenchError, OSError, ValueError) as error:
            say(f"{step.words()}: refused: {str(error)[:300]}")
    if not player.left:
        say("The recording was played to its end.")
