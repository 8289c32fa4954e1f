# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What the cellular link has to know of this board besides its pins."""

RATE = 460800  # baud: flow control is not used, and the SIM7600 holds 512 bytes at most without it
