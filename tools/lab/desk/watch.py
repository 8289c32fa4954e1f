# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What flows between the boards and the bench's parts, for the lines of the map."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bench.traffic import Reading, flows

from commands.typed_faults import PARTS

if TYPE_CHECKING:
    from bench import Board, World

# By a counter of netsim's networks: the part that such packets go to.
_SERVERS = {"dns": "dns", "sntp": "sntp", "dhcp": "dhcp"}
_NETWORKS = {name.removeprefix("wifi."): short for short, name in PARTS.items()}


class Watch:
    """Compares each reading with the one before."""

    def __init__(self, world: "World", boards: Sequence["Board"]) -> None:
        self._world, self._boards = world, boards
        self._reading: Reading | None = None
        self._counters: dict[str, dict[str, int]] = {}

    def look(self) -> list[dict[str, bool]]:
        """For each board, by part: whether packets have passed since the last look. A network that
        the board has a link with is always among them. Raises BenchError."""
        reading, counters = self._world.netsim.traffic(), self._world.netsim.counters()
        before, self._reading = self._reading, reading
        counted, self._counters = self._counters, counters
        found: list[dict[str, bool]] = [{} for _ in self._boards]
        if before is None:
            return found
        numbers = {board.pid: n for n, board in enumerate(self._boards) if board.running}
        for flow in flows(before, reading, self._owners()):
            if flow.pid not in numbers or not flow.network:
                continue
            parts = found[numbers[flow.pid]]
            parts[_part(flow.network)] = flow.flows
            if flow.flows:
                parts |= _servers(counted.get(flow.network, {}), counters.get(flow.network, {}))
        return found

    def _owners(self) -> dict[str, int]:
        """By the MAC of a modem: the process of its board. They are fitted in one order."""
        pairs = zip(self._world.modems, self._boards, strict=False)
        return {modem.mac: board.pid for modem, board in pairs if board.running}


def _part(network: str) -> str:
    return "modem" if network == "cellular" else _NETWORKS.get(network, network)


def _servers(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, bool]:
    """The parts whose counters have grown. All other TCP leads to the broker."""
    grown = {key for key, value in after.items() if value > before.get(key, 0)}
    found = {part: True for key, part in _SERVERS.items() if key in grown}
    return found | ({"broker": True} if "tcp" in grown else {})
