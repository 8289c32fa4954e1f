# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What user code has beside the connection: interfaces and UDP for the local network, timers and
the idle callback, the scan of Wi-Fi networks.

May use connection, diagnostics, links and settings.
"""
