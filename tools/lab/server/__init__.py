# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Serves the page on the loopback interface, and decides who may look."""
