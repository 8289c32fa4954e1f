# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""How far a run of the tests has come, and about how long it still takes."""

from collections.abc import Sequence

# Seconds of each layer on a machine with two cores and nothing else to do.
USUAL_S = {
    "lint": 5,
    "core": 15,
    "port": 70,
    "unit": 270,
    "fuzz": 70,
    "system": 900,
    "faults": 130,
    "asan": 60,
    "tsan": 90,
    "demo": 15,
    "lab": 100,
    "rv32": 60,
    "upstream": 60,
}
_MINUTE_S = 60


def about(seconds: float) -> str:
    """A duration to read, not to measure: "40 s", "12 min"."""
    if seconds < 2 * _MINUTE_S:
        return f"{max(5, round(seconds / 5) * 5)} s"
    return f"{round(seconds / _MINUTE_S)} min"


class Progress:
    """The layers of one run. This machine's pace is that of the layers that have ended."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._took: dict[str, float] = {}

    def ended(self, name: str, seconds: float) -> None:
        """Notes the duration of a layer."""
        self._took[name] = seconds

    def left_s(self) -> float:
        """The estimate for all layers that have not ended."""
        usual = sum(USUAL_S[name] for name in self._took)
        # The first layers are short, so their pace alone says little.
        weight = usual / (usual + USUAL_S["unit"])
        pace = sum(self._took.values()) / usual if usual else 1.0
        rest = sum(USUAL_S[name] for name in self._names if name not in self._took)
        return rest * (1 - weight + weight * pace)

    def heading(self, name: str) -> str:
        """The line above the output of a layer."""
        number = len(self._took) + 1
        so_far = f"{about(sum(self._took.values()))} so far, " if self._took else ""
        return (
            f"== {name}: layer {number} of {len(self._names)}, {so_far}"
            f"about {about(self.left_s())} left"
        )
