# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The panels of the recorder and of the modem."""

import pytest
from lab.model import Lab
from lab.model.board import Modem
from lab.model.recording import Entry, RecordingView
from lab.page.modem import signal
from nicegui import ui
from nicegui.testing import User
from users import Desk, button, elements, html, press, sees, until, with_user

STEPS = (Entry(0.0, "board 1", "run the <script>", True), Entry(1.5, "", "message at x", False))


def test_the_recorder_offers_what_its_state_allows():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        assert not button(user, "Play").enabled
        press(user, button(user, "Record"))
        lab.show(RecordingView("recording"))
        await until(lambda: button(user, "Stop recording"))
        assert not button(user, "Play").enabled
        press(user, button(user, "Stop recording"))
        lab.show(RecordingView("idle", STEPS, "", "def test(): ..."))
        await until(lambda: button(user, "Play").enabled)
        assert "run the &lt;script&gt;" in html(user) and "1.5 s" in html(user)
        press(user, button(user, "Play"))
        lab.show(RecordingView("playing", STEPS))
        await until(lambda: button(user, "Stop playing"))
        assert not button(user, "Record").enabled
        press(user, button(user, "Stop playing"))
        assert desk.asked == [("record",), ("stop_recording",), ("play",), ("stop_playing",)]

    with_user(check)


def test_a_recording_is_saved_with_a_name_and_downloaded():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.show(RecordingView("idle", STEPS, "", "def test(): ..."))
        await until(lambda: button(user, "Download").enabled)
        name = next(e for e in elements(user, ui.input) if e.props["label"] == "name of the test")
        name.set_value(" lost_cable ")
        press(user, button(user, "Save as a test"))
        assert desk.asked == [("save", "lost_cable")]
        press(user, button(user, "Download"))
        await until(lambda: user.download.http_responses)
        assert user.download.http_responses[-1].text == "def test(): ..."
        lab.show(RecordingView("idle", STEPS, "Saved as x. It runs with: y", ""))
        await sees(user, "Saved as x. It runs with: y")
        assert not button(user, "Download").enabled

    with_user(check)


def test_the_modem_of_the_chosen_board_is_shown():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        await sees(user, "This board has no modem in the bench.")
        lab.boards[0].modem(Modem("on", "ready", "roaming", "-95 dBm", True, "internet"),
                            [(">", "AT+CPIN?"), ("<", "+CPIN: <READY>")])  # fmt: skip
        await until(lambda: "AT+CPIN?" in html(user))
        for words in ("roaming", "weak, -95 dBm", "a call, APN internet", "+CPIN: &lt;READY&gt;"):
            assert words in html(user)
        press(user, button(user, "● board 2: on"))
        await until(lambda: "AT+CPIN?" not in html(user))

    with_user(check, ("virtual", "virtual"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-73 dBm", "good, -73 dBm"),
        ("-74 dBm", "fair, -74 dBm"),
        ("-93 dBm", "fair, -93 dBm"),
        ("-94 dBm", "weak, -94 dBm"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_a_signal_has_a_word(text, shown):
    assert signal(text) == shown
