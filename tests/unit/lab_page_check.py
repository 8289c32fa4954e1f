# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Opens the lab's page with NiceGUI's own test client; runs in the lab's environment.

test_lab_page.py starts it. It prints "page: ok" at its end.
"""

import asyncio
import sys

from lab.model import Model
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


async def until(condition) -> None:
    """Waits for the page's timer."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the page has not changed")


def html(user: User) -> str:
    """All drawings of a page."""
    return "".join(e.content for e in user.client.elements.values() if isinstance(e, ui.html))


async def shows_the_model(user: User, model: Model) -> None:
    """What happens is drawn, and a page that is opened again shows it, too."""
    await user.open("/")
    await user.should_see("power on")
    model.note({"number": 1, "interface": "wl0", "stages": [["LINK", 7]], "name": "NO_WIFI",
                "cause": "wrong <key>"}, 1.0)  # fmt: skip
    model.broker("imp/1/log", "hello broker")
    model.fault("ap", "off", "ap-off", ())
    model.problem("It went wrong.")
    await until(lambda: "hello broker" in html(user))
    await user.should_see("It went wrong.")
    first = html(user)
    assert "wrong &lt;key&gt;" in first and "LINK 7" in first and ">off<" in first
    model.powered("crashed")
    await user.should_see("Power on")
    await user.open("/")
    await until(lambda: "hello broker" in html(user))
    assert "wrong &lt;key&gt;" in html(user)
    model.powered("on")


async def asks_the_desk(user: User, desk: Desk) -> None:
    """What is pressed reaches the desk."""
    await user.open("/")
    for words in ("Soft reset", "EN reset", "Power off", "Run", "Send", "End all faults"):
        user.find(kind=ui.button, content=words).click()
    await until(lambda: len(desk.asked) >= 6)
    assert desk.asked == [("soft_reset",), ("press_en",), ("power", False),
                          ("run_script", "import imp\n"),
                          ("publish", "imp/1/device/hello", '"hello"'),
                          ("fault", "ap-restore")]  # fmt: skip
    desk.asked.clear()
    buttons = [e for e in user.client.elements.values() if isinstance(e, ui.button)]
    sliders = [e for e in user.client.elements.values() if isinstance(e, ui.slider)]
    others = 7  # two resets, power twice, end all, run, send
    assert len(buttons) - others + len(sliders) == len(typed_faults.names())


async def main() -> None:
    """All checks, on one page."""
    model, desk = Model(list(typed_faults.PARTS), "import imp\n"), Desk()
    model.powered("on")
    async with user_simulation(lambda: Page(model, desk) and None) as user:
        await shows_the_model(user, model)
        await asks_the_desk(user, desk)
    print("page: ok")


asyncio.run(main())
sys.exit(0)
