# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What flows in netsim's networks: the sums of two moments, and what happened between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

KINDS = ("tcp", "dns", "sntp", "udp", "dhcp")  # udp: none of the others


class Link(NamedTuple):
    """An interface of a board, or a modem's way out, and what it has carried since it appeared."""

    kind: str  # wifi, eth or cell
    mac: str
    pid: int  # of the board; of the PPP server for a modem
    network: str  # "" while it has no link
    up: int  # frames from the board
    down: int
    up_bytes: int
    down_bytes: int
    sent: dict[str, int]  # packets from the board, before any fault, by KINDS


class Reading(NamedTuple):
    """All links at one moment, by netsim's number of the client."""

    at_s: float
    links: dict[int, Link]


class Flow(NamedTuple):
    """What one link has carried between two readings."""

    pid: int
    kind: str
    network: str  # "" while it has no link
    frames_per_s: float
    bytes_per_s: float
    sent: frozenset[str]  # the kinds of packets that came from the board

    @property
    def flows(self) -> bool:
        """True when any frame has passed, either way."""
        return self.frames_per_s > 0


def parse(answer: str, clients: Mapping[int, tuple[str, str, int]]) -> dict[int, Link]:
    """The links in netsim's answer to `traffic`. clients: kind, MAC and process by number; a link
    whose client is not among them has just come or gone, and is left out."""
    links = {}
    for word in answer.split():
        *numbers, network = word.split(",", 5 + len(KINDS))
        ident, up, down, up_bytes, down_bytes, *packets = map(int, numbers)
        client = clients.get(ident)
        if client is not None:
            sent = dict(zip(KINDS, packets, strict=True))
            links[ident] = Link(*client, network, up, down, up_bytes, down_bytes, sent)
    return links


def flows(before: Reading, after: Reading, owners: Mapping[str, int] | None = None) -> list[Flow]:
    """One for each link of `after`. A link that is not in `before` has begun at 0.

    owners: the board's process for a modem's MAC (Modem.mac), in place of its PPP server.
    """
    seconds = max(after.at_s - before.at_s, 0.001)
    found = []
    for ident, link in after.links.items():
        old = before.links.get(ident)
        frames = link.up + link.down - (old.up + old.down if old else 0)
        size = link.up_bytes + link.down_bytes - (old.up_bytes + old.down_bytes if old else 0)
        sent = frozenset(k for k, n in link.sent.items() if n > (old.sent[k] if old else 0))
        pid = (owners or {}).get(link.mac, link.pid)
        rates = frames / seconds, size / seconds
        found.append(Flow(pid, link.kind, link.network, *rates, sent))
    return found
