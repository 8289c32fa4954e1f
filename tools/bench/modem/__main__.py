# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`python -m bench.modem`: a simulated SIM7600 on a pty; see process.py."""

import sys

from .process import main

sys.exit(main())
