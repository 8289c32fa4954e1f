# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board at a serial port: a virtual one behind RFC 2217, whose bench the lab does not know."""

import re

import pytest
from cable import Cable
from labs import Command
from pages import STAYS_CONNECTED
from playwright.sync_api import expect

_PORT = re.compile(r'"port": "([^"]+)"')


@pytest.fixture
def cable(logs):
    """The cable to a board."""
    with Command(logs / "board.log", "board", "--rfc2217", "--json") as board:
        with Cable(board.says(_PORT)) as found:
            yield found


def test_a_real_board_is_used_goes_and_comes_back(cable, start_lab, open_page):
    lab = start_lab("--boards", "0", "--port", cable.url)
    page = open_page(lab)
    page.type("'ready ' * 2\r")
    expect(page.terminal).to_contain_text("'ready ready '")
    page.run(STAYS_CONNECTED.read_text(encoding="utf-8"))
    page.has_session("eth0")
    expect(page.attempts.first).to_contain_text("eth0 SERVER_CONNECTED")
    page.type("sorted(n for n in dir() if 'lab' in n or 'note' in n)\r")
    expect(page.terminal).to_contain_text("[]")

    expect(page.region("Faults")).to_contain_text("These need the bench.")
    expect(page.page.get_by_role("button", name="All faults", exact=True)).to_be_disabled()
    supply = page.page.get_by_role("button", name="Power off", exact=True)
    expect(supply).to_be_disabled()
    expect(supply).to_have_attribute("title", re.compile("unplug it"))

    page.press("EN reset")
    page.has_no_session()
    page.run()  # sends the notes again
    page.has_session("eth0")

    cable.unplug()
    page.has_power("off")
    page.has_no_session()
    expect(page.problem).to_contain_text("has gone. It is looked for again.")
    cable.plug()
    page.has_power("on")
    expect(page.problem).to_be_hidden()
    page.type("'still ' * 2\r")
    expect(page.terminal).to_contain_text("'still still '")

    cable.unplug()
    lab.press_ctrl_c()
    assert lab.wait() == 0
    assert lab.output.endswith("The boards and their networks end.\n")


def test_a_port_where_nobody_answers_is_told_before_anything_starts(start_lab):
    lab = start_lab("--port", "rfc2217://127.0.0.1:1")
    assert lab.wait() == 1
    assert "rfc2217://127.0.0.1:1 cannot be reached." in lab.output
    assert "lab  " not in lab.output
    assert lab.processes() == []
