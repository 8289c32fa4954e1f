# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The cellular link: a SIM7600 by AT commands, then PPP.

sim7600 is the link. It uses power, start, sim, mobile_network and ppp, one for each part of the
bring-up. Those use line, which sends AT commands over the UART, and line uses at, their syntax
without I/O. May use the contract in links, settings, and the modules that all may use.
"""
