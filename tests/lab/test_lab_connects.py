# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""From the command to a connection, in a browser."""


def test_run_connects(start_lab, open_page):
    page = open_page(start_lab())
    page.press("Run")
    page.sees("SERVER_CONNECTED")
    page.has_session()
