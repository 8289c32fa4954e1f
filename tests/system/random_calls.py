# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A model of the API for random sequences of calls and faults: which outcomes are right."""

from dataclasses import dataclass, field

# Stages that a fault of the bench can stop, in the order in which an attempt passes them, and
# the result codes of each: of Wi-Fi and Ethernet, and of cellular.
LAN = {"link": {1}, "address": {2}, "name": {3}, "server": {4}}
CELLULAR = {"modem": {8}, "network": {10, 11}, "dial": {12}, "name": {3, 13}, "server": {4, 13}}
CONNECTED = 5

# Time that may run out while Wi-Fi's driver starts, which is NOT_CONNECTED.
STARTING_S = 0.5

# A modem that does not answer takes 13 s to switch off, and holds up the next interface.
LEAVING_S = 20.0

# Shorter than the slowest good attempt on a busy host may be: the time may run out anywhere.
SHORT_S = 8.0


@dataclass
class Faults:
    """What is wrong with the bench at the moment."""

    wifi: bool = False  # the access point is off
    cable: bool = False  # Ethernet is unplugged
    leases: bool = False  # nobody answers DHCP
    name: bool = False  # the server's name does not resolve
    server: bool = False  # nobody listens

    def stopped(self, interface: str) -> set[str]:
        """The stages that cannot be passed now on an interface."""
        link = self.wifi if interface == "wl0" else self.cable
        bad = {"link": link, "address": self.leases, "name": self.name, "server": self.server}
        return {stage for stage in LAN if bad[stage]}

    def hindered(self, interface: str) -> set[str]:
        """The stages that may be passed now or may fail."""
        return set()


@dataclass
class Attempt:
    """One call of connectwith, and what could be seen since."""

    tag: int
    interface: str
    timeout_s: float
    hopeless: bool = False  # wrong key, unknown network: the link can never come up
    leaving: bool = False  # a modem has to be switched off first
    was_good: set[str] = field(default_factory=set)
    was_bad: set[str] = field(default_factory=set)

    @property
    def stages(self) -> dict[str, set[int]]:
        """The stages in their order, with their codes."""
        return CELLULAR if self.interface == "cell0" else LAN

    def observe(self, faults: Faults) -> None:
        """The bench is, or has just been, like this while the attempt may be running."""
        bad = faults.stopped(self.interface) | ({"link"} if self.hopeless else set())
        self.was_bad |= bad | faults.hindered(self.interface)
        self.was_good |= set(self.stages) - bad

    def allowed(self) -> set[int]:
        """The result codes that are right.

        A stage can have failed if all before it could be passed at some time, and if it, or one
        below it that has gone since, was stopped at some time, or if the time was short.
        """
        starting_s, short_s = STARTING_S, SHORT_S
        if self.leaving:
            starting_s = short_s = LEAVING_S if "leaving" in self.was_bad else SHORT_S
        codes = {0} if self.timeout_s < starting_s and self.interface == "wl0" else set()
        trouble = self.timeout_s < short_s
        for stage, failures in self.stages.items():
            trouble = trouble or stage in self.was_bad
            if trouble:
                codes |= failures
            if stage not in self.was_good:
                return codes
        return codes | {CONNECTED}


class Model:
    """What has been asked for, and what must not happen any more."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.attempts: dict[int, Attempt] = {}
        self.current: int | None = None  # tag of the attempt whose callback is due
        self.connected_by: Attempt | None = None

    def start(self, attempt: Attempt) -> None:
        """connectwith was called: older callbacks must never run."""
        attempt.observe(self.faults)
        self.attempts[attempt.tag] = attempt
        self.current = attempt.tag

    def disconnect(self) -> None:
        """disconnect was called: no callback must run."""
        self.current = None

    def change(self, name: str, bad: bool) -> None:
        """A fault begins or ends."""
        setattr(self.faults, name, bad)
        self.observe()

    def observe(self) -> None:
        """Something about `faults` has changed."""
        if self.current is not None:
            self.attempts[self.current].observe(self.faults)

    def check(self, events: list[tuple]) -> None:
        """All that happened on the board so far, in order: ("start", tag), ("stop",) and
        ("call", tag, result, interface, isconnected). AssertionError: something is wrong."""
        due = None
        seen = set()
        for event in events:
            if event[0] == "start":
                due = event[1]
            elif event[0] == "stop":
                due = None
            else:
                _, tag, result, interface, connected = event
                assert tag not in seen, f"two callbacks of {tag}"
                assert tag == due, f"callback of {tag}, which was replaced; due was {due}"
                seen.add(tag)
                due = None
                attempt = self.attempts[tag]
                assert interface == attempt.interface
                assert connected == (result == CONNECTED)
                assert result in attempt.allowed(), f"{result} of {attempt}"
        self.current = due


@dataclass
class Kept:
    """One call of imp.uplink.keep, and which of its events are right.

    `parts`: by interface, an attempt that stands for all attempts over it.
    """

    parts: dict[str, Attempt]
    current: str | None = None  # the interface in use, by the events
    ended: bool = False

    def observe(self, faults: Faults) -> None:
        """The bench is, or has just been, like this."""
        for part in self.parts.values():
            part.observe(faults)

    def check(self, events: list[dict]) -> None:
        """The next events of the callback. AssertionError: one of them is wrong."""
        for event in events:
            assert not self.ended, f"{event} behind the end"
            getattr(self, "_" + event["event"])(event, self.parts.get(event["interface"]))

    def _connected(self, event: dict, part: Attempt | None) -> None:
        assert self.current is None, f"{event}, connected by {self.current}"
        self._arrived(event, part)

    def _moved(self, event: dict, part: Attempt | None) -> None:
        assert event["before"] == self.current is not None, f"{event} from {self.current}"
        self._arrived(event, part)

    def _arrived(self, event: dict, part: Attempt | None) -> None:
        assert part is not None and event["result"] == CONNECTED, f"{event}"
        assert CONNECTED in part.allowed(), f"{event} of {part}"
        self.current = event["interface"]

    def _lost(self, event: dict, part: Attempt | None) -> None:
        assert event["interface"] == self.current is not None, f"{event} of {self.current}"
        assert part is not None and part.was_bad, f"{event} without a fault: {part}"
        self.current = None

    def _failed(self, event: dict, part: Attempt | None) -> None:
        assert part is not None and event["interface"] != self.current, f"{event}"
        assert event["result"] in part.allowed() - {CONNECTED}, f"{event} of {part}"

    def _ended(self, event: dict, part: Attempt | None) -> None:
        # None: the call that has ended it has closed the session, too.
        assert event["interface"] in (None, self.current), f"{event} of {self.current}"
        self.ended = True
