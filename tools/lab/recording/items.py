# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A recording: what a person did in the lab, and what was seen after it."""

import re
from collections import deque
from dataclasses import dataclass
from typing import Protocol

ITEMS_KEPT = 2000
CHARACTERS_KEPT = 1_000_000
_PAYLOAD_KEPT = 4096
_CHANNEL_KEPT = 1000
# Stands for a device's ID as a level of a topic. No MQTT topic has it (MQTT 3.1.1, 4.7.3).
DEVICE = "\0"
# What is seen: attempt(interface, result) has ended, session(interface), lost(), message(topic,
# payload) at the broker, booted(), crashed().
SEEN = ("attempt", "session", "lost", "message", "booted", "crashed")

_CONNECTED = "SERVER_CONNECTED"
# A number or a long hexadecimal ID, as a word of its own: what a device counts, measures or draws.
_VARIES = re.compile(
    rb"(?<![0-9A-Za-z])(?:-?[0-9]+(?:\.[0-9]+)?|(?=[A-Fa-f]*[0-9])[0-9A-Fa-f]{8,})(?![0-9A-Za-z])"
)
_WORDS = {
    "run_script": "run the script",
    "type": "type {}",
    "fault": "{}",
    "press_en": "EN reset",
    "soft_reset": "soft reset",
    "power": "power {}",
    "publish": "publish to {}",
    "attempt": "attempt over {}: {}",
    "session": "session over {}",
    "lost": "no session",
    "message": "message at {}",
    "booted": "boot",
    "crashed": "crash",
}


class Orders(Protocol):
    """Who carries out the steps. Each method is a kind of step; `board` is its index."""

    def run_script(self, board: int, code: str) -> None:
        """Interrupts what runs, and runs a script."""

    def type(self, board: int, text: str) -> None:
        """Keys for the console."""

    def fault(self, board: int, text: str) -> None:
        """Makes a fault, as it is typed: "dns-delay=500"."""

    def press_en(self, board: int) -> None:
        """Hard reset."""

    def soft_reset(self, board: int) -> None:
        """Ctrl-C, then Ctrl-D."""

    def power(self, board: int, on: bool) -> None:
        """Switches the board on or off."""

    def publish(self, topic: str, payload: str) -> None:
        """Publishes a message at the broker."""


STEPS = tuple(name for name in vars(Orders) if not name.startswith("_"))


@dataclass(frozen=True)
class Item:
    """A step, or what was seen. board: its index, None for the bench alone. In a topic, DEVICE
    stands for the board's ID. A payload of None stands for any; like: for all that differ only in
    numbers."""

    at_s: float
    board: int | None
    what: str
    values: tuple = ()
    like: bool = False

    @property
    def is_step(self) -> bool:
        """Whether a person did it."""
        return self.what in STEPS

    @property
    def topic(self) -> str | None:
        """Of a message."""
        return self.values[0] if self.what == "message" else None

    @property
    def shape(self) -> bytes | None:
        """The payload of a message, with # for each number and for each long ID in it."""
        payload = self.values[1]
        return None if payload is None else _VARIES.sub(b"#", payload)

    def matches(self, seen: "Item") -> bool:
        """Whether `seen` is what this one waits for, whenever it came."""
        if (self.board, self.what, self.topic) != (seen.board, seen.what, seen.topic):
            return False
        if self.what != "message":
            return self.values == seen.values
        if self.like:
            return self.shape == seen.shape
        return self.values[1] in (None, seen.values[1])

    def words(self) -> str:
        """For a person."""
        texts = [_short(value) for value in self.values]
        return _WORDS[self.what].format(*texts)


def is_up(item: Item) -> bool:
    """Whether there is a session by this."""
    return item.what == "session" or item.what == "attempt" and item.values[1] == _CONNECTED


def _short(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    text = value if isinstance(value, str) else repr(value)
    text = text.replace(DEVICE, "<id>")
    return text[:60] if text.isprintable() else ascii(text)[:60]


class Devices:
    """The IDs of the boards, for what has one in its topic."""

    def __init__(self) -> None:
        self._of: dict[int, str] = {}

    def name(self, board: int, device: str) -> None:
        """The ID of a board."""
        if device:
            self._of[board] = device

    def item(self, at_s: float, board: int | None, what: str, values: tuple) -> Item:
        """An item, in which a topic has DEVICE in place of the ID, and the board that it is of."""
        if what not in ("publish", "message"):
            return Item(at_s, board, what, values)
        topic, payload = values
        boards = {device: number for number, device in self._of.items()}
        levels = topic.replace(DEVICE, "").split("/")
        owners = [boards[level] for level in levels if level in boards]
        topic = "/".join(DEVICE if level in boards else level for level in levels)
        if what == "message" and self._differs(payload):
            payload = None
        return Item(at_s, owners[0] if owners else None, what, (topic, payload))

    def values(self, step: Item) -> tuple:
        """A step's values, with the IDs in its topic."""
        if step.what != "publish":
            return step.values
        topic, payload = step.values
        return topic.replace(DEVICE, self._of.get(step.board or 0, "")), payload

    def _differs(self, payload: bytes) -> bool:
        """Whether it can not be the same with another board, or is too long to be kept."""
        return len(payload) > _PAYLOAD_KEPT or any(
            device.encode() in payload for device in self._of.values()
        )


class Recording:
    """What happened since `began_s`. Not thread-safe: its owner has a lock.

    Times are seconds of one monotonic clock. What comes after end(), or when it is `full`, is
    left out.
    """

    def __init__(self, began_s: float) -> None:
        self._began_s = began_s
        self._items: list[Item] = []
        self._characters = 0
        self._typing: dict[int, str] = {}
        self.devices = Devices()
        self.running = True
        self.full = False

    @property
    def items(self) -> tuple[Item, ...]:
        """The steps and what was seen, in their order."""
        return tuple(self._items)

    def end(self, now_s: float) -> None:
        """Ends it."""
        self._flush(now_s)
        self.running = False

    def did(self, now_s: float, board: int | None, what: str, *values: object) -> None:
        """A step was carried out: the name of a method of Orders, and its values but the board."""
        if what not in STEPS:
            raise ValueError(f"{what}: the steps are {', '.join(STEPS)}")
        if what == "type":
            self._typed(now_s, board or 0, str(values[0]))
            return
        self._flush(now_s)
        self._add(self.devices.item(now_s - self._began_s, board, what, values))

    def saw(self, now_s: float, board: int | None, what: str, *values: object) -> None:
        """Something of SEEN has happened. A message's board is found by its topic."""
        if what not in SEEN:
            raise ValueError(f"{what}: what is seen is one of {', '.join(SEEN)}")
        item = self.devices.item(now_s - self._began_s, board, what, values)
        if not self._repeats(item):
            self._add(item)

    def _add(self, item: Item) -> None:
        characters = sum(len(v) for v in item.values if isinstance(v, (str, bytes)))
        if len(self._items) >= ITEMS_KEPT or self._characters + characters > CHARACTERS_KEPT:
            self.full = True
        if self.running and not self.full:
            self._items.append(item)
            self._characters += characters

    def _repeats(self, item: Item) -> bool:
        """Whether it says nothing new since the last step: programs report again and again."""
        stretch: list[Item] = []
        for earlier in reversed(self._items):
            if earlier.is_step:
                break
            stretch.append(earlier)
        if item.what == "message":
            same = [one for one in stretch if item.topic == one.topic]
            # Two payloads are enough to know that they differ.
            return len(same) > 1 or any(item.shape == one.shape for one in same)
        others = [one for one in stretch if one.what != "message"]
        return item.what in ("attempt", "session") and any(map(item.matches, others[:1]))

    # Keys have an effect when a line is complete, or by a control character.

    def _typed(self, now_s: float, board: int, text: str) -> None:
        line = self._typing.get(board, "")
        for key in text:
            if key in "\x08\x7f" and line.isprintable():
                line = line[:-1]
                continue
            line += key
            if key < " " and key not in "\t\x1b\x08":
                self._add(Item(now_s - self._began_s, board, "type", (line,)))
                line = ""
        self._typing[board] = line[-CHARACTERS_KEPT:]

    def _flush(self, now_s: float) -> None:
        for board, line in self._typing.items():
            if line:
                self._add(Item(now_s - self._began_s, board, "type", (line,)))
        self._typing.clear()


class Seen:
    """What was seen and was not yet waited for. Things of one kind come in their order; a message
    may come before or after a session, and one topic's before or after another's."""

    def __init__(self) -> None:
        self._channels: dict[tuple, deque[Item]] = {}

    def add(self, item: Item) -> None:
        """Something has happened."""
        self._channels.setdefault(_channel(item), deque(maxlen=_CHANNEL_KEPT)).append(item)

    def missing(self, wanted: list[Item]) -> list[Item]:
        """Those that have not happened. The others, and what came before them, are passed now."""
        left: list[Item] = []
        for one in wanted:
            in_turn = all(_channel(one) != _channel(earlier) for earlier in left)
            if not in_turn or not self._find(one):
                left.append(one)
        return left

    def _find(self, wanted: Item) -> bool:
        channel = self._channels.get(_channel(wanted), deque())
        for index, item in enumerate(channel):
            if wanted.matches(item):
                for _ in range(index + 1):
                    channel.popleft()
                return True
        return False

    def before(self, step: Item) -> None:
        """A step comes: what it begins anew is not what was seen until now."""
        anew = {"run_script": ["attempt"]}.get(step.what, [])
        if step.what in ("press_en", "soft_reset", "power"):
            anew = ["attempt", "session", "booted"]
        for key in [key for key in self._channels if key[0] == step.board and key[1] in anew]:
            del self._channels[key]


def _channel(item: Item) -> tuple:
    kind = {"lost": "session", "crashed": "booted"}.get(item.what, item.what)
    return item.board, kind, item.topic
