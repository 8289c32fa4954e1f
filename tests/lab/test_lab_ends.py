# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What ends in the middle: the board's power, the board itself, a browser, the lab."""

import http.client
import os
import signal
import socket
import time

import chromium
import pytest
from labs import wait_until
from pages import STAYS_CONNECTED, LabPage
from playwright.sync_api import expect


def test_a_power_cut_while_it_runs(page):
    page.run("while True: print('busy', 9 * 111)\n")
    expect(page.terminal).to_contain_text("busy 999")
    page.press("Power off")
    page.has_power("off")
    page.has_no_session()
    page.connects()


def test_a_board_that_crashes_is_switched_on_again(lab, page):
    (board,) = lab.processes("virtual-board")
    os.kill(board, signal.SIGKILL)
    expect(page.problem).to_contain_text("The board has crashed")
    page.has_power("crashed")
    page.connects()
    expect(page.problem).to_be_hidden()


def test_a_modem_that_has_crashed_is_started_again(lab, page):
    (modem,) = lab.processes("modem")
    os.kill(modem, signal.SIGKILL)
    expect(page.problem).to_contain_text("The modem has ended by itself")
    page.press("End all faults")
    expect(page.problem).to_be_hidden()
    wait_until(lambda: lab.processes("modem") not in ([], [modem]), "there is another one")


def test_a_page_opened_again_shows_the_same_and_two_browsers_agree(lab, page, open_page):
    other = open_page(lab)
    # What is shown goes on changing: an attempt has its end a moment after its session.
    wait_until(lambda: page.state() == other.state(), "both pages show the same")
    page.page.close()
    again = open_page(lab)
    wait_until(lambda: again.state() == other.state(), "the page shows the same again")
    again.has_session("eth0")
    again.press("cable out")
    for each in (again, other):
        each.has_session("wl0")
    wait_until(lambda: again.state() == other.state(), "both pages show the same")


def test_a_browser_that_is_killed_changes_nothing(lab, page, open_page, playwright):
    with chromium.launched(playwright) as browser:
        killed = LabPage(browser.new_context(), lab)
        killed.press("cable out")
        os.kill(chromium.processes(browser)[0], signal.SIGKILL)
        page.has_session("wl0")
    page.press("cable out")
    page.has_session("eth0")
    assert open_page(lab).state()


@pytest.mark.parametrize("end", ["Ctrl-C", "SIGTERM"])
def test_its_end_is_clean_with_a_page_open_and_an_attempt_under_way(start_lab, open_page, end):
    lab = start_lab(str(STAYS_CONNECTED))
    page = open_page(lab)
    page.press("DNS silent")
    page.run()
    expect(page.attempts.first).to_contain_text("under way")
    assert lab.processes("virtual-board") and lab.processes("netsim")
    if end == "Ctrl-C":
        lab.press_ctrl_c()
    else:
        os.kill(lab.pid, signal.SIGTERM)
    assert lab.wait() == 0
    assert lab.output.endswith("The boards and their networks end.\n")
    assert lab.processes() == []


def test_ctrl_c_again_and_again_breaks_nothing_off(start_lab, open_page):
    lab = start_lab()
    open_page(lab)
    for _ in range(4):
        lab.press_ctrl_c()
        time.sleep(0.05)
    assert lab.wait() in (0, 130)
    assert lab.processes() == []


def test_nothing_is_left_when_it_is_killed(start_lab):
    lab = start_lab()
    assert lab.url
    os.kill(lab.pid, signal.SIGKILL)
    assert lab.wait() == -signal.SIGKILL
    wait_until(lambda: not lab.processes(), "all that it has started has ended")


def test_a_port_that_is_taken_is_a_sentence(start_lab):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        lab = start_lab("--page-port", str(port))
        assert lab.wait() == 1
    assert f"Port {port} of 127.0.0.1 cannot be used." in lab.output
    assert "next: leave --page-port out" in lab.output
    assert lab.processes() == []


@pytest.mark.parametrize(
    "path, host, words",
    [
        ("/?token=wrong", "127.0.0.1", "The token is missing or old"),
        ("/", "127.0.0.1", "The token is missing or old"),
        ("/", "lab.example", "This is the lab of another address"),
    ],
)
def test_a_stranger_is_refused_with_a_sentence(lab, path, host, words):
    connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
    connection.request("GET", path, headers={"Host": f"{host}:{lab.port}"})
    answer = connection.getresponse()
    assert (answer.status, words in answer.read().decode()) == (403, True)
    connection.close()
