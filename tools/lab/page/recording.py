# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The recorder: what is done in the lab becomes a test."""

from html import escape

from nicegui import ui

from lab.model import BoardView, LabView
from lab.model.recording import Entry, RecordingView
from lab.page.desk import BoardOrders
from lab.page.lines import Lines
from lab.page.style import bar, button, heading

_MOST = 300
_FILE = "pytest_recorded_from_the_lab.py"
_WORDS = {
    "idle": "Record what you do here and what the boards do. It can be played again, and saved as "
            "a test.",
    "recording": "Recording: scripts, keys, faults, resets and messages, and what comes of them.",
    "playing": "Playing: each step comes at its time.",
}  # fmt: skip
_STEP = '<b aria-hidden="true">▸</b><span class="lab-unseen">step:</span>'
_READY = "Recorded. Play it, or save it as a test."


def _entry(item: object) -> str:
    at_s, board, words, is_step = Entry(*item)  # type: ignore[misc]  # it is one
    kind, mark = ("step", _STEP) if is_step else ("seen", "")
    text = escape(f"{board}: {words}" if board else words)
    return (
        f'<span class="lab-at">{at_s:.1f} s</span> <span class="lab-{kind}">{mark} {text}</span>'
    )


class RecordingPanel:
    """See the module."""

    def __init__(self, orders: BoardOrders) -> None:
        self._recorder = orders.recorder
        self._view: RecordingView | None = None
        with bar():
            heading("Recording")
            ui.element("div").classes("lab-gap")
            self._record = button("Record", self._press_record).classes("lab-toggle")
            self._play = button("Play", self._press_play)
        self._words = ui.label("").classes("lab-hint")
        self._lines = Lines("Steps, and what was seen", _entry, _MOST, newest_first=False)
        with bar() as self._saving:
            self._name = ui.input("name of the test", value="cable_out").props("dense outlined")
            self._save = button("Save as a test", self._press_save)
            self._download = button("Download", self._press_download)
        self._note = ui.label("").classes("lab-note").props("role=status")

    def _press_record(self) -> None:
        is_on = self._view is not None and self._view.state == "recording"
        (self._recorder.stop_recording if is_on else self._recorder.record)()

    def _press_play(self) -> None:
        is_on = self._view is not None and self._view.state == "playing"
        (self._recorder.stop_playing if is_on else self._recorder.play)()

    def _press_save(self) -> None:
        self._recorder.save((self._name.value or "").strip())

    def _press_download(self) -> None:
        if self._view is not None:
            ui.download.content(self._view.text.encode(), _FILE, "text/x-python")

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        view = lab.recording
        if view == self._view:
            return
        self._view = view
        is_idle = view.state == "idle"
        self._record.set_text("Stop recording" if view.state == "recording" else "Record")
        self._record.props(f"aria-pressed={'true' if view.state == 'recording' else 'false'}")
        self._record.set_enabled(view.state != "playing")
        self._play.set_text("Stop playing" if view.state == "playing" else "Play")
        self._play.set_enabled(view.state == "playing" or is_idle and bool(view.entries))
        self._saving.set_visibility(is_idle and bool(view.entries))
        self._download.set_enabled(bool(view.text))
        self._words.set_text(_READY if is_idle and view.entries else _WORDS[view.state])
        self._lines.draw(view.entries)
        self._note.set_text(view.note)
