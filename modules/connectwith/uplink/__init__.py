# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.uplink.keep`: a device that stays connected. policy.py decides which link is used when, and
has no I/O. keeper.py does what it decides, by the connection. options.py checks the arguments.

May use connection, diagnostics, links and settings.
"""
