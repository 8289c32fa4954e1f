# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What each step of a recording waits for when it is done again, and how long after that it comes.

A person acts on what is seen. So a step waits for what was seen before it, and then for as long as
the person did; a slower machine changes nothing. What comes by chance is not waited for.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.recording.items import Item, is_up
from lab.recording.messages import Messages

LIMIT_S = 60.0  # for what takes a few seconds; machines may be slow
_SLOWER = 3


@dataclass(frozen=True)
class Move:
    """A step with what it waits for, and for how long at most. step: None at the end of the
    recording. gap_s: how long after the last of what it waits for, or after the step before.
    quiet: nothing was going on in it: the boards were connected, or a script began anew."""

    step: Item | None
    awaited: tuple[Item, ...]
    limit_s: float
    gap_s: float
    quiet: bool


def moves(items: Iterable[Item]) -> list[Move]:
    """One for each step, and one for the end."""
    found: list[Move] = []
    states: dict[int | None, str] = {}
    messages = Messages()
    seen: list[Item] = []
    unheard: set[int | None] = set()  # the boards that were switched on, and have said nothing
    step, last_s = None, 0.0
    for item in [*items, None]:
        if item is not None and not item.is_step:
            if item.what == "booted" and item.board in unheard:
                unheard.discard(item.board)
            else:
                seen.append(item)
            continue
        kept = _awaited(seen, states) + messages.awaited(step, seen)
        awaited = tuple(sorted(kept, key=lambda one: one.at_s))
        ready_s = max([last_s, *(one.at_s for one in awaited)])
        limit_s = max(LIMIT_S, _SLOWER * (ready_s - last_s))
        rests = "up" in states.values() or item is not None and item.what == "run_script"
        quiet = bool(awaited) and rests and "lost" not in states.values()
        gap_s = 0.0 if item is None else max(0.0, item.at_s - ready_s)
        found.append(Move(item, awaited, limit_s, gap_s, quiet))
        seen, last_s = [], ready_s
        if item is None:
            break
        step, last_s = item, item.at_s
        if item.what in ("power", "press_en", "soft_reset"):
            states[item.board] = ""
            # The console opens after the boot, and whether its note is heard is chance.
            (unheard.add if item.what == "power" else unheard.discard)(item.board)
    return found


def _awaited(seen: list[Item], states: dict[int | None, str]) -> list[Item]:
    """Of one stretch without a step, but for the messages. states: by board, "up", "lost" or ""
    before it."""
    kept: list[Item] = []
    for board in {one.board for one in seen if one.what != "message"}:
        mine = [one for one in seen if one.board == board and one.what != "message"]
        some, states[board] = _of_board(mine, states.get(board, ""))
        kept += some
    return kept


def _of_board(seen: list[Item], state: str) -> tuple[list[Item], str]:
    kept: list[Item] = []
    phase: list[Item] = []
    for one in seen:
        if one.what in ("lost", "booted", "crashed"):
            kept += [*_phase(phase, state), one]
            phase, state = [], "lost" if one.what == "lost" else ""
        else:
            phase.append(one)
    kept += _phase(phase, state)
    if any(is_up(one) for one in phase):
        state = "up"
    return kept, state


def _phase(seen: list[Item], state: str) -> list[Item]:
    """What is waited for of attempts and sessions between two ends of a session.

    After a loss the device tries again by itself. How often it fails is chance, and only what it
    comes to is waited for."""
    if state == "lost":
        sessions = [at for at, one in enumerate(seen) if one.what == "session"]
        ups = [at for at, one in enumerate(seen) if is_up(one)]
        seen = seen[(sessions or ups or [-1])[0] :]
    return _told_once(seen)


def _told_once(seen: list[Item]) -> list[Item]:
    """Without repetitions, and without the session that an attempt has told of already."""
    told = {one.values[0] for one in seen if one.what == "attempt" and is_up(one)}
    kept: list[Item] = []
    for one in seen:
        repeats = any(one.matches(k) for k in kept[-1:])
        if not repeats and not (one.what == "session" and one.values[0] in told):
            kept.append(one)
    return kept
