# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's faults: every one of the list can be made and ended from the page."""

import pytest
from lab.controls import QUICK, Control, controls, made

from commands import typed_faults
from target.faults import MOMENT, NONE, after

ALL = controls()
LEAVE = [c for c in ALL if c.entry.leaves not in (MOMENT, NONE)]


def active(control: Control, texts: list[str]) -> dict[str, str]:
    """The faults of the part after these, as the model counts them."""
    found: dict[str, str] = {}
    for text in texts:
        fault = typed_faults.parse(text)
        typed_faults.arguments(fault)
        found = after(fault.part, found, fault.method, text, fault.values)
    return found


def first(control: Control) -> str:
    """As the page makes it when nothing was entered."""
    if [value.kind for value in control.values] == ["slider"]:
        scale = control.values[0].range
        return f"{control.name}={scale.low if scale.low != scale.start else scale.high:g}"
    return control.text([value.start for value in control.values])


def test_every_fault_of_the_list_is_there_once_in_its_order():
    assert [control.name for control in ALL] == typed_faults.names()


@pytest.mark.parametrize("control", LEAVE, ids=lambda control: control.name)
def test_a_fault_can_be_made_as_it_stands_and_its_end_ends_it(control):
    text = first(control)
    assert list(active(control, [text]).values()) == [text]
    assert active(control, [text, control.end]) == {}


@pytest.mark.parametrize("control", LEAVE, ids=lambda control: control.name)
def test_a_counterpart_is_a_fault_of_the_list_that_leaves_nothing(control):
    if control.pair:
        assert next(c for c in ALL if c.name == control.pair).entry.leaves == NONE
    assert control.pair != f"{control.part}-restore"


@pytest.mark.parametrize("control", ALL, ids=lambda control: control.name)
def test_a_slider_can_show_the_healthy_value(control):
    for value in control.values:
        if value.range is not None:
            assert value.range.low <= value.range.start <= value.range.high
            assert control.entry.healthy in (None, value.start)


@pytest.mark.parametrize("text", QUICK.values())
def test_a_quick_fault_can_be_made_and_ended(text):
    control = next(c for c in ALL if c.name == text.partition("=")[0])
    assert active(control, [text]) and not active(control, [text, control.end])


def test_an_end_is_the_least_that_ends_a_fault():
    ends = {control.name: control.end for control in ALL}
    assert ends["ap-off"] == "ap-on"
    assert ends["ap-cable-delay"] == "ap-cable-delay=0"
    assert ends["ethernet-cable-cut"] == "ethernet-plug"
    assert ends["modem-hang-dial"] == "modem-refuse-dial=none"
    assert ends["dns-drop"] == "dns-restore"
    assert ends["ap-kick"] == ends["ap-on"] == ""


def test_values_at_the_end_may_be_missing():
    answer = next(control for control in ALL if control.name == "dns-answer")
    assert answer.text(["broker.test", ""]) == "dns-answer=broker.test"
    assert answer.text(["broker.test", "10.0.0.1"]) == "dns-answer=broker.test:10.0.0.1"
    assert answer.text([]) == "dns-answer"


def test_what_is_in_force_is_found_by_name():
    names = ("dns-nxdomain=b.test", "dns-delay=5", "dns-nxdomain=a.test")
    parts = {"ap": ("off", ("ap-off", "ap-rssi=-80")), "dns": ("slow", names), "sntp": ("ok", ())}
    assert made(parts) == {
        "ap-off": ("ap-off",), "ap-rssi": ("ap-rssi=-80",), "dns-delay": ("dns-delay=5",),
        "dns-nxdomain": ("dns-nxdomain=b.test", "dns-nxdomain=a.test"),
    }  # fmt: skip
