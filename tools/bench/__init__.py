# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A simulated world of networks and servers for boards, all on the loopback interface."""

from .board import Board, find_board
from .errors import BenchError
from .netsim_process import build_netsim
from .repl import ReplError
from .world import World

__all__ = ["BenchError", "Board", "ReplError", "World", "build_netsim", "find_board"]
