# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's page as a person sees it. Where something stands on the page is known here alone."""

import re

from labs import LIMIT_S
from playwright.sync_api import BrowserContext, Locator, Page, expect

expect.set_options(timeout=LIMIT_S * 1000)
_OF_THE_PAGE = ("data:", "blob:")


class LabPage:
    """One page in a browser, and all that its browser complains of."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        context.set_default_timeout(LIMIT_S * 1000)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self._here = re.compile(re.match(r"http(://[^/]*/)", url)[1])
        self.page.on("console", lambda message: self._said(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"JavaScript: {error}"))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))
        self.page.goto(url)

    def _said(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(f"console: {text}")

    def _asked(self, url: str) -> None:
        if not self._here.search(url) and not url.startswith(_OF_THE_PAGE):
            self.complaints.append(f"the page asks another machine: {url}")

    # -- what is shown

    @property
    def map(self) -> Locator:
        """The board and its networks."""
        return self.page.get_by_role("img", name="The board and its networks")

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Waits until this text is on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def has_session(self, there: bool = True) -> None:
        """Waits until the map shows a session, or none."""
        if there:
            expect(self.map).to_contain_text("session")
        else:
            expect(self.map).not_to_contain_text("session")

    # -- what is pressed

    def press(self, name: str) -> None:
        """A button, by its words."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def fault(self, part: str, name: str) -> None:
        """Makes a fault that needs no value: "ap", "off"."""
        self.page.locator(f"[role=tab][data-part={part}]").click()
        panel = self.page.get_by_role("tabpanel").last
        panel.get_by_role("button", name=name, exact=True).click()
