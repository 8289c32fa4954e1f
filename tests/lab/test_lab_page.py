# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The page by NiceGUI's own test client: it draws the model, and hands on what is pressed."""

import re

import pytest
from lab.model import Lab
from lab.model.board import Modem
from lab.page.console import shortened
from lab.page.lines import added
from nicegui import app, ui
from nicegui.testing import User
from users import (
    SCRIPT,
    Desk,
    button,
    called,
    elements,
    html,
    press,
    sees,
    trigger,
    until,
    with_user,
)  # fmt: skip


def test_what_happens_is_drawn_and_a_page_opened_again_shows_it_too():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        await sees(user, "power on")
        board = lab.boards[0]
        board.note({"attempt": {"number": 1, "interface": "wl0", "stages": [["LINK", 7]],
                                "name": "NO_WIFI", "cause": "wrong <key>"}}, 1.0)  # fmt: skip
        lab.message("imp/1/log", b"", "hello <broker>")
        lab.fault("ap", "off", "ap-off", ())
        lab.problem("It went wrong.")
        await until(lambda: "hello &lt;broker&gt;" in html(user))
        await sees(user, "It went wrong.")
        first = html(user)
        assert "wrong &lt;key&gt;" in first and "LINK 7" in first and ">off<" in first
        board.powered("crashed")
        await sees(user, "Power on")
        await user.open("/")
        await until(lambda: "hello &lt;broker&gt;" in html(user))
        assert "wrong &lt;key&gt;" in html(user)

    with_user(check)


def test_what_is_pressed_reaches_the_desk():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.boards[0].note({"boot": 1, "device": "1"}, 1.0)
        lab.message("imp/1/log", b"", "hello")
        lab.fault("ap", "off", "ap-off", ())
        await until(lambda: "hello" in html(user))
        for words in ("Soft reset", "EN reset", "Power off", "Run", "Stop", "Send",
                      "End all faults"):  # fmt: skip
            press(user, button(user, words))
        assert desk.asked == [("soft_reset", 0), ("press_en", 0), ("power", 0, False),
                              ("run_script", 0, SCRIPT), ("type", 0, "\x03"),
                              ("publish", "imp/1/device/hello", '"hello"'),
                              ("end_faults",)]  # fmt: skip

    with_user(check)


def test_each_board_has_a_button_with_its_state_and_orders_go_to_the_chosen_one():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.boards[1].note({"session": "wl0"}, 1.0)
        await until(lambda: any("board 2: on · wl0" in b.text for b in elements(user, ui.button)))
        second = button(user, "● board 2: on · wl0")
        assert second.props["aria-pressed"] == "false"
        press(user, second)
        assert second.props["aria-pressed"] == "true"
        await sees(user, "power on, session over wl0")
        press(user, button(user, "EN reset"))
        assert desk.asked == [("press_en", 1)]

    with_user(check, ("virtual", "virtual"))


def test_a_problem_can_be_dismissed():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.problem("The bench refused.")
        lab.boards[0].problem("The board has crashed.")
        (alert,) = (e for e in elements(user, ui.label) if e.props.get("role") == "alert")
        await until(lambda: alert.text == "The board has crashed. The bench refused.")
        press(user, button(user, "Dismiss"))
        await until(lambda: not alert.text)

    with_user(check)


def test_a_real_board_has_no_switch_and_no_faults_and_the_page_says_why():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        await sees(user, "These need the bench. This board is at board 1")
        for words in ("Power off", "All faults", "End all faults"):
            assert not button(user, words).enabled
        assert "unplug it" in button(user, "Power off").props["title"]
        # Quick faults, all faults, and what sends a message.
        assert [e.props["inert"] for e in elements(user) if "inert" in e.props] == [True] * 3
        await sees(user, "A real board has a broker of its own")
        await sees(user, "A real board's modem is known to that board alone.")
        await until(lambda: "The board does not measure." in html(user))

    with_user(check, ("real",))


def test_a_modem_that_has_ended_is_said_with_what_starts_it():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        def said() -> int:
            words = "The modem has ended by itself. End all faults starts it again"
            return len([e for e in elements(user, ui.label) if words in e.text and e.visible])

        board = lab.boards[0]
        for state in ("on", "gone"):
            board.modem(Modem(state), [])
        await until(lambda: said() == 2)
        press(user, button(user, "Dismiss"))
        await until(lambda: said() == 1)  # at the modem, for as long as it is so
        board.modem(Modem("off"), [])
        await until(lambda: said() == 0)

    with_user(check)


def test_a_message_without_a_topic_is_not_sent():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        press(user, button(user, "Send"))
        assert desk.asked == []
        await sees(user, "A topic is missing.")

    with_user(check)


def test_text_that_is_typed_goes_to_all_pages_and_to_the_board():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        trigger(user, "labText", [0, "print(1)\n"])
        assert lab.snapshot(1.0).script == "print(1)\n"
        press(user, button(user, "Run"))
        assert desk.asked == [("run_script", 0, "print(1)\n")]
        for wrong in ({"no": "text"}, [0, 5], [1, "of another page's"], "print(2)", []):
            trigger(user, "labText", wrong)
        assert lab.snapshot(1.0).script == "print(1)\n"

    with_user(check)


def test_another_pages_text_comes_when_nobody_types():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        trigger(user, "labText", [0, "mine"])
        lab.edited("theirs")
        await until(lambda: 'lab.setText(1, "theirs")' in called(user))
        trigger(user, "labText", [0, "mine, on the way"])
        press(user, button(user, "Run"))
        assert desk.asked == [("run_script", 0, "theirs")]
        trigger(user, "labText", [1, "mine again"])
        assert lab.snapshot(1.0).script == "mine again"

    with_user(check)


def test_the_line_of_an_error_is_marked_until_the_problem_has_gone():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.boards[0].problem('The script was not started. File "script.py", line 12, SyntaxError')
        await until(lambda: "lab.mark(12)" in called(user))
        lab.boards[0].problem("")
        await until(lambda: called(user)[-1] == "lab.mark(0)")

    with_user(check)


def test_the_keys_of_the_editor_are_told():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        await sees(user, "Tab indents. To leave: Esc, then Tab.")

    with_user(check)


def test_an_example_asks_before_it_takes_the_place_of_edited_text():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        example = elements(user, ui.menu_item)[0]
        assert example.props["role"] == "menuitem"
        for answer, script in (("Keep mine", SCRIPT), ("Replace", "import imp, server\n")):
            press(user, example)
            await sees(user, "Replace your text by the example")
            press(user, button(user, answer))
            await sees(user, "Replace your text by the example", there=False)
            assert lab.snapshot(1.0).script.startswith(script)
        trigger(user, "labText", [1, ""])
        press(user, example)
        await until(lambda: lab.snapshot(1.0).script)

    with_user(check)


def test_a_page_may_be_closed_while_it_asks():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        errors: list[Exception] = []
        app.on_exception(errors.append)
        client = user.client
        press(user, elements(user, ui.menu_item)[0])
        await sees(user, "Replace your text by the example")
        assert client
        client.delete()
        await user.open("/")
        await sees(user, "power on")
        assert not errors and lab.snapshot(1.0).script == SCRIPT

    with_user(check)


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ([], [], 0),
        ([], [1, 2], 2),
        ([1, 2], [1, 2, 3], 1),
        ([1, 2, 3], [2, 3, 4], 1),
        ([1, 1, 1], [1, 1, 1], 0),
        ([1, 2], [3, 4], 2),
        ([1, 2], [], 0),
    ],
)
def test_a_list_finds_what_is_new(before, now, new):
    assert added(before, now) == new


def test_only_new_lines_are_added_and_the_oldest_go():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        def rows() -> list[ui.html]:
            return [e for e in elements(user, ui.html) if "imp/1/log" in e.content]

        lab.message("imp/1/log", b"", "first")
        await until(rows)
        (kept,) = rows()
        for number in range(99):
            lab.message("imp/1/log", b"", f"number {number}")
        await until(lambda: len(rows()) == 100)
        assert kept in rows()
        lab.message("imp/1/log", b"", "last")
        await until(lambda: kept not in rows())
        assert len(rows()) == 100

    with_user(check)


def test_a_message_has_the_time_of_day_as_an_event_has_it():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.message("imp/1/log", b"", "hello")
        lab.said("it happened")
        await until(lambda: "hello" in html(user) and "it happened" in html(user))
        words = re.sub("<.*?>", "", html(user))
        assert re.search(r"\d\d:\d\d:\d\d imp/1/log hello", words)
        assert re.search(r"\d\d:\d\d:\d\d it happened", words)

    with_user(check)


def test_much_output_is_left_out_in_the_middle():
    text = "".join(f"line {number}\r\n" for number in range(10000))
    short = shortened(text)
    begin, end = short.split(" kB left out …\r\n")
    assert len(short) < 17000 and begin.startswith("line 0\r\n") and end.endswith("line 9999\r\n")
    shown = begin.rpartition("\r\n\x1b[0m… ")
    assert float(shown[2]) == round((len(text) - len(shown[0] + end)) / 1000)
    assert shortened("few") == "few"
    assert shortened("end\n", lost=5000) == "\r\n\x1b[0m… 5 kB left out …\r\nend\n"


def test_output_without_lines_is_left_out_too():
    assert len(shortened("x" * 100000)) < 17000
