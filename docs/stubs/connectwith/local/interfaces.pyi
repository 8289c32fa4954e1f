# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Interfaces for the local network: `imp.net.open`, its object, and UDP.

The connection to the server and local interfaces share a link. `links.held` has the links that are
held here. The connection does not power those down when it is lost.
"""

from collections.abc import Callable
from typing import TypedDict, type_check_only

from connectwith.api.imp_net import _Ipv4

# The type of a dict, for annotations. The board has none of it.
@type_check_only
class _Table(TypedDict):
    ipv4: _Ipv4

class Interface:
    """An interface that is up for the local network as long as this object is referenced.

    It is released when the object is garbage collected, or at once by `close()`.
    """

    def getstate(self) -> int:
        """One of the state numbers of `imp.net`."""
    def getiptable(self) -> _Table:
        """{"ipv4": {...}} as in `imp.net.info()`. RuntimeError: there is no address."""
    def openudp(
        self,
        callback: Callable[[str, int, str, int, bytes], object],
        localport: int = 0,
    ) -> Udp:
        """A UDP socket. `callback(fromaddress, fromport, toaddress, toport, data)` is called for
        each datagram. `localport`: 0 for any. RuntimeError: the interface is cellular or not up.
        OSError: the port is in use."""
    def close(self) -> None:
        """Releases the interface. It is powered down if nothing else uses it."""

class Udp:
    """A UDP socket on one interface, for its subnet."""

    def send(self, address: str, port: int, data: bytes | bytearray | memoryview | str) -> int:
        """Sends one datagram to a host of the subnet. 0, or a SEND_ERROR_ code of `server`.

        ValueError: the address is not of the subnet, or `port` not 1 to 65535."""
    def close(self) -> None: ...
