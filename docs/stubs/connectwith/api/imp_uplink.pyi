# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.uplink`: staying connected. An addition of this firmware: an imp has no such calls."""
