# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Which messages a step waits for: those that come again when the same is done again."""

from dataclasses import replace

from lab.recording.items import DEVICE, Item, is_up

# What is said in answer to these is waited for each time.
_ASKED = ("run_script", "type", "publish")


class Messages:
    """Sees all stretches of a recording, in their order."""

    def __init__(self) -> None:
        self._sent: list[tuple[str, bytes]] = []
        self._known: set[tuple] = set()

    def awaited(self, step: Item | None, seen: list[Item]) -> list[Item]:
        """Those of the stretch `seen` after a step: one of each topic.

        What has come before in the recording may be what a program sends again and again. It is
        waited for only after what asks for it, and after the way back of a session. What comes
        between a fault and a loss was on its way before the fault. `online` and `offline` are told
        by the session, and what a step has sent by the step.
        """
        if step is not None and step.what == "publish":
            topic, payload = step.values
            data = payload.encode("utf-8", "replace") if isinstance(payload, str) else payload
            self._sent.append((topic, data))
        asked = step is not None and step.what in _ASKED
        kept: dict[tuple, Item] = {}
        for at, one in enumerate(seen):
            if one.what != "message" or self._is_told_otherwise(one):
                continue
            on_its_way = step is not None and step.what == "fault" and _is_lost_after(seen, at)
            kind = (one.board, one.topic, one.shape)
            if not on_its_way and (kind not in self._known or asked or _is_back(seen[:at])):
                _keep(kept, one)
            self._known.add(kind)
        return list(kept.values())

    def _is_told_otherwise(self, one: Item) -> bool:
        if (one.topic, one.values[1]) in self._sent:
            self._sent.remove((one.topic, one.values[1]))
            return True
        return one.topic == f"imp/{DEVICE}/status"


def _keep(kept: dict[tuple, Item], one: Item) -> None:
    """One of each topic; of any payload, where they differ in more than numbers."""
    key = (one.board, one.topic)
    varies = one.shape != one.values[1]
    if key not in kept:
        kept[key] = replace(one, like=varies)
    elif kept[key].shape != one.shape:
        kept[key] = replace(one, at_s=kept[key].at_s, values=(one.topic, None))


def _is_lost_after(seen: list[Item], at: int) -> bool:
    return any(one.what == "lost" for one in seen[at:])


def _is_back(seen: list[Item]) -> bool:
    return any(map(is_up, seen))
