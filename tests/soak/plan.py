# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The steps of one round of a soak. They depend on the seed alone."""

import random
from dataclasses import dataclass

from conditions import LASTING, LINKS, MOMENTARY
from outbox import PADS, SIZES

# Seconds. 8 are enough for a good attempt on a busy host; below that the time may run out.
_TIMEOUTS_S = (0.3, 1.5, 4.0, 9.0, 9.0, 14.0)
_CONNECT_S = 36.0  # for three interfaces, one after the other
_POLICIES = ("RETURN_ON_ERROR", "RETURN_ON_ERROR_NO_DISCONNECT")
_WAITS = ("WAIT_TIL_SENT", "WAIT_FOR_ACK")


@dataclass(frozen=True)
class Step:
    """One thing to do. `board`: its number, or -1 where it concerns the bench alone."""

    what: str
    board: int = -1
    arguments: tuple = ()

    def __str__(self) -> str:
        whom = f"board {self.board}: " if self.board >= 0 else ""
        return whom + " ".join([self.what, *map(str, self.arguments)])


def draw(seed: int, number: int, boards: int) -> list[Step]:
    """The steps of round `number`. They end with a bench without faults, and with a connection."""
    chance = random.Random(f"{seed}/{number}")
    if number % 2 == 0:
        return _kept_connected(chance, boards)
    steps = [
        Step("policy", board, (chance.choice(_POLICIES), chance.choice(_WAITS)))
        for board in range(boards)
    ]
    steps += [Step("fault", -1, (name,)) for name in chance.sample(LASTING, _count(chance))]
    steps += [_operation(chance, board) for board in range(boards)]
    for _ in range(chance.randint(2, 6)):
        steps.append(_disturbance(chance, boards))
    if chance.random() < 0.4:
        steps.append(Step("faults end"))
        steps.append(Step("sleep", -1, (chance.randint(0, 1000),)))
    steps.append(Step("callbacks"))
    steps.append(Step("faults end"))
    for board in range(boards):
        steps.append(Step("recover", board, (chance.choice(LINKS), chance.random() < 0.7)))
        steps.append(Step("outbox.drain", board))
    return steps


def _kept_connected(chance: random.Random, boards: int) -> list[Step]:
    """A round under imp.uplink.keep with kept messages."""
    steps = []
    for board in range(boards):
        steps.append(Step("policy", board, (chance.choice(_POLICIES), "WAIT_TIL_SENT")))
        steps.append(Step("outbox.size", board, (chance.choice(SIZES),)))
        order = chance.sample(LINKS, chance.choice((1, 2, 2, 3, 3)))
        options = tuple(order), chance.random() < 0.6, chance.choice((0.3, 2))
        steps.append(Step("uplink.keep", board, options))
    for _ in range(chance.randint(4, 9)):
        steps.append(_move(chance, boards))
    steps.append(Step("faults end"))
    for board in range(boards):
        steps.append(Step("uplink.back", board))
        how = chance.choice(("stop", "disconnect", "connectwith"))
        if how != "connectwith":
            steps.append(Step("uplink.end", board, (how,)))
        steps.append(Step("recover", board, (chance.choice(LINKS), False)))
        steps.append(Step("outbox.drain", board))
    return steps


def _move(chance: random.Random, boards: int) -> Step:
    board = chance.randrange(boards)
    kind = chance.random()
    if kind < 0.3:
        return Step("outbox.fill", board, (chance.choice((1, 4, 12)), chance.choice(PADS)))
    if kind < 0.5:
        return Step("sleep", -1, (chance.choice((30, 400, 1500, 4000)),))
    if kind < 0.6:
        return Step("faults end")
    if kind < 0.85:
        return Step("fault", -1, (chance.choice(LASTING),))
    if kind < 0.95:
        return Step("fault", -1, (chance.choice(MOMENTARY),))
    return Step("reset" if board else "uplink.look", board)


def _count(chance: random.Random) -> int:
    return chance.choice((0, 1, 1, 1, 2))


def _operation(chance: random.Random, board: int) -> Step:
    kind = chance.random()
    if kind < 0.3:
        return Step("stay", board)
    if kind < 0.5:
        order = list(LINKS)
        chance.shuffle(order)
        return Step("connect", board, (tuple(order), _CONNECT_S))
    return Step("connectwith", board, (chance.choice(LINKS), chance.choice(_TIMEOUTS_S)))


def _disturbance(chance: random.Random, boards: int) -> Step:
    board = chance.randrange(boards)
    kind = chance.random()
    if kind < 0.3:
        return Step("sleep", -1, (chance.choice((5, 30, 120, 400, 1200)),))
    if kind < 0.45:
        return Step("fault", -1, (chance.choice(MOMENTARY),))
    if kind < 0.55:
        return Step("fault", -1, (chance.choice(LASTING),))
    if kind < 0.6:
        return Step("outbox.fill", board, (chance.choice((1, 4)), chance.choice(PADS)))
    if kind < 0.7:
        return Step("send", board, (None,))
    if kind < 0.8:
        return Step("send", board, (chance.choice(LASTING + MOMENTARY),))
    if kind < 0.9:
        return _operation(chance, board)
    if kind < 0.94:
        return Step("disconnect", board)
    # Board 0 is never reset: it is the one whose memory is watched.
    return Step("reset" if board else "look", board)
