# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The cellular link: a SIM7600 by AT commands, then PPP.

sim7600 is the link. Below it are power, start, sim, mobile_network and ppp, one for each part of
the way up, then line, which is the UART with its AT commands, and at, which is their syntax
without I/O. May use the contract in links, settings, and what all may use.
"""
