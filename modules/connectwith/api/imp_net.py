# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.net`: inspection of the network, and interfaces for the local one."""

from connectwith import connection

# States of an interface.
UNKNOWN = -1
STARTING = 0
CONNECTED = 1
WIFI_SCANNING = 100
WIFI_JOINING = 101
WIFI_WPSING = 102
WIFI_LINK_UP = 103
WIFI_DHCPING = 104
WIFI_STOPPED = 105
WIFI_STOPPED_UNHAPPY = 106
ETHERNET_LINK_UP = 200
ETHERNET_DHCPING = 201
ETHERNET_STOPPED = 202
ETHERNET_STOPPED_UNHAPPY = 203
ETHERNET_STOPPED_NO_LINK = 204
CELLULAR_PINGING = 300
CELLULAR_WAITING_FOR_SIM = 301
CELLULAR_PPP_CONNECTING = 302
CELLULAR_REGISTERING = 303
CELLULAR_REGISTRATION_DENIED = 304
CELLULAR_STOPPED = 305
CELLULAR_STOPPED_UNHAPPY = 306


def info():
    """What the network is like now, as a new dict without secrets.

    `interface`: a list of dicts, one for each interface of this board: `type` ("wifi",
    "ethernet", "cell"), `macaddress`, `ssid` (stored), `connectedssid`, `rssi`, `channel`,
    `apn` (used last), each where it is known. `active`: index into it, only while connected
    to the server. `ipv4`: `address`, `netmask`, `broadcast`, `gateway`, `dnsserver`,
    `dhcpserver` (not with a static address), `proxy`, `server`, of Wi-Fi or Ethernet.
    `lasterror`: result code of the last failure, not while connected.
    """
    from connectwith.diagnostics import info

    return info.report(connection.get())


def open(nic, callback=None):
    """Brings an interface up for the local network only. Returns an object for it.

    It stays up as long as the object is referenced, or until its `close()`, beside the
    connection to the server and in spite of its loss. `callback(state)` is called when its
    state changes; so is `getstate()`. `getiptable()` has its addresses, and
    `openudp(callback, localport)` gives a UDP socket. ValueError, TypeError: name what is
    wrong, settings for an interface in use among it. RuntimeError: too many are open.
    """
    from connectwith.local import interfaces

    return interfaces.open_(nic, callback)


def getcurrentconfig():
    """The NIC of the connection, else of the last one that succeeded; before that, of what is
    stored for Wi-Fi or else cellular, or None.

    A new dict at each call. Secrets in it are bytes which open on this device only; it can
    be stored and given to `server.connectwith` as it is.
    """
    from connectwith.diagnostics import info

    return info.current_config(connection.get())


def setserverinterfaces(identifiers):
    """The order in which `server.connect` tries interfaces, until the next boot.

    `identifiers`: list of names as in a NIC. What this board lacks is skipped; when all have
    failed, those of the default order that are left are tried. An empty list: the default
    order. TypeError: not a list of str. ValueError: unknown name.
    """
    from connectwith.connection import failover

    failover.set_interfaces(identifiers)


def getserverinterfaces():
    """That order as a list of "ethernet", "wifi" and "cell"."""
    from connectwith.connection import failover

    return failover.get_interfaces()
