# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Messages between device and agent: values that JSON can represent, and their handlers."""

import json
import sys
import types

import _connectwith
import machine
import pytest
from connectwith.session import messages
from connectwith.settings import retained

MOST = 256 * 1024 - 256


@pytest.fixture
def control(monkeypatch):
    """A controller that is connected. `told`: what the session was given, `got`: what the
    handler of "a" was given. The session has nothing that waits."""
    control = types.SimpleNamespace(
        told=[], got=[], on_shutdown=None, diag=types.SimpleNamespace(note=None),
        connected=True, room=True, looks=0,
    )  # fmt: skip
    control.is_connected = lambda: control.connected
    control.schedule_step = lambda: setattr(control, "looks", control.looks + 1)
    control.session = types.SimpleNamespace(
        has_room=lambda name, payload: control.room,
        enqueue=lambda name, payload: control.told.append((name, payload)),
    )
    monkeypatch.setattr(messages, "handlers", {"a": control.got.append})
    return control


def log(text):
    """A line of the firmware's own, as the session gets it."""
    return "log", json.dumps(text).encode()


def nested(depth, inner=1):
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    "data", [None, True, 1, 1.5, "häß", [], {}, {"a": [1, {"b": None}]}, (1, 2), nested(16)]
)
def test_what_json_can_say(data):
    said = json.loads(messages.pack(data))
    assert said == (list(data) if isinstance(data, tuple) else data)


@pytest.mark.parametrize(
    ("data", "error"),
    [(float("nan"), ValueError), (float("inf"), ValueError), (-float("inf"), ValueError),
     ({1: 2}, TypeError), (b"x", TypeError), ({"a": {1, 2}}, TypeError), (object(), TypeError),
     (nested(17), ValueError), ([[float("nan")]], ValueError), ({"a": b"x"}, TypeError)],
)  # fmt: skip
def test_what_json_cannot_say(data, error):
    with pytest.raises(error, match="^data: "):
        messages.pack(data)


def test_cycles_are_refused():
    ring = {}
    ring["x"] = [ring]
    with pytest.raises(ValueError, match="nested"):
        messages.pack(ring)


def test_one_list_in_many_places():
    data = [1]
    for _ in range(15):
        data = [data] * 32
    with pytest.raises(ValueError, match="too long"):
        messages.pack(data)


@pytest.mark.parametrize(
    "data", [[0] * MOST, ["xx"] * (MOST // 3), {"k" * n: n for n in range(800)}]
)
def test_many_small_values_that_are_too_long_together(data, monkeypatch):
    monkeypatch.setattr(json, "dumps", None)  # no memory is taken for their text
    with pytest.raises(ValueError, match="^data: too long"):
        messages.pack(data)


def test_what_writes_itself_otherwise_than_json(monkeypatch):
    monkeypatch.setattr(json, "dumps", lambda data: "P(a=1, b=2)")  # a named tuple there
    with pytest.raises(TypeError, match="^data: JSON has no named tuples"):
        messages.pack((1, 2))


def test_the_longest_message():
    assert len(messages.pack("x" * (MOST - 2))) == MOST
    for text in ("x" * (MOST - 1), "x" * (MOST + 1)):
        with pytest.raises(ValueError, match="too long"):
            messages.pack(text)


@pytest.mark.parametrize("name", ["a", "x" * 64, "ß" * 32, "a/b"])
def test_names(name):
    messages.check_name(name)


@pytest.mark.parametrize(
    ("name", "error"),
    [("", ValueError), ("x" * 65, ValueError), ("ß" * 33, ValueError), ("a#", ValueError),
     ("+", ValueError), ("a\x00", ValueError), (None, TypeError), (b"a", TypeError)],
)  # fmt: skip
def test_names_that_are_none(name, error):
    with pytest.raises(error):
        messages.check_name(name)


def test_a_handler_gets_the_data(control):
    messages.deliver(control, ("device/a", b'{"x": 1}'))
    messages.deliver(control, ("device/a", b"null"))
    assert control.got == [{"x": 1}, None] and control.told == []


@pytest.mark.parametrize(
    ("topic", "payload", "text"),
    [("device/b", b"1", "agent message without a handler: b"),
     ("device/a", None, "agent message too long: a"),
     ("device/a", b"{", "agent message that is not JSON: a"),
     ("device/a", b"[1 2]", "agent message that is not JSON: a"),
     ("other", b"1", "message on a topic that is not for the device: other"),
     ("device", b"1", "message on a topic that is not for the device: device"),
     ("device/" + "b" * 100, b"1", "agent message without a handler: " + "b" * 64)],
)  # fmt: skip
def test_what_nobody_can_handle_is_told_to_the_server(control, topic, payload, text):
    messages.deliver(control, (topic, payload))
    assert control.told == [log(text)] and control.got == []


@pytest.mark.parametrize(("room", "connected"), [(True, True), (False, True), (True, False)])
def test_a_message_of_the_firmware_never_waits(control, room, connected):
    control.room, control.connected = room, connected
    messages.deliver(control, ("other", b"1"))
    sent = room and connected
    assert len(control.told) == control.looks == sent


def test_no_memory_for_a_message(control, monkeypatch):
    def short(payload):
        raise MemoryError

    monkeypatch.setattr(_connectwith, "is_json", lambda payload: True)
    monkeypatch.setattr(json, "loads", short)
    messages.deliver(control, ("device/a", b"1"))
    assert control.told == [log("agent message too long: a")] and control.got == []


def test_a_handler_that_raises_does_no_harm(control, monkeypatch):
    told = []
    monkeypatch.setitem(messages.handlers, "a", lambda data: 1 / 0)
    monkeypatch.setattr(sys, "print_exception", told.append, False)
    messages.deliver(control, ("device/a", b"1"))
    assert isinstance(told[0], ZeroDivisionError)


def test_refused_subscriptions_are_told_once(control):
    for topic in ("device/#", "device/#", "restart", "device/#"):
        messages.deliver(control, (topic, "subscription refused: "))
    assert control.diag.note == "subscription refused: device/#; subscription refused: restart"
    assert control.told == [
        log("subscription refused: device/#"), log("subscription refused: restart")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "reason"),
    [(b"1", 1), (b"2", 2), (b"3", 3), (b"0", 3), (b"4", 3), (b"-1", 3), (b"x", 3), (b"", 3),
     (b"null", 3)],
)  # fmt: skip
def test_a_restart_has_a_reason(control, payload, reason):
    reasons = []
    control.on_shutdown = reasons.append
    messages.deliver(control, ("restart", payload))
    assert reasons == [reason]


def test_a_restart_that_nobody_handles(control, clock, monkeypatch):
    did = []
    control.disconnect = lambda: did.append("goodbye")
    pending = [True, True, False]
    monkeypatch.setattr(_connectwith, "lingering", lambda: pending.pop(0), False)
    monkeypatch.setattr(machine, "reset", lambda: did.append(("reset", len(pending))), False)
    monkeypatch.setattr(retained, "save", lambda why: did.append(("save", why)))
    began_ms = clock.now_ms
    messages.deliver(control, ("restart", b"1"))
    assert did == ["goodbye", ("save", 10), ("reset", 0)], "not before the goodbye has left"
    assert clock.now_ms - began_ms == 2
