# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's model: events in, snapshot out."""

import pytest
from lab.model import ATTEMPTS_KEPT, CONSOLE_KEPT, Model

PARTS = ["ap", "ethernet", "broker", "modem", "sntp"]


@pytest.fixture
def model():
    made = Model(PARTS, "import imp\n")
    made.powered("on")
    made.note({"boot": 1}, 0.0)
    return made


def note(number, stages, interface="wl0", name=None, cause=None):
    return {"number": number, "interface": interface, "stages": stages, "name": name,
            "cause": cause, "result": None, "ms": 0}  # fmt: skip


def test_attempt_grows_and_ends(model):
    model.note(note(1, [["LINK", 150]]), 10.0)
    assert model.running()
    (attempt,) = model.snapshot(12.0).attempts
    assert attempt["running"] and attempt["result"] is None
    assert attempt["ms"] == 2150  # the bar of the present stage grows with time
    model.note(note(1, [["LINK", 150], ["TLS", 20]], name="SERVER_CONNECTED"), 13.0)
    (attempt,) = model.snapshot(99.0).attempts
    assert not model.running()
    assert attempt["ms"] == 170 and attempt["ok"] and not attempt["running"]
    assert model.snapshot(99.0).session == "ap"


def test_cause_is_told_once(model):
    failed = note(1, [["LINK", 150]], name="NO_WIFI", cause="wrong key")
    model.note(failed, 1.0)
    model.note(failed, 1.0)
    state = model.snapshot(2.0)
    assert [e for e in state.events if "wrong key" in e] == [
        "attempt wl0: NO_WIFI, 150 ms: wrong key"
    ]
    assert state.session is None


def test_numbers_begin_again_after_a_boot(model):
    model.note(note(1, [["LINK", 1]], name="SERVER_CONNECTED"), 1.0)
    model.note({"boot": 1}, 2.0)
    assert model.snapshot(2.0).session is None
    model.note(note(1, [["LINK", 2]], "eth0"), 3.0)
    state = model.snapshot(3.0)
    assert [a["interface"] for a in state.attempts] == ["eth0", "wl0"]


def test_numbers_begin_again_when_the_boot_was_not_heard(model):
    model.note(note(1, [["LINK", 1]], name="SERVER_CONNECTED"), 1.0)
    model.powered("off")
    model.powered("on")
    assert model.snapshot(2.0).session is None
    model.note(note(1, [["LINK", 2]], "eth0"), 3.0)
    assert [a["interface"] for a in model.snapshot(3.0).attempts] == ["eth0", "wl0"]


@pytest.mark.parametrize("end", ["off", "crashed", "boot"])
def test_attempt_does_not_outlive_its_boot(model, end):
    model.note(note(1, [["LINK", 1]]), 1.0)
    if end == "boot":
        model.note({"boot": 1}, 2.0)
    else:
        model.powered(end)
    (attempt,) = model.snapshot(50.0).attempts
    assert not model.running()
    assert attempt["result"] == "ended by a reset" and attempt["ms"] == 1


@pytest.mark.parametrize(
    "bad",
    [{}, {"number": 1}, note("x", []), note(1, None), note(1, [["LINK"]]),
     note(1, [["LINK", "x"]]), note(None, []), note(1, 5)],
)  # fmt: skip
def test_what_is_no_note_changes_nothing(model, bad):
    before = model.snapshot(1.0)
    model.note(bad, 1.0)
    assert model.snapshot(1.0) == before


def test_session_follows_the_status_at_the_broker(model):
    model.note(note(1, [["LINK", 1]], name="SERVER_CONNECTED"), 1.0)
    model.broker("imp/240ac4/status", "offline")
    state = model.snapshot(2.0)
    assert state.session is None and state.device == "240ac4"
    model.broker("imp/240ac4/status", "online")
    assert model.snapshot(2.0).session == "ap"


@pytest.mark.parametrize(
    ("part", "made", "state"),
    [
        ("ap", ["off"], "dark"), ("ap", ["off", "on"], "ok"), ("ap", ["cable.cut"], "cut"),
        ("ap", ["cable.delay"], "faulty"), ("ap", ["cable.delay", "cable.restore"], "ok"),
        ("ap", ["off", "cable.restore"], "dark"), ("ap", ["off", "refuse", "restore"], "ok"),
        ("ap", ["refuse", "full", "accept"], "ok"), ("ap", ["kick"], "ok"),
        ("ethernet", ["unplug"], "cut"), ("ethernet", ["unplug", "cable.restore"], "ok"),
        ("ethernet", ["cable.cut", "plug"], "ok"), ("ethernet", ["remove_chip"], "dark"),
        ("modem", ["pull", "plug"], "ok"), ("modem", ["deny", "register"], "ok"),
        ("broker", ["stall"], "cut"), ("broker", ["stop", "start"], "ok"),
        ("sntp", ["garbage", "on"], "ok"),
    ],
)  # fmt: skip
def test_state_of_a_part(model, part, made, state):
    for method in made:
        model.fault(part, method, f"{part}-{method}", ())
    found = model.snapshot(0.0).parts
    assert found[part]["state"] == state
    assert all(found[other]["state"] == "ok" for other in PARTS if other != part)


def test_dhcp_is_ended_by_its_own_value(model):
    model.fault("ap", "dhcp", "ap-dhcp=off", ("off",))
    assert model.snapshot(0.0).parts["ap"] == {"state": "faulty", "faults": ["ap-dhcp=off"]}
    model.fault("ap", "dhcp", "ap-dhcp=on", ("on",))
    assert model.snapshot(0.0).parts["ap"]["state"] == "ok"


def test_two_pages_and_a_late_one_agree(model):
    model.console("one\n")
    first, at = model.console_from(0)
    model.console("two\n")
    assert first + model.console_from(at)[0] == model.console_from(0)[0] == "one\ntwo\n"
    assert model.snapshot(1.0) == model.snapshot(1.0)


def test_snapshot_shares_nothing(model):
    model.note(note(1, [["LINK", 1]]), 1.0)
    model.broker("a", "b")
    state = model.snapshot(1.0)
    state.attempts[0]["stages"].clear()
    state.messages.clear()
    state.events.clear()
    state.parts["ap"]["faults"].append("x")
    again = model.snapshot(1.0)
    assert again.attempts[0]["stages"] and again.messages and again.events
    assert again.parts["ap"]["faults"] == []


def test_what_is_kept_is_bounded(model):
    for number in range(ATTEMPTS_KEPT + 5):
        model.note(note(number, [["LINK", 1]], name="NO_WIFI"), 1.0)
    for _ in range(3):
        model.console("x" * CONSOLE_KEPT)
    for _ in range(500):
        model.broker("t" * 1000, "x" * 5000)
    state = model.snapshot(1.0)
    assert len(state.attempts) == ATTEMPTS_KEPT
    assert state.attempts[0]["stages"] and len(state.events) <= 200 and len(state.messages) <= 200
    assert max(len(text) for _, text in state.messages) < 1000
    text, at = model.console_from(0)
    assert len(text) == CONSOLE_KEPT and at == 3 * CONSOLE_KEPT
    assert model.console_from(at) == ("", at)


def test_version_tells_a_change(model):
    before = model.version
    model.console("text")
    assert model.version == before  # pages ask for it apart
    model.problem("no")
    assert model.version != before and model.snapshot(0.0).problem == "no"


def test_editor_is_kept(model):
    assert model.snapshot(0.0).script == "import imp\n"
    model.edited("print(1)")
    assert model.snapshot(0.0).script == "print(1)"
