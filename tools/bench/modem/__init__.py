# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A simulated SIM7600: `World.fit_modem()` connects one to a board."""
