# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Several boards in one lab."""

from pages import STAYS_CONNECTED
from playwright.sync_api import expect


def test_boards_share_the_networks_and_have_their_own_sessions(start_lab, open_page):
    lab = start_lab("--boards", "2", str(STAYS_CONNECTED))
    one, two = open_page(lab), open_page(lab)
    before = [one.place("EN reset"), one.place("Run")]
    two.choose_board(2)
    two.run()
    two.has_session("eth0")
    expect(two.attempts.first).to_contain_text("eth0 SERVER_CONNECTED")
    expect(one.attempts).to_have_count(0)
    one.run()
    one.has_session("eth0")
    # A session that comes moves no button away from the pointer.
    assert [one.place("EN reset"), one.place("Run")] == before
    one.press("cable out")
    for page in (one, two):
        page.has_session("wl0")
    one.press("Power off")
    one.has_power("off")
    two.has_power("on")
    two.has_session("wl0")
