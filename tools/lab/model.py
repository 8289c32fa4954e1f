# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The state of the lab: events come in, a snapshot goes out. Knows no page and no bench.

Each method may be called by any thread. Times are seconds of one monotonic clock, as arguments.
"""

import threading
from dataclasses import dataclass, field

ATTEMPTS_KEPT = 20
MESSAGES_KEPT = 200
EVENTS_KEPT = 200
CONSOLE_KEPT = 65536
_SHOWN_PAYLOAD = 400
CONNECTED = "SERVER_CONNECTED"
_LINES = {"wl0": "ap", "eth0": "ethernet", "cell0": "modem", "cell1": "modem",
          "wifi": "ap", "ethernet": "ethernet", "cell": "modem"}  # fmt: skip
# By fault: those that it ends. "restore" and "cable.restore" end all of theirs.
_ENDS = {
    "on": ("off", "garbage", "offset"),
    "accept": ("refuse", "full"),
    "speak": ("mute",),
    "show": ("hide",),
    "plug": ("unplug", "pull", "cable.cut"),
    "fit_chip": ("remove_chip",),
    "log_in": ("portal",),
    "start": ("stop",),
    "resume": ("stall",),
    "register": ("deny", "search"),
}
# They happen, and leave nothing that would have to be ended.
_MOMENTS = {"kick", "forget_tickets", "reboot", "carrier_lost", "silence_ppp", "power_off"}
_CUTS = {"off", "unplug", "remove_chip", "cable.cut", "cable.silence", "pull", "stop", "stall"}
_DARK = {"off", "remove_chip", "stop"}


@dataclass
class Attempt:
    """One attempt to connect, as the board's last note about it says."""

    key: tuple[int, int]  # boot, number since the boot
    began_s: float
    seen_s: float
    interface: str
    stages: list[tuple[str, int]]
    ms: int
    result: str | None = None
    cause: str | None = None
    over: bool = False  # the board was reset before it ended


@dataclass
class State:
    """What snapshot() gives."""

    version: int = 0
    power: str = "off"  # on, off, crashed
    attempts: list[dict] = field(default_factory=list)  # the newest first
    session: str | None = None  # the part of the map over which there is one
    parts: dict[str, dict] = field(default_factory=dict)
    messages: list[tuple[str, str]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    problem: str = ""
    script: str = ""
    device: str = ""  # its ID, once it was seen at the broker


def line_state(faults: dict[str, str]) -> str:
    """dark (has no power, or is not there), cut, faulty (slow, or another fault), or ok."""
    names = set(faults)
    if names & _DARK:
        return "dark"
    if names & _CUTS:
        return "cut"
    return "faulty" if names else "ok"


class Model:
    """parts: the short names of the map's parts (typed_faults.PARTS)."""

    def __init__(self, parts: list[str], script: str = "") -> None:
        self._script, self._device = script, ""
        self._lock = threading.Lock()
        self._version = 0
        self._faults: dict[str, dict[str, str]] = {part: {} for part in parts}
        self._power, self._boots, self._problem = "off", 0, ""
        self._attempts: list[Attempt] = []
        self._messages: list[tuple[str, str]] = []
        self._events: list[str] = []
        self._console, self._console_began = "", 0
        self._lost = False

    # -- events

    def powered(self, state: str) -> None:
        """The board is "on", "off" or "crashed" from now on."""
        with self._lock:
            self._end_attempts()
            self._boots += 1  # the note of this boot may be lost: the console opens after it
            self._power = state
            self._changed(f"board: power {state}")

    def _booted(self) -> None:
        with self._lock:
            self._end_attempts()
            self._boots += 1
            self._changed("board: booted")

    def _end_attempts(self) -> None:
        self._lost = True
        for attempt in self._attempts:
            attempt.over = attempt.over or attempt.result is None

    def note(self, note: dict, now_s: float) -> None:
        """The board's report of an attempt, or of its boot. What is none changes nothing."""
        if "boot" in note:
            self._booted()
            return
        try:
            attempt = self._attempt(note, now_s)
        except (KeyError, TypeError, ValueError):
            return
        with self._lock:
            attempt.key = (self._boots, attempt.key[1])
            found = next((a for a in self._attempts if a.key == attempt.key), None)
            if found is not None:
                attempt.began_s = found.began_s
                self._attempts[self._attempts.index(found)] = attempt
            else:
                self._attempts = [attempt, *self._attempts][:ATTEMPTS_KEPT]
            self._lost = False
            ended = attempt.result is not None and (found is None or found.result is None)
            why = f": {attempt.cause}" if attempt.cause else ""
            self._changed(
                f"attempt {attempt.interface}: {attempt.result}, {attempt.ms} ms{why}"
                if ended
                else ""
            )

    @staticmethod
    def _attempt(note: dict, now_s: float) -> Attempt:
        stages = [(str(name)[:20], max(0, int(ms))) for name, ms in note["stages"]][:20]
        ms = sum(each for _, each in stages)
        name, cause = note.get("name"), note.get("cause")
        return Attempt(
            key=(0, int(note["number"])),
            began_s=now_s - ms / 1000,
            seen_s=now_s,
            interface=str(note["interface"])[:20],
            stages=stages,
            ms=ms,
            result=None if name is None else str(name)[:40],
            cause=None if cause is None else str(cause)[:300],
        )

    def broker(self, topic: str, text: str) -> None:
        """A message has arrived at the broker."""
        with self._lock:
            words = topic.split("/")
            if len(words) == 3 and words[0] == "imp" and not self._device:
                self._device = words[1][:40]
            if topic.endswith("/status") and text in ("offline", "online"):
                self._lost = text == "offline"
            self._messages = [*self._messages, (topic[:200], text[:_SHOWN_PAYLOAD])]
            self._messages = self._messages[-MESSAGES_KEPT:]
            self._changed()

    def fault(self, part: str, method: str, text: str, values: tuple[str, ...]) -> None:
        """A fault was made. part: its short name."""
        with self._lock:
            faults = self._faults[part]
            if method == "restore":
                faults.clear()
            elif method == "cable.restore":
                for name in [n for n in faults if n.startswith("cable.") or n == "unplug"]:
                    del faults[name]
            elif (method, values) == ("dhcp", ("on",)):
                faults.pop(method, None)
            elif method in _ENDS:
                for name in _ENDS[method]:
                    faults.pop(name, None)
            elif method not in _MOMENTS:
                faults[method] = text
            self._changed(f"fault: {text}")

    def said(self, text: str) -> None:
        """A line of the lab's own; what went wrong is a problem()."""
        with self._lock:
            self._changed(text)

    def problem(self, text: str) -> None:
        """A sentence about what went wrong; "" takes it away."""
        with self._lock:
            self._problem = text
            self._changed(text and f"problem: {text}")

    def edited(self, script: str) -> None:
        """The editor's text, for pages that are opened later."""
        with self._lock:
            self._script = script

    def console(self, text: str) -> None:
        """The board has written to its console."""
        with self._lock:
            self._console += text
            more = len(self._console) - CONSOLE_KEPT
            if more > 0:
                self._console = self._console[more:]
                self._console_began += more

    def _changed(self, event: str = "") -> None:
        self._version += 1
        if event:
            self._events = [*self._events, event][-EVENTS_KEPT:]

    # -- what pages draw

    def console_from(self, position: int) -> tuple[str, int]:
        """The console's text from a position on (0: all that is kept), and the next position."""
        with self._lock:
            began = self._console_began
            return self._console[max(0, position - began) :], began + len(self._console)

    @property
    def version(self) -> int:
        """Another number after each change, but for the console's text."""
        with self._lock:
            return self._version

    def running(self) -> bool:
        """Whether an attempt is under way, so that time alone changes the drawing."""
        with self._lock:
            return bool(self._attempts) and self._is_running(self._attempts[0])

    @staticmethod
    def _is_running(attempt: Attempt) -> bool:
        return attempt.result is None and not attempt.over

    def snapshot(self, now_s: float) -> State:
        """All that a page shows, but for the console's text. It shares nothing with the model."""
        with self._lock:
            newest = self._attempts[0] if self._attempts else None
            session = None
            if newest is not None and newest.result == CONNECTED and not self._lost:
                session = _LINES.get(newest.interface)
            parts = {
                part: {"state": line_state(faults), "faults": list(faults.values())}
                for part, faults in self._faults.items()
            }
            return State(
                self._version, self._power, [self._shown(a, now_s) for a in self._attempts],
                session, parts, list(self._messages), list(self._events), self._problem,
                self._script, self._device,
            )  # fmt: skip

    def _shown(self, attempt: Attempt, now_s: float) -> dict:
        running = self._is_running(attempt)
        elapsed = int((now_s - attempt.began_s) * 1000) if running else attempt.ms
        result = attempt.result or ("ended by a reset" if attempt.over else None)
        return {
            "interface": attempt.interface,
            "stages": list(attempt.stages),
            "ms": max(elapsed, attempt.ms),
            "result": result,
            "cause": attempt.cause,
            "running": running,
            "ok": attempt.result == CONNECTED,
        }
