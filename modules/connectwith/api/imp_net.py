# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.net`: inspection of the network, and interfaces for the local network."""

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
    from connectwith.diagnostics import info

    return info.report(connection.get())


def open(nic, callback=None):
    """Brings an interface up for the local network only. Returns an object for it.

    The interface stays up as long as the object is referenced, or until its `close()`. It does not
    depend on the connection to the server. `callback(state)` is called when the state changes, and
    `getstate()` returns it. `getiptable()` returns the addresses, and `openudp(callback,
    localport)` returns a UDP socket. ValueError, TypeError: the text names the bad argument.
    ValueError also for settings of an interface that is in use. RuntimeError: too many are open.
    """
    from connectwith.local import interfaces

    return interfaces.open_(nic, callback)


def getcurrentconfig():
    """The NIC of the connection, or of the last successful attempt. Before the first success it is
    the stored one of Wi-Fi, otherwise that of cellular, otherwise None.

    Returns a new dict at each call. Its secrets are sealed: bytes that only this device can open.
    The dict can be stored and given to `server.connectwith` as it is.
    """
    from connectwith.diagnostics import info

    return info.current_config(connection.get())


def setserverinterfaces(identifiers):
    """The order in which `server.connect` tries interfaces, until the next boot.

    `identifiers`: list of names as in a NIC. Interfaces that this board lacks are skipped. When
    all have failed, the remaining interfaces of the default order are tried. An empty list
    restores the default order. TypeError: not a list of str. ValueError: unknown name."""
    from connectwith.connection import failover

    failover.set_interfaces(identifiers)


def getserverinterfaces():
    """The order of `setserverinterfaces` as a list of "ethernet", "wifi" and "cell"."""
    from connectwith.connection import failover

    return failover.get_interfaces()
