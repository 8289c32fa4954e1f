# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's page as a person sees it. Where something stands on the page is known here alone."""

import itertools
import re
from pathlib import Path

from labs import LIMIT_S, Lab
from playwright.sync_api import BrowserContext, Locator, Page, expect

expect.set_options(timeout=LIMIT_S * 1000)
STAYS_CONNECTED = Path(__file__).with_name("stays_connected.py")
_RUNS = itertools.count(100)
_HERE = re.compile(r"(http|ws)://127\.0\.0\.1:|data:|blob:")
# A page that outlives its lab says so, and its browser does, too.
_GONE = re.compile(r"ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket")


def watch(context: BrowserContext, complaints: list[str]) -> None:
    """Notes each error of JavaScript and of the console, and each request to another machine."""

    def asked(url: str) -> None:
        if not _HERE.match(url):
            complaints.append(f"the page asks another machine: {url}")

    def said(kind: str, text: str) -> None:
        if kind == "error" and not _GONE.search(text):
            complaints.append(text)

    context.on("console", lambda message: said(message.type, message.text))
    context.on("weberror", lambda error: said("error", f"JavaScript: {error.error}"))
    context.on("request", lambda request: asked(request.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: asked(socket.url)))


class LabPage:
    """One page of a lab in a browser."""

    def __init__(self, context: BrowserContext, lab: Lab) -> None:
        context.set_default_timeout(LIMIT_S * 1000)
        self.page: Page = context.new_page()
        self.page.goto(lab.url)
        # Before that it takes no keys.
        self.page.locator(".lab-terminal > :not(.lab-deaf)").wait_for()

    # -- what is shown

    def region(self, name: str) -> Locator:
        """A panel, by its heading: "Attempts"."""
        return self.page.get_by_role("region", name=name, exact=True)

    @property
    def attempts(self) -> Locator:
        """All attempts, the newest first."""
        return self.region("Attempts").locator(".lab-attempt")

    @property
    def terminal(self) -> Locator:
        """What the board has written, as rows of text."""
        return self.page.locator(".xterm-rows")

    @property
    def problem(self) -> Locator:
        """The sentence about what went wrong."""
        return self.page.get_by_role("alert")

    @property
    def _head(self) -> Locator:
        return self.page.get_by_role("banner")

    def has_power(self, state: str) -> None:
        """Waits until the power is "on", "off" or "crashed"."""
        expect(self._head).to_contain_text(f"power {state}")

    def has_session(self, over: str) -> None:
        """Waits until there is a session over this interface."""
        expect(self._head).to_contain_text(f"session over {over}")

    def has_no_session(self) -> None:
        """Waits until there is none."""
        expect(self._head).not_to_contain_text("session over")

    def state(self) -> str:
        """All that is shown of the boards and the bench, in words."""
        shown = [self._head, *map(self.region, ("Map", "Attempts", "Events"))]
        return "\n".join(each.text_content() or "" for each in shown)

    # -- what is pressed

    def press(self, name: str) -> None:
        """A button, by its words. One that makes a fault ends it when it is pressed again."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def choose_board(self, number: int) -> None:
        """Shows another one of several boards, from 1 on."""
        name = re.compile(f"board {number}:")
        button = self.page.get_by_role("group", name="Boards").get_by_role("button", name=name)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")

    def place(self, name: str) -> object:
        """Where a button stands, and its size."""
        return self.page.get_by_role("button", name=name, exact=True).first.bounding_box()

    def fault(self, part: str, name: str) -> None:
        """Makes a fault, with the values that stand there: "Ethernet", "unplug"."""
        more = self.page.get_by_role("button", name="All faults", exact=True)
        if more.get_attribute("aria-expanded") == "false":
            more.click()
        self.page.get_by_role("tab", name=re.compile(f"^{part}")).click()
        panel = self.page.get_by_role("tabpanel", name=f"Faults of {part}")
        panel.get_by_role("button", name=name, exact=True).click()

    def run(self, script: str = "") -> None:
        """Runs what stands in the editor, or this in its place."""
        if script:
            self.page.locator(".cm-content").click()
            self.page.keyboard.press("Control+a")
            self.page.keyboard.insert_text(script)
        self.press("Run")

    def send(self, payload: str) -> None:
        """A message for the topic that stands there."""
        expect(self.page.get_by_label("topic")).not_to_be_empty()
        self.page.get_by_label("message", exact=True).fill(payload)
        self.press("Send")

    def type(self, text: str) -> None:
        """Keys for the board."""
        self._keys().focus()
        self.page.keyboard.type(text)

    def key(self, name: str) -> None:
        """One key for the board: "Tab", "Control+c"."""
        self._keys().press(name)

    def paste(self, text: str) -> None:
        """Text from the clipboard, for the board."""
        self.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.key("Control+Shift+v")

    def _keys(self) -> Locator:
        return self.page.get_by_role("textbox", name="Terminal input")

    def connects(self) -> None:
        """The board is on, all faults have ended, and the script of the tests holds a session."""
        if self.page.get_by_role("button", name="Power on").is_visible():
            self.press("Power on")
        self.has_power("on")
        self.press("End all faults")
        number = next(_RUNS)
        script = STAYS_CONNECTED.read_text(encoding="utf-8")
        self.run(f"{script}print('run', {number} * 1001)\n")
        # What the map shows may be left from before.
        expect(self.terminal).to_contain_text(f"run {number * 1001}")
        self.has_session("eth0")
