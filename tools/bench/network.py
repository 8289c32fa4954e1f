# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What access points and the Ethernet segment have in common."""

from __future__ import annotations

from .cable import Cable
from .errors import BenchError
from .netsim_process import Netsim
from .ports import free_port


class Network:
    """The network `name` of netsim, 10.0.<number>.0/24."""

    def __init__(self, netsim: Netsim, name: str, number: int) -> None:
        self._netsim = netsim
        self.name = name
        self.number = number
        self.cable = Cable(netsim, name)

    def _set(self, settings: str) -> None:
        self._netsim.command(f"set {self.name} {settings}")

    @property
    def gateway(self) -> str:
        """The gateway's address, behind which all of our loopback interface lies."""
        return f"10.0.{self.number}.2"

    @property
    def nameserver(self) -> str:
        """The address of the bench's DNS server as boards see it."""
        return f"10.0.{self.number}.3"

    def forward(self, pid: int, port: int) -> int:
        """A port of 127.0.0.1 whose TCP connections reach `port` of a board, until its link is
        lost. pid: the board's process. Raises BenchError."""
        self._netsim.command(f"show {self.name}")  # its answer comes after all events until now
        clients = self._netsim.clients
        for ident, name in list(self._netsim.joined.items()):
            if name == self.name and ident in clients and clients[ident][2] == pid:
                here = free_port()
                self._netsim.command(f"forward {ident} {here} {port}")
                return here
        raise BenchError(f"process {pid} has no link to the network {self.name}")

    def dhcp(self, on: bool) -> None:
        """Leases are given, or requests are swallowed."""
        self._set(f"dhcp={'on' if on else 'off'}")

    def dhcp_ms(self, ms: int) -> None:
        """DHCP's replies come `ms` late."""
        self._set(f"dhcp-ms={ms}")

    def spoil_dhcp(self, how: str) -> None:
        """What replies are: "nak" refuses what was offered, "wrong" answers somebody else,
        "garbage" is noise, "half" ends early. Until dhcp(True)."""
        self._set(f"dhcp={how}")

    def two_nameservers(self) -> None:
        """Leases name a DNS server that is not there, and then the bench's. Until dhcp(True)."""
        self._set("dhcp=two-dns")

    @property
    def dead_nameserver(self) -> str:
        """The address of the first of the two servers, which does not exist."""
        return f"10.0.{self.number}.4"

    def portal(self) -> None:
        """A captive portal answers in place of all that lies beyond the gateway; DNS works. Until
        log_in()."""
        self._set("portal=on")

    def log_in(self) -> None:
        """Ends portal()."""
        self._set("portal=off")

    def restore(self) -> None:
        """Ends all faults."""
        self.cable.restore()
        self._set("dhcp=on dhcp-ms=0 portal=off")
