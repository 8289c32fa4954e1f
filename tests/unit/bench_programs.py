# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Makes the programs of tests/bench importable."""

import sys

from setup import paths

# First: tests/soak and tests/fleet have modules of the same names.
sys.path.insert(0, str(paths.ROOT / "tests" / "bench"))
