# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: where the networks and the broker are. The bench fills it in."""

SSID = KEY = HOST = ""
PORT = 0
CA_PEM = CA_DER = b""
CELL = {"apn": "internet"}
PROXY = None
CLOCK = True
TIMEOUT_S = 60
MESSAGE = b"x" * 100
