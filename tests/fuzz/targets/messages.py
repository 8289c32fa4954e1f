# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Messages in both directions: arbitrary bytes from an agent, arbitrary values to it."""

import contextlib
import io
import json
import sys

from connectwith.session import messages
from targets.choices import Choices

DEPTH_MAX = 16


class Control:
    """A controller that is not connected, with the parts that a message uses."""

    def __init__(self, raises: bool, has_shutdown: bool) -> None:
        self.calls = []
        self.warned = []
        messages.handlers["known"] = self._handle
        self.on_shutdown = self._handle if has_shutdown else None
        self._raises = raises

    def _handle(self, argument):
        self.calls.append(argument)
        if self._raises:
            raise KeyError("of the user's code")


def _deliver(choices: Choices) -> None:
    how = choices.byte()
    topic = choices.pick(("device/known", "device/unknown", "restart", "device/", "elsewhere"))
    payload = choices.rest()
    control = Control(raises=bool(how & 1), has_shutdown=True)
    messages._send_if_room = lambda _, name, data: control.warned.append((name, data))
    with contextlib.redirect_stdout(io.StringIO()):
        messages.deliver(control, (topic, payload))
    # Every message is answered for exactly once: by its handler, or by a line in the log.
    assert len(control.calls) + len(control.warned) == 1
    if topic == "restart":
        assert control.calls[0] in (1, 2, 3)
    elif control.calls:
        assert topic == "device/known"
        assert repr(control.calls[0]) == repr(json.loads(payload))
    for name, data in control.warned:
        assert name == "log" and isinstance(json.loads(data), str)


def _value(choices: Choices, depth: int = 0):
    kind = choices.byte() % (11 if depth < DEPTH_MAX + 2 else 8)
    if kind < 8:
        return (
            None, True, choices.word() - 32768, choices.word() / 7, choices.text(20),
            float("nan"), float("-inf"), choices.take(4),
        )[kind]  # fmt: skip
    items = [_value(choices, depth + 1) for _ in range(choices.byte() % 3)]
    if kind == 10:
        return {choices.pick(("a", "", "b\0", 3)): item for item in items}
    return items if kind == 8 else tuple(items)


def _listed(value):
    """The value as JSON gives it back: a tuple is a list."""
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, (list, tuple)) else value


def _pack(choices: Choices) -> None:
    value = _value(choices)
    try:
        packed = messages.pack(value)
    except (TypeError, ValueError):
        return
    assert json.loads(packed) == _listed(value)


def _name(choices: Choices) -> None:
    name = choices.text(70)
    try:
        messages.check_name(name)
    except (TypeError, ValueError):
        return
    assert 1 <= len(name.encode()) <= 64 and not set(name) & set("#+\0\n")


def one(data: bytes) -> None:
    """The first byte chooses between a message that comes, one that goes, and a name."""
    choices = Choices(data)
    choices.pick((_deliver, _deliver, _pack, _name))(choices)


# CPython calls it otherwise.
sys.print_exception = lambda error: print(repr(error))
