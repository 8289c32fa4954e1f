# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A page with a connection that is held back."""

from labs import wait_until
from playwright.sync_api import BrowserContext, WebSocketRoute


class Held:
    """A page whose connection stands while the test wants it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._asked: list[WebSocketRoute] = []
        context.route_web_socket("**/*", lambda socket: self._asked.append(socket))
        self.page = context.new_page()
        self.page.goto(url)
        self.page.locator(".cm-content").wait_for()

    def connect(self) -> None:
        """The connection that the page has asked for stands now."""
        wait_until(lambda: self.page.evaluate("1") and self._asked, "the page asks for it")
        self._asked[-1].connect_to_server()

    def lose(self) -> None:
        """It ends, and the page asks for another one."""
        self._asked.pop().close()
