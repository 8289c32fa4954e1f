# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The board's REPL on the page, by keys and by the clipboard."""

from playwright.sync_api import expect


def test_lines_tab_ctrl_c_and_paste(page):
    page.type("6 * 7000\r")
    expect(page.terminal).to_contain_text("42000")
    page.type("imp.upl")
    page.key("Tab")
    page.type(".__name__\r")
    expect(page.terminal).to_contain_text("imp.uplink.__name__")
    page.type("import time; print('sleeps', 3 * 37); time.sleep(1000)\r")
    expect(page.terminal).to_contain_text("sleeps 111")
    page.key("Control+c")
    expect(page.terminal).to_contain_text("KeyboardInterrupt")
    page.paste("for n in range(3):\n    print('line', n * 1111)\n\n\n")
    expect(page.terminal).to_contain_text("line 2222")


def test_a_syntax_error_is_a_sentence_and_the_board_runs_on(page):
    page.run("import imp\nif True print(1)\n")
    expect(page.problem).to_contain_text("The script was not started.")
    expect(page.problem).to_contain_text("line 2")
    page.has_session("eth0")
    page.type("'still ' + 'here'\r")
    expect(page.terminal).to_contain_text("still here")


def test_a_script_that_raises_shows_why(page):
    page.run("print('before')\nraise OSError('as an example')\n")
    expect(page.terminal).to_contain_text("OSError: as an example")
