# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Connections, losses and the way back, as they show in a browser."""

import re

from playwright.sync_api import expect


def test_the_lines_of_the_readme_connect(start_lab, open_page):
    page = open_page(start_lab())
    page.run()
    expect(page.attempts.first).to_contain_text("SERVER_CONNECTED")
    page.has_session("wl0")


def test_a_cable_out_moves_the_session_and_a_cable_in_brings_it_back(page):
    page.press("cable out")
    page.has_session("wl0")
    expect(page.attempts.first).to_contain_text("wl0 SERVER_CONNECTED")
    page.press("cable out")
    page.has_session("eth0")


def test_all_links_gone_and_one_back(page):
    page.fault("Wi-Fi home", "off")
    page.fault("Ethernet", "unplug")
    page.has_no_session()
    expect(page.attempts.filter(has_text="no such network").first).to_be_visible()
    page.fault("Wi-Fi home", "on")
    page.has_session("wl0")


def test_an_attempt_ends_with_its_cause_in_words(page):
    page.run(
        "import server\nfrom my_network import SSID\n"
        "wrong = {'ssid': SSID, 'key': 'not the key'}\n"
        "server.connectwith({'interface': 'wl0', 'wificonfig': wrong}, print, 10)\n"
    )
    expect(page.attempts.first).to_contain_text("NO_WIFI")
    expect(page.attempts.first).to_contain_text("wrong key")


def test_a_message_goes_to_the_board_and_back_as_it_is(page):
    page.run("import agent\nagent.on('hello', lambda text: agent.send('echo', text))\n")
    expect(page.terminal).to_contain_text("agent.on")
    page.send('"<b>bold</b> & more"')
    messages = page.region("Messages at the broker")
    expect(messages).to_contain_text(re.compile(r"/echo +<b>bold</b> & more"))
