# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The one list of faults: what is active after each, and the state of the line."""

from fnmatch import fnmatchcase

import pytest

from commands import typed_faults
from target.faults import FAULTS, MOMENT, NONE, STATES, after, state

ALL = [(kind, method) for kind, methods in FAULTS.items() for method in methods]


def made(kind, *texts):
    """The active faults after these: "method" or "method=value:value"."""
    active = {}
    for text in texts:
        method, equals, values = text.partition("=")
        active = after(kind, active, method, text, values.split(":") if equals else ())
    return active


@pytest.mark.parametrize(("kind", "method"), ALL)
def test_an_entry_is_in_order(kind, method):
    entry = FAULTS[kind][method]
    assert entry.words and entry.leaves in (*STATES, MOMENT, NONE) and entry.leaves != "ok"
    # Only one of the networks that share the cable's list has a plug.
    methods = [*FAULTS[kind], "unplug"]
    assert all(any(fnmatchcase(name, pattern) for name in methods) for pattern in entry.ends)
    if entry.leaves == NONE:
        assert entry.ends


@pytest.mark.parametrize(("kind", "method"), ALL)
def test_each_fault_of_a_part_has_an_end(kind, method):
    active = made(kind, method)
    assert (state(kind, active) == "ok") == (FAULTS[kind][method].leaves in (MOMENT, NONE))
    assert after(kind, active, "restore", "restore") == {}


@pytest.mark.parametrize(("kind", "method"), ALL)
def test_healthy_values_and_choices_can_be_typed(kind, method):
    short = next(s for s, part in typed_faults.PARTS.items() if part.split(".")[0] == kind)
    entry = FAULTS[kind][method]
    name = next(n for n, found in typed_faults._table().items()
                if found == (typed_faults.PARTS[short], method))  # fmt: skip
    for value in (*entry.choices, *([entry.healthy] if entry.healthy is not None else [])):
        typed_faults.arguments(typed_faults.parse(f"{name}={value}"))


@pytest.mark.parametrize(
    ("kind", "texts", "active", "line"),
    [
        ("wifi", ["off"], ["off"], "off"),
        ("wifi", ["off", "on"], [], "ok"),
        ("wifi", ["cable.cut"], ["cable.cut"], "cut"),
        ("wifi", ["cable.delay=200"], ["cable.delay=200"], "slow"),
        ("wifi", ["cable.delay=200", "cable.delay=50"], ["cable.delay=50"], "slow"),
        ("wifi", ["cable.delay=200", "cable.delay=0"], [], "ok"),
        ("wifi", ["cable.drop=0.5", "cable.drop=0.0"], [], "ok"),
        ("wifi", ["cable.delay=9", "rssi=-90"], ["cable.delay=9", "rssi=-90"], "faulty"),
        ("wifi", ["rssi=-90", "rssi=-55"], [], "ok"),
        ("wifi", ["cable.silence", "cable.drop=1", "cable.restore"], [], "ok"),
        ("wifi", ["off", "cable.restore"], ["off"], "off"),
        ("wifi", ["refuse=203", "full"], ["full"], "faulty"),
        ("wifi", ["refuse=203", "accept"], [], "ok"),
        ("wifi", ["refuse=203", "refuse=0"], [], "ok"),
        ("wifi", ["kick"], [], "ok"),
        ("wifi", ["dhcp=off"], ["dhcp=off"], "faulty"),
        ("wifi", ["dhcp=off", "dhcp=on"], [], "ok"),
        ("wifi", ["spoil_dhcp=nak", "dhcp=on"], [], "ok"),
        ("wifi", ["spoil_dhcp=nak", "dhcp=off"], ["dhcp=off"], "faulty"),
        ("wifi", ["dhcp_ms=900"], ["dhcp_ms=900"], "slow"),
        ("wifi", ["dhcp_ms=900", "dhcp=off", "dhcp=on", "dhcp_ms=0"], [], "ok"),
        ("wifi", ["portal", "log_in"], [], "ok"),
        ("ethernet", ["unplug"], ["unplug"], "cut"),
        ("ethernet", ["unplug", "cable.restore"], [], "ok"),
        ("ethernet", ["cable.cut", "plug"], [], "ok"),
        ("ethernet", ["cable.delay=5", "unplug", "plug"], ["cable.delay=5"], "slow"),
        ("ethernet", ["remove_chip", "unplug"], ["remove_chip", "unplug"], "off"),
        ("ethernet", ["lock_up"], [], "ok"),
        ("dns", ["drop", "servfail"], ["servfail"], "faulty"),
        ("dns", ["delay=500", "drop"], ["delay=500", "drop"], "cut"),
        ("dns", ["nxdomain=a", "nxdomain=b"], ["nxdomain=a", "nxdomain=b"], "faulty"),
        (
            "dns",
            ["nxdomain=a", "nxdomain=b", "nxdomain=A"],
            ["nxdomain=b", "nxdomain=A"],
            "faulty",
        ),
        (
            "dns",
            ["nxdomain=a", "nxdomain=b", "answer=a:x"],
            ["nxdomain=b", "answer=a:x"],
            "faulty",
        ),
        (
            "dns",
            ["nxdomain=a.b", "answer=c", "nxdomain=*.b"],
            ["answer=c", "nxdomain=*.b"],
            "faulty",
        ),
        ("dns", ["nxdomain=*", "answer=a"], ["nxdomain=*", "answer=a"], "faulty"),
        ("dns", ["nxdomain=a", "drop", "servfail"], ["nxdomain=a", "servfail"], "faulty"),
        ("sntp", ["offset=60", "off", "on"], [], "ok"),
        ("proxy", ["refuse", "fail=503"], ["fail=503"], "faulty"),
        ("proxy", ["ask", "fail", "accept"], [], "ok"),
        ("proxy", ["mute", "delay=500"], ["mute", "delay=500"], "cut"),
        ("proxy", ["mute", "speak", "delay=0"], [], "ok"),
        ("proxy", ["stop", "start"], [], "ok"),
        ("broker", ["stall", "stop"], ["stop"], "off"),
        ("broker", ["stop", "start"], [], "ok"),
        ("broker", ["stall", "forget_tickets"], [], "ok"),
        ("broker", ["refuse", "certificate=expired"], ["refuse", "certificate=expired"], "faulty"),
        ("broker", ["refuse", "restart", "accept"], [], "ok"),
        ("broker", ["certificate=expired", "certificate=good"], [], "ok"),
        ("broker", ["stall", "refuse"], ["refuse"], "faulty"),
        ("modem", ["deny", "search", "register"], [], "ok"),
        ("modem", ["apn=other", "apn=none"], [], "ok"),
        ("cellular", ["cable.delay=9", "cable.cut"], ["cable.delay=9", "cable.cut"], "cut"),
        ("modem", ["pull", "plug"], [], "ok"),
        ("modem", ["sim=removed", "sim=ready"], [], "ok"),
        ("modem", ["hang_dial", "refuse_dial=none"], [], "ok"),
        ("modem", ["refuse_dial"], ["refuse_dial"], "faulty"),
        ("modem", ["refuse_dial", "hang_dial"], ["hang_dial"], "faulty"),
        ("modem", ["hang_dial", "refuse_dial"], ["refuse_dial"], "faulty"),
        ("wifi", ["cable.cut_after=9", "cable.cut"], ["cable.cut"], "cut"),
        ("ethernet", ["cable.cut", "unplug"], ["unplug"], "cut"),
        ("ethernet", ["unplug", "cable.cut_after=9"], ["cable.cut_after=9"], "faulty"),
        ("ethernet", ["cable.cut_after=9", "cable.cut_after=-1"], [], "ok"),
        ("modem", ["carrier_lost", "reboot", "power_off"], [], "ok"),
    ],
)
def test_what_is_active_after_several(kind, texts, active, line):
    found = made(kind, *texts)
    assert list(found.values()) == active
    assert state(kind, found) == line


def test_the_faults_before_stay_as_they_were():
    before = {"off": "ap-off"}
    assert after("wifi.home", before, "on", "ap-on") == {} and before == {"off": "ap-off"}
    assert state("wifi.home", before) == "off"
