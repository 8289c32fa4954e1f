# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What flows between the boards and the bench's parts, for the lines of the map."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.threads import queued_ns
from bench.traffic import Reading, flows

from commands.typed_faults import PARTS
from lab.model.board import Modem

if TYPE_CHECKING:
    from bench import Board, World

# By a kind of packets: the part that they go to. All other TCP leads to the broker.
_SERVERS = {"dns": "dns", "sntp": "sntp", "dhcp": "dhcp", "tcp": "broker"}
_NETWORKS = {name.removeprefix("wifi."): short for short, name in PARTS.items()}
_DIRECTIONS = {"board": ">", "modem": "<", "mode": "-"}
_CSQ_MAX = 31  # 3GPP TS 27.007, 8.5: above it, the signal is not known


class Watch:
    """Compares each reading with the one before."""

    def __init__(self, world: "World", boards: Sequence["Board"]) -> None:
        self._world, self._boards = world, boards
        self._reading: Reading | None = None
        self._queued: list[dict[str, int]] = [{} for _ in boards]
        self._lines = [0 for _ in world.modems]  # the next one of each modem

    def look(self) -> list[dict[str, bool]]:
        """For each board, by part: whether packets have passed since the last look. A network that
        the board has a link with is always among them. Raises BenchError."""
        reading = self._world.netsim.traffic()
        before, self._reading = self._reading, reading
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
                parts |= {_SERVERS[kind]: True for kind in flow.sent & _SERVERS.keys()}
        return found

    def waited_us(self, board: int) -> int:
        """For how long, since the last call, a thread of a board was ready to run while other
        programs had the processors: the longest of its threads."""
        if not self._boards[board].running:
            return 0
        before = self._queued[board]
        after = self._queued[board] = queued_ns(Path(f"/proc/{self._boards[board].pid}"))
        waits = (ns - before[name] for name, ns in after.items() if name in before)
        return max(waits, default=0) // 1000

    def modem(self, board: int) -> tuple[Modem, list[tuple[str, str]]]:
        """The state of a board's modem, and its lines since the last call."""
        if board >= len(self._lines):
            return Modem(), []
        modem = self._world.modems[board]
        lines, self._lines[board] = modem.transcript(self._lines[board])
        view = modem.view()
        signal = "unknown" if view.csq > _CSQ_MAX else f"{2 * view.csq - 113} dBm"
        return (
            Modem(view.state, view.sim, view.registration, signal, view.data, view.apn or ""),
            [(_DIRECTIONS[line.sender], line.text) for line in lines],
        )

    def _owners(self) -> dict[str, int]:
        """By the MAC of a modem: the process of its board."""
        pids = ((modem.mac, modem.board_pid) for modem in self._world.modems)
        return {mac: pid for mac, pid in pids if pid is not None}


def _part(network: str) -> str:
    return "modem" if network == "cellular" else _NETWORKS.get(network, network)
