# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The editor, whose text all pages share.

The browser reports the whole text, and gets the whole text: NiceGUI's own way reports changes,
which fit no text any more when another page has changed it on the way. Each text that a browser
gets has a number, and what it reports has the number of the last one that it got: so what was on
the way when another text was sent is known as older.
"""

import re
import time

from nicegui import events, ui

from lab.examples import examples
from lab.model import BoardView, Lab, LabView
from lab.page.desk import BoardOrders
from lab.page.style import bar, button, call, heading, waits

_TYPING_S = 1.0  # another page's text waits until there is no key for so long
_RUN = "Interrupts what runs, and runs this. In the editor: Ctrl+Enter"
_HINT = "Ctrl+Enter runs it. Tab indents. To leave: Esc, then Tab."
_LINE = re.compile(r'"script\.py", line (\d+)')


class ScriptPanel:
    """See the module."""

    def __init__(self, lab: Lab, orders: BoardOrders) -> None:
        self._lab, self._orders = lab, orders
        self._known = lab.snapshot(time.monotonic()).script  # as it is here
        self._shared = self._known  # as it is in the model
        self._number = 0  # of the last text for the browser
        self._typed_s = 0.0
        self._problem = ""
        self._examples = examples()
        with waits(bar()):
            heading("Script")
            ui.element("div").classes("lab-gap")
            self._choice()
            button("Stop", lambda: orders.type("\x03"), "Sends Ctrl-C to the board")
            run = button("Run", hint=_RUN).classes("lab-main")
            run.on("click", self._run, js_handler="() => lab.run(emit)")
        with ui.element("div").classes("lab-editor") as box:
            self.editor = ui.codemirror(self._known, language="Python", theme="vscodeLight")
        # The listener of the component itself has the changes, which nothing here reads.
        self.editor.on("update:value", js_handler="() => lab.edited()")
        run_now = "(e) => {e.stopPropagation(); e.preventDefault(); e.repeat || lab.run(emit)}"
        box.on("keydown.capture.ctrl.enter", self._run, js_handler=run_now)
        box.on("keydown.capture.meta.enter", self._run, js_handler=run_now)
        ui.label(_HINT).classes("lab-hint")
        ui.on("labText", self._edited)

    def _choice(self) -> None:
        with button("Examples").classes("lab-quiet") as opener:
            with ui.menu():
                for title in self._examples:
                    item = ui.menu_item(title, lambda title=title: self._choose(title))
                    item.props("role=menuitem")
        opener.props('aria-haspopup="menu"')

    async def _choose(self, title: str) -> None:
        known = {"", *self._examples.values()}
        if self._known in known or await self._may_replace(title):
            self._show(self._examples[title])
            self._lab.edited(self._known)

    async def _may_replace(self, title: str) -> bool:
        with ui.dialog() as dialog, ui.card().classes("lab-dialog"):
            ui.label(f"Replace your text by the example “{title}”?")
            with bar():
                button("Replace", lambda: dialog.submit(True))
                button("Keep mine", lambda: dialog.submit(False)).classes("lab-main")
        replaces = bool(await dialog)
        if not dialog.is_deleted:  # with its page, which was closed
            dialog.delete()
        return replaces

    def _edited(self, event: events.GenericEventArguments) -> None:
        match event.args:
            case [self._number, str(text)] if text != self._known:
                self._known = self._shared = text
                self._typed_s = time.monotonic()
                self._lab.edited(text)

    def _run(self) -> None:
        self._orders.run_script(self._known)

    def _show(self, text: str) -> None:
        self._known = self._shared = text
        self._number += 1
        call("setText", self._number, text)

    def follow(self) -> None:
        """Another page's text takes the place of this one's, but not while one types."""
        if self._shared != self._known and time.monotonic() - self._typed_s > _TYPING_S:
            self._show(self._shared)

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        self._shared = lab.script
        if board.problem != self._problem:
            self._problem = board.problem
            found = _LINE.search(board.problem)
            call("mark", int(found[1]) if found else 0)
