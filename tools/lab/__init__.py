# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab: a page on this machine that shows a virtual board and its bench, and makes faults.

All state is in model.py, which knows no page. desk.py carries out what is asked, page.py draws,
server.py decides who may look.
"""
