# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The state of the lab: events come in, a snapshot goes out. Knows no page and no bench.

Each method may be called by any thread. Times are seconds of one monotonic clock, as arguments.
"""

from lab.model.board import BoardState, BoardView
from lab.model.lab import Lab, LabView

__all__ = ["BoardState", "BoardView", "Lab", "LabView"]
