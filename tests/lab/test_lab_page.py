# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The page by NiceGUI's own test client: it draws the model, and hands on what is pressed."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from lab.model import Lab
from lab.page import Page
from nicegui import ui
from nicegui.testing import User, user_simulation

from commands import typed_faults


class Desk:
    """Notes what the page asks for."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *values: self.asked.append((name, *values))


async def until(condition: Callable[[], object]) -> None:
    """Waits for the page's timer."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the page has not changed")


def html(user: User) -> str:
    """All drawings of a page."""
    return "".join(e.content for e in user.client.elements.values() if isinstance(e, ui.html))


@pytest.fixture
def with_user(tmp_path, monkeypatch):
    """Runs a check with a user of a page."""
    monkeypatch.setenv("NICEGUI_STORAGE_PATH", str(tmp_path))

    def run(check: Callable[[User, Lab, Desk], Awaitable[None]]) -> None:
        lab, desk = Lab(typed_faults.PARTS, "import imp\n"), Desk()
        lab.add_board("board").powered("on")

        async def whole() -> None:
            async with user_simulation(lambda: Page(lab, desk) and None) as user:
                await user.open("/")
                await check(user, lab, desk)

        # Playwright's own loop may run in this thread.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, whole()).result()

    return run


def test_what_happens_is_drawn_and_a_page_opened_again_shows_it_too(with_user):
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        await user.should_see("power on")
        board = lab.boards[0]
        board.note({"attempt": {"number": 1, "interface": "wl0", "stages": [["LINK", 7]],
                                "name": "NO_WIFI", "cause": "wrong <key>"}}, 1.0)  # fmt: skip
        lab.message("imp/1/log", b"", "hello broker")
        lab.fault("ap", "off", "ap-off", ())
        lab.problem("It went wrong.")
        await until(lambda: "hello broker" in html(user))
        await user.should_see("It went wrong.")
        first = html(user)
        assert "wrong &lt;key&gt;" in first and "LINK 7" in first and ">off<" in first
        board.powered("crashed")
        await user.should_see("Power on")
        await user.open("/")
        await until(lambda: "hello broker" in html(user))
        assert "wrong &lt;key&gt;" in html(user)

    with_user(check)


def test_what_is_pressed_reaches_the_desk(with_user):
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.boards[0].note({"boot": 1, "device": "1"}, 1.0)
        lab.message("imp/1/log", b"", "hello")
        lab.fault("ap", "off", "ap-off", ())
        await until(lambda: "hello" in html(user))
        for words in ("Soft reset", "EN reset", "Power off", "Run", "Send", "End all faults"):
            user.find(kind=ui.button, content=words).click()
        await until(lambda: len(desk.asked) >= 6)
        assert desk.asked == [("soft_reset", 0), ("press_en", 0), ("power", 0, False),
                              ("run_script", 0, "import imp\n"),
                              ("publish", "imp/1/device/hello", '"hello"'),
                              ("fault", 0, "ap-restore")]  # fmt: skip

    with_user(check)


def test_each_fault_has_a_button_or_a_slider(with_user):
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        elements = list(user.client.elements.values())
        others = 7  # two resets, power twice, end all, run, send
        buttons = sum(isinstance(e, ui.button) for e in elements) - others
        sliders = sum(isinstance(e, ui.slider) for e in elements)
        assert buttons + sliders == len(typed_faults.names())

    with_user(check)
