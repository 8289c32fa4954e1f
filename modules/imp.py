# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The device, as on an imp. `imp.cloud`, `imp.diag` and `imp.uplink` are additions of this
firmware."""

from connectwith import connection as _connection
from connectwith.connection.job import check_callback as _check_callback
from connectwith.settings import nic as _nic

PROXY_TYPE_HTTP = 0

CONFIG_WIFI = 1
CONFIG_STATIC_NETWORK = 2
CONFIG_PROXY = 4
CONFIG_ALL = 15


def __getattr__(name):
    # Few programs use all of them. Each occupies memory from its first use on.
    if name == "cloud":
        from connectwith.api import imp_cloud as part
    elif name == "diag":
        from connectwith.api import imp_diag as part
    elif name == "net":
        from connectwith.api import imp_net as part
    elif name == "uplink":
        from connectwith.api import imp_uplink as part
    elif name[0] == "_":
        raise AttributeError(name)
    else:
        from connectwith.api import imp_device

        part = getattr(imp_device, name)
    globals()[name] = part
    return part


def setwificonfiguration(ssid, key):
    """Stores the Wi-Fi network of later attempts. A live connection does not change.

    `ssid`: str of 1 to 32 bytes. `key`: str, "" or None for an open network, or bytes as
    `net.getcurrentconfig()` returns them. ValueError, TypeError: the text names the bad argument,
    and nothing was stored. OSError: the flash is full or broken.
    """
    _save("wificonfig", {"ssid": ssid, "key": key})


def setstaticnetworkconfiguration(ip, netmask, gateway, dns):
    """Stores a static address for later attempts over Wi-Fi and Ethernet.

    The addresses are dotted quads (str). `dns` is one address or a list of one or two. Errors: as
    `setwificonfiguration`.
    """
    _save("staticconfig", {"ip": ip, "netmask": netmask, "gateway": gateway, "dns": dns})


def setproxy(type, address, port, username=None, password=None):
    """Stores the proxy for later attempts over Wi-Fi and Ethernet.

    `type`: PROXY_TYPE_HTTP. `address`: host name or IPv4 address, at most 64 bytes. `port`: 1 to
    65535. `username` and `password`: both, at most 32 bytes each, or neither. Errors: as
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
    """Stores the access point name (str) of later cellular attempts. Errors: as
    `setwificonfiguration`."""
    _save("cellconfig", {"apn": apn})


def clearconfiguration(action=CONFIG_ALL):
    """Erases stored settings. A live connection continues until it ends.

    `action`: CONFIG_WIFI, CONFIG_STATIC_NETWORK, CONFIG_PROXY, a sum of these, or CONFIG_ALL,
    which erases the APN, too. The settings of the broker and the user's configuration are kept.
    ValueError: not such a value.
    """
    if isinstance(action, bool) or not isinstance(action, int) or not 1 <= action <= CONFIG_ALL:
        raise ValueError("action: must be one of the CONFIG_ constants")
    for i, name in enumerate(("wificonfig", "staticconfig", "proxyconfig", "cellconfig")):
        if action & 1 << i:
            _saving().save_block(name, None)


def setuserconfiguration(config):
    """Stores `config` (bytes or str) as the user's configuration. None erases it.

    TypeError: another type. ValueError: over 4096 bytes. OSError: the flash is full or broken.
    """
    if config is not None and not isinstance(config, (bytes, bytearray, str)):
        raise TypeError("config: must be bytes or str")
    _saving().save_user(config)


def getuserconfiguration():
    """The value that `setuserconfiguration` stored, as bytes or str, or None."""
    return _saving().load_user()


def setsendbuffersize(size):
    """Lets the send buffer grow to `size` bytes (int), at most 30 KB. Returns the size before.

    The size is 3456 bytes at boot and never shrinks. TypeError, ValueError: not a size.
    """
    return _connection.get().session.grow(size)


def _save(name, block):
    _saving().save_block(name, _nic.check_block(name, block))


def wakeup(interval, callback):
    """Calls `callback()` once, in `interval` seconds (int or float, 0 to 10737418).

    Returns a timer for `cancelwakeup`. ValueError, TypeError: the text names the bad argument.
    """
    if isinstance(interval, bool) or not isinstance(interval, (int, float)):
        raise TypeError("interval: must be a number of seconds")
    if not 0 <= interval <= 10737418:
        raise ValueError("interval: must be 0 to 10737418 s")
    if not callable(callback):
        raise TypeError("callback: not callable")
    return _timers().start(int(interval * 1000), callback)


def cancelwakeup(timer):
    """Cancels a timer of `wakeup`. One that has run or was cancelled is ignored. TypeError: not a
    timer."""
    _timers().cancel(timer)


def onidle(callback):
    """Calls `callback()` once, when no attempt and no send runs and no message from the server
    waits. The scheduler of MicroPython makes the call.

    A second call replaces the first. None cancels it. TypeError: not callable.
    """
    _check_callback(callback)
    _timers().on_idle(callback, _connection.get().is_idle)


def scanwifinetworks(callback=None):
    """Scans for access points. The result is a list of dicts: `ssid`, `bssid` (12 hex digits),
    `channel`, `rssi` (dBm), `open` (bool).

    Without `callback` the call waits for the result and returns it. With one it returns at once,
    and `callback(networks)` is called later. If Wi-Fi is off, it is switched on during the scan.
    RuntimeError: a scan is running. ValueError: this board has no Wi-Fi. OSError: Wi-Fi is joining
    a network.
    """
    from connectwith.local import scan

    return scan.start(callback)


def _saving():
    from connectwith.settings import saving  # only programs that store settings need it

    return saving


def _timers():
    from connectwith.local import timers

    return timers.get()
