# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The DNS server of the bench."""

from __future__ import annotations

import fnmatch
import random

from dnslib import QTYPE, RCODE, RR, A, DNSError, DNSRecord

from .kept import Kept
from .udp_server import Address, UdpServer

_TTL_S = 60
_QUERIES_MAX = 10_000
# netsim's addresses beyond the gateway of each network: this machine, and one that refuses every
# connection.
BEYOND, REFUSED = "198.51.100.1", "198.51.100.2"
_NODE = 16  # the last byte of the first node of a cluster, here and there
_NODES = 16


def node(number: int) -> tuple[str, str]:
    """Two addresses of the node `number` of a cluster, from 1 on: its own on this machine, and
    that by which boards reach it."""
    if not 1 <= number <= _NODES:
        raise ValueError(f"{number}: the nodes are 1 to {_NODES}")
    return f"127.0.0.{_NODE + number - 1}", f"198.51.100.{_NODE + number - 1}"


class Dns(UdpServer):
    """Knows *.test and public time servers. Their address is this machine beyond the gateway of
    the asking board, so that a default route is needed.

    `queries` has (name, type) of each query that came, oldest first; of very many the newer half.
    """

    def __init__(self, seed: int = 0) -> None:
        self.queries: Kept[tuple[str, str]] = Kept(_QUERIES_MAX)
        self._spoilt_answers = 0
        self._random = random.Random(seed)
        self._answers: dict[str, tuple[str, ...] | None] = {}
        self._fault = ""
        self._delay_ms = 0
        self._ttl_s = _TTL_S
        self._rotating = False
        self._turn = 0
        self.restore()
        super().__init__("dns")

    def answer(self, name: str, *addresses: str) -> None:
        """`name` (may hold *) has these addresses, in this order; "host" is this machine."""
        # The newest rule stands first.
        self._answers = {name.lower(): addresses, **self._without(name)}

    def nxdomain(self, name: str) -> None:
        """`name` does not exist."""
        self._answers = {name.lower(): None, **self._without(name)}

    def no_address(self, name: str) -> None:
        """`name` exists and has no IPv4 address."""
        self._answers = {name.lower(): (), **self._without(name)}

    def _without(self, name: str) -> dict[str, tuple[str, ...] | None]:
        return {key: value for key, value in self._answers.items() if key != name.lower()}

    def drop(self) -> None:
        """No answer to anything."""
        self._fault = "drop"

    def servfail(self) -> None:
        """SERVFAIL to everything."""
        self._fault = "servfail"

    def garbage(self) -> None:
        """Noise, truncated answers and answers to other questions, in turn."""
        self._fault = "garbage"

    def half(self) -> None:
        """Answers end in the middle of the record."""
        self._fault = "half"

    def strange(self) -> None:
        """Answers to the questions of another client."""
        self._fault = "strange"

    def delay(self, ms: int) -> None:
        """Answers come `ms` late."""
        self._delay_ms = ms

    def ttl(self, seconds: int) -> None:
        """How long answers may be cached. With 0 each attempt has to ask (RFC 1035, 3.2.1)."""
        self._ttl_s = seconds

    def rotate(self, on: bool = True) -> None:
        """Each answer begins with the next address of the name, as many name servers do it (RFC
        1794)."""
        self._rotating = on

    def restore(self) -> None:
        """Ends all faults and forgets all rules that were added."""
        self._fault = ""
        self._delay_ms = 0
        self._ttl_s = _TTL_S
        self._rotating = False
        # Replaced, never changed: the server's thread may be reading it.
        names = ("*.test", "pool.ntp.org", "*.pool.ntp.org", "time.google.com")
        self._answers = {name: ("host",) for name in names}

    def _lookup(self, name: str) -> tuple[str, ...] | None:
        for pattern, addresses in self._answers.items():
            if fnmatch.fnmatchcase(name, pattern):
                return addresses
        return None

    def handle(self, payload: bytes, sender: Address) -> None:
        """Answers one query. netsim asks from 127.0.n.1 for network 10.0.n.0/24."""
        try:
            query = DNSRecord.parse(payload)
        except (DNSError, UnicodeError):
            return
        if query.header.qr != 0 or len(query.questions) != 1:
            return
        name = str(query.q.qname).rstrip(".").lower()
        self.queries.append((name, QTYPE.get(query.q.qtype)))
        if self._fault == "drop":
            return
        if self._fault in ("garbage", "half", "strange"):
            self.send(self._spoilt(query), sender, self._delay_ms)
            return
        self.send(self._reply(query, name, sender).pack(), sender, self._delay_ms)

    def _reply(self, query: DNSRecord, name: str, sender: Address) -> DNSRecord:
        reply = query.reply()
        if self._fault == "servfail":
            reply.header.rcode = RCODE.SERVFAIL
            return reply
        addresses = self._lookup(name)
        if addresses is None:
            reply.header.rcode = RCODE.NXDOMAIN
        elif query.q.qtype == QTYPE.A:
            # A query from this machine itself comes from none of netsim's networks.
            here = sender[0] if sender[0].startswith("127.0.0.") else BEYOND
            if self._rotating and len(addresses) > 1:
                first = self._turn % len(addresses)
                addresses = (*addresses[first:], *addresses[:first])
                self._turn += 1
            for address in addresses:
                data = A(here if address == "host" else address)
                reply.add_answer(RR(query.q.qname, QTYPE.A, ttl=self._ttl_s, rdata=data))
        return reply

    def _spoilt(self, query: DNSRecord) -> bytes:
        kind = self._fault
        if kind == "garbage":
            self._spoilt_answers += 1
            kind = ("noise", "half", "strange")[self._spoilt_answers % 3]
        if kind == "noise":
            return self._random.randbytes(64)
        reply = query.reply()
        reply.add_answer(RR(query.q.qname, QTYPE.A, ttl=_TTL_S, rdata=A("192.0.2.1")))
        if kind == "half":
            return bytes(reply.pack()[:-7])
        reply.header.id ^= 0x5555
        return bytes(reply.pack())
