# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A user without a browser: NiceGUI's own test client, and a desk that does nothing."""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from lab.model import Lab
from lab.page import Page
from nicegui import ui
from nicegui.testing import User, user_simulation
from nicegui.testing.user_interaction import UserInteraction

from commands import typed_faults

SCRIPT = "import imp\n"


class Desk:
    """Notes what the page asks for."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []
        self.recorder = self

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *values: self.asked.append((name, *values))


def _true(condition: Callable[[], object]) -> bool:
    try:
        return bool(condition())
    except AssertionError:  # of button()
        return False


async def until(condition: Callable[[], object]) -> None:
    """Waits for the page's timer."""
    for _ in range(1000):
        if _true(condition):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the page has not changed")


async def sees(user: User, text: str, there: bool = True) -> None:
    """Waits until a visible element has this text, or none has it."""
    await until(lambda: bool(_with_text(user, text)) == there)


def _with_text(user: User, text: str) -> set:
    try:
        return user.find(text).elements
    except AssertionError:
        return set()


def elements(user: User, kind: type = ui.element) -> list:
    """All elements of a kind on the page."""
    assert user.client
    return [e for e in user.client.elements.values() if isinstance(e, kind)]


def html(user: User) -> str:
    """All drawings of a page."""
    return "".join(e.content for e in elements(user, ui.html))


def button(user: User, words: str) -> ui.button:
    """The one button with these words."""
    found = [e for e in elements(user, ui.button) if e.text == words]
    assert len(found) == 1, [e.text for e in elements(user, ui.button)]
    return found[0]


def press(user: User, element: ui.element) -> None:
    """Clicks an element."""
    UserInteraction(user, {element}, None).click()


def trigger(user: User, event: str, value: object) -> None:
    """An event of page.js."""
    assert user.client
    UserInteraction(user, {user.client.layout}, None).trigger(event, value)


def called(user: User) -> list[str]:
    """What the browser was told to run, in its order."""
    assert user.client
    sent = [message for _, _, message in user.client.outbox.message_history]
    return [data["code"] for _, kind, data in sent if kind == "run_javascript"]


def with_user(
    check: Callable[[User, Lab, Desk], Awaitable[None]], kinds: tuple[str, ...] = ("virtual",)
) -> None:
    """Runs a check with a user of a page of a lab with boards of these kinds."""
    lab, desk = Lab(typed_faults.PARTS, SCRIPT), Desk()
    for number, kind in enumerate(kinds):
        lab.add_board(f"board {number + 1}", kind).powered("on")

    async def whole() -> None:
        async with user_simulation(lambda: Page(lab, desk) and None) as user:
            await user.open("/")
            await check(user, lab, desk)

    # Playwright's own loop may run in this thread.
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
        with patch.dict(os.environ, NICEGUI_STORAGE_PATH=folder):
            pool.submit(asyncio.run, whole()).result()
