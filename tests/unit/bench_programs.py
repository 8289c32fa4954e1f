# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Makes the programs of tests/bench importable."""

import sys

from setup import paths

if str(paths.ROOT / "tests" / "bench") not in sys.path:
    sys.path.append(str(paths.ROOT / "tests" / "bench"))
