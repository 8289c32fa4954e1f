# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Messages between device and agent: JSON, on one topic for each name."""

import json
import time

import _connectwith
from micropython import const

from connectwith import call
from connectwith.settings import json_values, nic

_NAME_MAX = const(64)  # bytes
_MESSAGE_MAX = const(256 * 1024 - 256)

_SHUTDOWN_OTHER = const(3)

handlers = {}  # by the name of the message

_NOT_JSON = handlers  # an object that json.loads() never gives


def check_name(name):
    """TypeError or ValueError unless `name` is a str of 1 to 64 bytes without the wildcards of
    MQTT."""
    if not isinstance(name, str):
        raise TypeError("name: must be a str")
    nic.text({"name": name}, "name", 1, _NAME_MAX)
    if not nic.is_printable(name, "#+"):
        raise ValueError("name: has a character that cannot be in a topic")


def pack(data):
    """`data` as JSON (bytes). TypeError, ValueError: JSON has no such value."""
    return json_values.pack("data", data, _MESSAGE_MAX)


def deliver(control, message):
    """Gives a message to its handler. `message`: (topic without the device's prefix, payload)."""
    topic, payload = message
    if isinstance(payload, str):
        _note_refusal(control, payload, topic)
        return
    if topic == "restart":
        _on_restart(control, payload)
        return
    if topic[: len("device/")] != "device/":
        _warn(control, "message on a topic that is not for the device: ", topic)
        return
    name = topic[len("device/") :]
    handler = handlers.get(name)
    if handler is None:
        _warn(control, "agent message without a handler: ", name)
        return
    if payload is None:
        _warn(control, "agent message too long: ", name)
        return
    try:
        # MicroPython's parser accepts invalid JSON, as `{` and `[1 2]`.
        data = json.loads(payload) if _connectwith.is_json(payload) else _NOT_JSON
    except MemoryError:
        _warn(control, "agent message too long: ", name)
        return
    except Exception:  # any error of the parser: the payload is the peer's
        data = _NOT_JSON
    if data is _NOT_JSON:
        _warn(control, "agent message that is not JSON: ", name)
        return
    call(handler, data)


def _note_refusal(control, text, topic):
    # A refused subscription is no failure: sending works. It is reported once for each topic.
    note = control.diag.note or ""
    if text + topic not in note:
        control.diag.note = (note + "; " if note else "") + text + topic
        _warn(control, text, topic)


def restart(control):
    """Closes the connection with DISCONNECT and resets the device."""
    import machine

    control.disconnect()
    while _connectwith.lingering():  # a second at most
        time.sleep_ms(1)
    call(_note_restart)  # an error in it does not prevent the restart
    machine.reset()


def _note_restart():
    from connectwith.settings import retained

    retained.save(retained.RESTART)


def _on_restart(control, payload):
    try:
        reason = int(json.loads(payload))
    except Exception:
        reason = _SHUTDOWN_OTHER
    if not 1 <= reason <= _SHUTDOWN_OTHER:
        reason = _SHUTDOWN_OTHER
    if control.on_shutdown is None:
        restart(control)
    else:
        call(control.on_shutdown, reason)


def _warn(control, text, name):
    text += name[:_NAME_MAX]
    _send_if_room(control, "log", json.dumps(text).encode())


def _send_if_room(control, name, payload):
    """Sends a message of the firmware if the send buffer has room. Does not wait."""
    if control.is_connected() and control.session.has_room(name, payload):
        control.session.enqueue(name, payload)
        control.schedule_step()
