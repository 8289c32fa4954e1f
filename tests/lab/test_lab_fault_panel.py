# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The panel of faults: all of the list can be made and ended there, and it follows the state."""

from lab.controls import QUICK, controls
from lab.drawing.map.words import name_of
from lab.model import Lab
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction
from users import Desk, button, elements, press, sees, trigger, until, with_user

from commands import typed_faults


def open_part(user: User, part: str) -> None:
    press(user, button(user, "All faults"))
    press(user, next(e for e in elements(user, ui.tab) if e.props["name"] == part))


def shown(user: User, label: str) -> bool:
    """Whether a fault's button is pressed."""
    return button(user, label).props["aria-pressed"] == "true"


def test_each_fault_of_the_list_stands_at_its_part():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        for part in typed_faults.PARTS:
            trigger(user, "labPart", part)  # a place of the map was pressed
            hints = [str(e.props.get("title", "")) for e in elements(user)]
            names = [c.label for c in controls() if c.part == part]
            for name in names:
                assert any(h.startswith((f"{part}-{name}:", f"{name}:")) for h in hints), name
        trigger(user, "labPart", "nothing")

    with_user(check)


def test_a_modem_has_faults_of_its_own():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.fault("modem", "sim", "modem-sim=removed", ("removed",), 1)
        lab.fault("ap", "off", "ap-off", ())
        await until(lambda: shown(user, "access point off") and not shown(user, "SIM out"))
        press(user, button(user, "● board 2: on"))
        await until(lambda: shown(user, "SIM out"))

    with_user(check, ("virtual", "virtual"))


def test_a_fault_is_made_shown_and_ended():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        open_part(user, "ap")
        press(user, button(user, "off"))
        lab.fault("ap", "off", "ap-off", ())
        await until(lambda: shown(user, "off") and shown(user, "access point off"))
        await sees(user, "Wi-Fi home · 1 on")
        press(user, button(user, "off"))
        press(user, button(user, "on"))
        press(user, button(user, "access point off"))
        asked = [("fault", 0, text) for text in ("ap-off", "ap-on", "ap-on", "ap-on")]
        assert desk.asked == asked
        lab.fault("ap", "on", "ap-on", ())
        await until(lambda: not shown(user, "off") and not shown(user, "access point off"))

    with_user(check)


def test_a_part_that_is_opened_later_shows_what_is_in_force():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.fault("modem", "sim", "modem-sim=removed", ("removed",))
        await until(lambda: shown(user, "SIM out"))
        open_part(user, "modem")
        assert shown(user, "sim")
        assert "removed" in [e.value for e in elements(user, ui.select)]

    with_user(check)


def test_each_quick_fault_is_made_as_it_stands():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        for words in QUICK:
            press(user, button(user, words))
        assert desk.asked == [("fault", 0, text) for text in QUICK.values()]

    with_user(check)


def test_values_are_sent_and_a_missing_one_is_told():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        open_part(user, "dns")
        name = next(e for e in elements(user, ui.input) if e.props["label"] == "name")
        name.set_value("")
        press(user, button(user, "answer"))
        assert desk.asked == [] and name.props["error-message"] == "A value is missing."
        name.set_value("other.test")
        press(user, button(user, "answer"))
        press(user, button(user, "nxdomain"))
        trigger(user, "labPart", "ap")
        press(user, button(user, "dhcp"))
        assert [text for _, _, text in desk.asked] == [
            "dns-answer=other.test", "dns-nxdomain=broker.test", "ap-dhcp=off"]  # fmt: skip

    with_user(check)


def test_a_slider_follows_the_state_but_not_while_it_is_held():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        open_part(user, "dns")
        (slider,) = elements(user, ui.slider)
        finger = UserInteraction(user, {slider}, None)
        lab.fault("dns", "delay", "dns-delay=500", ("500",))
        await until(lambda: slider.value == 500)
        finger.trigger("pan", "start")
        slider.set_value(800)
        lab.fault("dns", "restore", "dns-restore", ())
        lab.message("imp/1/log", b"", "drawn")
        await until(lambda: any("drawn" in e.content for e in elements(user, ui.html)))
        assert slider.value == 800
        finger.trigger("pan", "end").trigger("change", 800)
        assert desk.asked == [("fault", 0, "dns-delay=800")]
        # The desk here does not make it, so the state is what it was.
        await until(lambda: slider.value == 0)

    with_user(check)


def test_each_name_that_has_a_fault_is_shown():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        open_part(user, "dns")
        lab.fault("dns", "nxdomain", "dns-nxdomain=a.test", ("a.test",))
        await until(lambda: shown(user, "nxdomain"))
        lab.fault("dns", "nxdomain", "dns-nxdomain=b.test", ("b.test",))
        await sees(user, "2 on: a.test, b.test")
        await sees(user, "DNS · 2 on")
        lab.fault("dns", "answer", "dns-answer=*.test:10.0.0.9", ("*.test", "10.0.0.9"))
        await sees(user, "2 on", there=False)
        assert shown(user, "answer") and not shown(user, "nxdomain")

    with_user(check)


def test_what_is_in_force_for_another_board_is_said():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.fault("modem", "deny", "modem-deny", (), 1)
        lab.fault("ap", "off", "ap-off", (), 1)  # all boards share the access point
        await sees(user, "Elsewhere: modem-deny on board 2.")
        press(user, button(user, "● board 2: on"))
        await sees(user, "Elsewhere: modem-deny on board 2.", there=False)
        lab.fault("modem", "sim", "modem-sim=removed", ("removed",), 0)
        await sees(user, "Elsewhere: modem-sim=removed on board 1.")

    with_user(check, ("virtual", "virtual"))


def test_all_faults_end_at_once():
    async def check(user: User, lab: Lab, desk: Desk) -> None:
        lab.fault("ap", "off", "ap-off", ())
        lab.fault("dns", "drop", "dns-drop", ())
        press(user, button(user, "All faults"))
        await sees(user, f"{name_of('dns')} · 1 on")
        press(user, button(user, "End all faults"))
        assert desk.asked == [("end_faults",)]

    with_user(check)
