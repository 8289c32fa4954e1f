# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Topics, names and payloads as the firmware has them (modules/connectwith/session)."""

import json
import math
import re
from typing import NoReturn

NAME_MAX = 64  # bytes
# A board drops a longer packet, counted as MQTT does: topic, payload, and two lengths of 2 bytes.
TO_DEVICE_MAX = 8192
FROM_DEVICE_MAX = 256 * 1024
DEPTH_MAX = 64
ONLINE, OFFLINE = "online", "offline"

# machine.unique_id() in hex. It becomes the name of a file.
DEVICE_ID = re.compile(r"[0-9a-f]{2,32}")
_TOPIC = re.compile(r"imp/([^/]*)/(status|log|error|agent/(.*))", re.DOTALL)


def split(topic: str) -> tuple[str, str, str] | None:
    """(device ID, kind, name) of a topic; kind: "status", "log", "error" or "agent". None: it is
    not a device's topic, or not the ID or name of one."""
    match = _TOPIC.fullmatch(topic)
    if match is None or not DEVICE_ID.fullmatch(match[1]):
        return None
    if match[3] is None:
        return match[1], match[2], ""
    try:
        check_name(match[3])
    except ValueError:
        return None
    return match[1], "agent", match[3]


def check_name(name: str) -> None:
    """A message's name has 1 to 64 bytes and nothing that a topic must not have. Raises TypeError,
    ValueError."""
    if not isinstance(name, str):
        raise TypeError("name: must be a str")
    if not all(_may_be_in_a_topic(character) for character in name):
        raise ValueError("name: has a character that cannot be in a topic")
    if not 1 <= len(name.encode()) <= NAME_MAX:
        raise ValueError(f"name: must be 1 to {NAME_MAX} bytes")


def _may_be_in_a_topic(character: str) -> bool:
    # MQTT 3.1.1, 1.5.3 and 4.7.1: wildcards, control characters and what is no character.
    code = ord(character)
    if character in "#+" or code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000:
        return False
    return code & 0xFFFE != 0xFFFE and not 0xFDD0 <= code < 0xFDF0


def pack(data: object) -> bytes:
    """JSON in UTF-8. Raises TypeError, ValueError for what a board would not understand."""
    _check(data, 0)
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("data: has text that is not UTF-8") from None


def _check(data: object, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise ValueError("data: nested too deeply")
    if isinstance(data, float) and not math.isfinite(data):
        raise ValueError("data: not a finite number")
    if isinstance(data, dict):
        for key, value in data.items():
            if not isinstance(key, str):
                raise TypeError("data: keys must be str")
            _check(value, depth + 1)
    elif isinstance(data, list | tuple):
        for value in data:
            _check(value, depth + 1)
    elif not (data is None or isinstance(data, str | int | float)):
        raise TypeError(f"data: {type(data).__name__} cannot be sent")


def to_device(device: str, name: str, data: object) -> tuple[str, bytes]:
    """Topic and payload of a message for a device. Raises TypeError, ValueError."""
    check_name(name)
    topic, payload = f"imp/{device}/device/{name}", pack(data)
    size = 2 + len(topic.encode()) + 2 + len(payload)
    if size > TO_DEVICE_MAX:
        raise ValueError(
            f"data: {size} bytes with its topic, of which a device takes {TO_DEVICE_MAX}"
        )
    return topic, payload


def unpack(payload: bytes) -> object:
    """The value of a payload. Raises ValueError with what is wrong."""
    if len(payload) > FROM_DEVICE_MAX:
        raise ValueError("too long")
    try:
        # Given bytes, json would also guess UTF-16 and UTF-32.
        return json.loads(payload.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")
