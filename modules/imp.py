# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The device, as on an imp. `imp.cloud` and `imp.diag` are additions of this firmware."""

from connectwith import connection as _connection
from connectwith.connection.job import check_callback as _check_callback
from connectwith.settings import nic as _nic

PROXY_TYPE_HTTP = 0

CONFIG_WIFI = 1
CONFIG_STATIC_NETWORK = 2
CONFIG_PROXY = 4
CONFIG_ALL = 15


def __getattr__(name):
    # Few devices use all three, and each takes memory from its first use on.
    if name == "cloud":
        from connectwith.api import imp_cloud as part
    elif name == "diag":
        from connectwith.api import imp_diag as part
    elif name == "net":
        from connectwith.api import imp_net as part
    else:
        raise AttributeError(name)
    globals()[name] = part
    return part


def setwificonfiguration(ssid, key):
    """Stores the Wi-Fi network of later attempts; the live connection stays as it is.

    `ssid`: str of 1 to 32 bytes. `key`: str, "" or None for an open network, or bytes as
    `net.getcurrentconfig()` gives them. ValueError, TypeError: name what is wrong, and nothing
    was stored. OSError: storage is full or broken.
    """
    _save("wificonfig", {"ssid": ssid, "key": key})


def setstaticnetworkconfiguration(ip, netmask, gateway, dns):
    """Stores a static address for later attempts over Wi-Fi and Ethernet.

    Dotted quads as str; `dns` one or a list of one or two. Errors as `setwificonfiguration`.
    """
    _save("staticconfig", {"ip": ip, "netmask": netmask, "gateway": gateway, "dns": dns})


def setproxy(type, address, port, username=None, password=None):
    """Stores the proxy for later attempts over Wi-Fi and Ethernet.

    `type`: PROXY_TYPE_HTTP. `address`: name or IPv4 address of at most 64 bytes. `port`: 1 to
    65535. `username` and `password`: both, of at most 32 bytes each, or neither. Errors as
    `setwificonfiguration`.
    """
    if (username is None) != (password is None):
        raise ValueError("password: comes with its username, or not at all")
    _save(
        "proxyconfig",
        {
            "type": type,
            "address": address,
            "port": port,
            "username": username,
            "password": password,
        },
    )


def setapn(apn):
    """Stores the access point name (str) of later cellular attempts. Errors as
    `setwificonfiguration`."""
    _save("cellconfig", {"apn": apn})


def clearconfiguration(action=CONFIG_ALL):
    """Erases stored settings; a live connection stays until it ends.

    `action`: CONFIG_WIFI, CONFIG_STATIC_NETWORK, CONFIG_PROXY, a sum of these, or CONFIG_ALL,
    which erases the APN, too. The broker and the user's configuration stay. ValueError: none of
    these.
    """
    if isinstance(action, bool) or not isinstance(action, int) or not 1 <= action <= CONFIG_ALL:
        raise ValueError("action: must be one of the CONFIG_ constants")
    for i, name in enumerate(("wificonfig", "staticconfig", "proxyconfig", "cellconfig")):
        if action & 1 << i:
            _saving().save_block(name, None)


def setuserconfiguration(config):
    """Stores `config` (bytes or str) in place of what was there; None erases.

    TypeError: another type. ValueError: over 4096 bytes. OSError: storage is full or broken.
    """
    if config is not None and not isinstance(config, (bytes, bytearray, str)):
        raise TypeError("config: must be bytes or str")
    _saving().save_user(config)


def getuserconfiguration():
    """What `setuserconfiguration` stored, as bytes or str, or None."""
    return _saving().load_user()


def setsendbuffersize(size):
    """Lets the send buffer grow to `size` bytes (int), at most 30 KB. Returns the size before.

    It never shrinks, and begins anew with 3456 at each boot. TypeError, ValueError: not a size.
    """
    return _connection.get().session.grow(size)


def _save(name, block):
    _saving().save_block(name, _nic.check_block(name, block))


def wakeup(interval, callback):
    """Calls `callback()` in `interval` seconds (int or float, 0 to 10737418), once.

    Returns what `cancelwakeup` takes. ValueError, TypeError: name what is wrong.
    """
    if isinstance(interval, bool) or not isinstance(interval, (int, float)):
        raise TypeError("interval: must be a number of seconds")
    if not 0 <= interval <= 10737418:
        raise ValueError("interval: must be 0 to 10737418 s")
    if not callable(callback):
        raise TypeError("callback: not callable")
    return _timers().start(int(interval * 1000), callback)


def cancelwakeup(timer):
    """Takes `wakeup` back. Nothing happens when it is too late for that. TypeError: no timer."""
    _timers().cancel(timer)


def onidle(callback):
    """Calls `callback()` once, as soon as no attempt or send runs and no message from the server
    waits: between two byte codes of the code that runs then, if any does.

    A second call replaces the first; None cancels. TypeError: not callable.
    """
    _check_callback(callback)
    _timers().on_idle(callback, _connection.get().is_idle)


def scanwifinetworks(callback=None):
    """The access points in reach, as a list of dicts: `ssid`, `bssid` (12 hex digits), `channel`,
    `rssi` (dBm), `open` (bool).

    Without `callback` it waits for the result and returns it; with one it returns at once, and
    `callback(networks)` is called later. Wi-Fi that is off is switched on for as long as it
    takes. RuntimeError: a scan is running. ValueError: this board has no Wi-Fi. OSError: Wi-Fi is
    busy joining a network.
    """
    from connectwith.local import scan

    return scan.start(callback)


def _saving():
    from connectwith.settings import saving  # its memory is better spent where nothing is stored

    return saving


def _timers():
    from connectwith.local import timers

    return timers.get()
