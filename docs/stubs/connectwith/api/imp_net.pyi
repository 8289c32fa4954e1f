# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.net`: inspection of the network, and interfaces for the local network."""

from collections.abc import Callable
from typing import Final, Literal, NotRequired, TypedDict, type_check_only

from connectwith.local.interfaces import Interface
from server import _NIC

UNKNOWN: Final = -1
STARTING: Final = 0
CONNECTED: Final = 1
WIFI_SCANNING: Final = 100
WIFI_JOINING: Final = 101
WIFI_WPSING: Final = 102
WIFI_LINK_UP: Final = 103
WIFI_DHCPING: Final = 104
WIFI_STOPPED: Final = 105
WIFI_STOPPED_UNHAPPY: Final = 106
ETHERNET_LINK_UP: Final = 200
ETHERNET_DHCPING: Final = 201
ETHERNET_STOPPED: Final = 202
ETHERNET_STOPPED_UNHAPPY: Final = 203
ETHERNET_STOPPED_NO_LINK: Final = 204
CELLULAR_PINGING: Final = 300
CELLULAR_WAITING_FOR_SIM: Final = 301
CELLULAR_PPP_CONNECTING: Final = 302
CELLULAR_REGISTERING: Final = 303
CELLULAR_REGISTRATION_DENIED: Final = 304
CELLULAR_STOPPED: Final = 305
CELLULAR_STOPPED_UNHAPPY: Final = 306

_Name = Literal["wifi", "ethernet", "cell"]

# The classes of this file are types of dicts, for annotations. The board has none of them.
@type_check_only
class _Record(TypedDict):
    type: _Name
    macaddress: NotRequired[str]
    ssid: NotRequired[str]
    connectedssid: NotRequired[str]
    bssid: NotRequired[str]
    rssi: NotRequired[int]
    channel: NotRequired[int]
    apn: NotRequired[str]
    imei: NotRequired[str]
    model: NotRequired[str]
    cellinfo: NotRequired[str]

@type_check_only
class _Proxy(TypedDict):
    type: int
    address: str
    port: int
    user: NotRequired[str]

@type_check_only
class _Server(TypedDict):
    port: int
    tcptimeout: float
    tcpwaitfor: int

@type_check_only
class _Ipv4(TypedDict):
    address: NotRequired[str]
    netmask: NotRequired[str]
    gateway: NotRequired[str]
    broadcast: NotRequired[str]
    dnsserver: NotRequired[list[str]]
    dhcpserver: NotRequired[str]
    proxy: NotRequired[_Proxy]
    server: NotRequired[_Server]

@type_check_only
class _Info(TypedDict):
    interface: list[_Record]
    active: NotRequired[int]
    ipv4: NotRequired[_Ipv4]
    lasterror: NotRequired[int]

def info() -> _Info:
    """The present state of the network, as a new dict without secrets.

    `interface`: a list of dicts, one for each interface of this board: `type` ("wifi",
    "ethernet", "cell"), `macaddress`, `ssid` (stored), `connectedssid`, `bssid`, `rssi`,
    `channel`, `apn` (used last), `imei`, `model`, `cellinfo` (the modem's text; this and the
    `rssi` of cellular were read before the call). An unknown value is absent. `traffic`: what
    connections to the server have carried over it since the last hard reset, a dict of
    `bytesin`, `bytesout` (TCP payload: TLS and its handshakes are included, headers, repeated
    segments, DNS and SNTP are not), `messagesin` and `messagesout`; each wraps at 2**32.
    `active`: an index of that list, only while connected to the server. `ipv4` of Wi-Fi or
    Ethernet: `address`, `netmask`, `broadcast`, `gateway`, `dnsserver`, `dhcpserver` (not with a
    static address), `proxy`, `server`.
    `lasterror`: result code of the last failure, not while connected.
    """

def open(nic: _NIC, callback: Callable[[int], object] | None = None) -> Interface:
    """Brings an interface up for the local network only. Returns an object for it.

    The interface stays up as long as the object is referenced, or until its `close()`. It does not
    depend on the connection to the server. `callback(state)` is called when the state changes, and
    `getstate()` returns it. `getiptable()` returns the addresses, and `openudp(callback,
    localport)` returns a UDP socket. ValueError, TypeError: the text names the bad argument.
    ValueError also for settings of an interface that is in use. RuntimeError: too many are open.
    """

def getcurrentconfig() -> _NIC | None:
    """The NIC of the connection, or of the last successful attempt. Before the first success it is
    the stored one of Wi-Fi, otherwise that of cellular, otherwise None.

    Returns a new dict at each call. Its secrets are sealed: bytes that only this device can open.
    The dict can be stored and given to `server.connectwith` as it is.
    """

def setserverinterfaces(identifiers: list[str] | tuple[str, ...]) -> None:
    """The order in which `server.connect` tries interfaces, until the next boot.

    `identifiers`: list of names as in a NIC. Interfaces that this board lacks are skipped. When
    all have failed, the remaining interfaces of the default order are tried. An empty list
    restores the default order. TypeError: not a list of str. ValueError: unknown name."""

def getserverinterfaces() -> list[_Name]:
    """The order of `setserverinterfaces` as a list of "ethernet", "wifi" and "cell"."""
