# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The page by keyboard alone, on a small screen, and in the dark."""

import re

import pytest
import screenshots
from playwright.sync_api import expect

_LONGEST_WAY = 200  # presses of Tab


def _tab_to(page, name):
    for _ in range(_LONGEST_WAY):
        page.page.keyboard.press("Tab")
        # A place of the map has none.
        if page.page.evaluate("document.activeElement.innerText ?? ''").strip() == name:
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_keys_alone_make_a_fault_and_end_it(lab, page, open_page):
    page = open_page(lab)  # where nothing has the focus yet
    page.has_session("eth0")
    _tab_to(page, "cable out")
    page.page.keyboard.press("Enter")
    page.has_session("wl0")
    page.page.keyboard.press("Space")
    page.has_session("eth0")


def test_the_terminal_takes_tab_and_gives_the_focus_back_after_esc(page):
    page.type("imp.upl\t")
    expect(page.terminal).to_contain_text("imp.uplink")
    page.key("Control+c")
    page.key("Escape")
    _tab_to(page, "Send")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(lab, open_page, width):
    page = open_page(lab, viewport={"width": width, "height": 844})
    page.connects()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_browser_chooses_light_or_dark(lab, open_page, scheme):
    page = open_page(lab, color_scheme=scheme)
    page.has_power("on")
    ink = page.page.evaluate("getComputedStyle(document.body).color")
    levels = [int(level) for level in re.findall(r"\d+", ink)[:3]]
    assert (sum(levels) / 3 < 128) == (scheme == "light"), ink


def test_pictures_for_the_documents(lab, page, browser, tmp_path):
    page.press("End all faults")
    screenshots.write(browser, lab, tmp_path)
    made = {file.name: file.read_bytes()[8:12] for file in tmp_path.iterdir()}
    names = [f"{width}-{scheme}.webp" for width in (1280, 390) for scheme in ("light", "dark")]
    assert made == dict.fromkeys(names, b"WEBP")
