# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The device, as on an imp. `imp.cloud` and `imp.diag` are additions of this firmware."""

import _connectwith
from connectwith import cloud as _cloud
from connectwith import controller as _controller
from connectwith import nic as _nic
from connectwith import store as _store
from micropython import const

PROXY_TYPE_HTTP = const(0)

CONFIG_WIFI = const(1)
CONFIG_STATIC_NETWORK = const(2)
CONFIG_PROXY = const(4)
CONFIG_ALL = const(15)


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
    block = {"type": type, "address": address, "port": port}
    block["username"] = username
    block["password"] = password
    _save("proxyconfig", block)


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
            _store.save_block(name, None)


def setuserconfiguration(config):
    """Stores `config` (bytes or str) in place of what was there; None erases.

    TypeError: another type. ValueError: over 4096 bytes. OSError: storage is full or broken.
    """
    if config is not None:
        if not isinstance(config, (bytes, bytearray, str)):
            raise TypeError("config: must be bytes or str")
        if len(config if not isinstance(config, str) else config.encode()) > _store.USER_MAX:
            raise ValueError("config: over 4096 bytes")
    _store.save_user(config)


def getuserconfiguration():
    """What `setuserconfiguration` stored, as bytes or str, or None."""
    return _store.load_user()


def setsendbuffersize(size):
    """Lets the send buffer grow to `size` bytes (int), at most 30 KB. Returns the size before.

    It never shrinks, and begins anew with 3456 at each boot. TypeError, ValueError: not a size.
    """
    return _controller.get().set_send_buffer(size)


def _save(name, block):
    _store.save_block(name, _nic.check_block(name, block))


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
    """Calls `callback()` once, as soon as no code runs and no message from the server waits.

    A second call replaces the first; None cancels. TypeError: not callable.
    """
    _controller.check_callback(callback)
    _timers().on_idle(callback, _controller.get().is_idle)


def scanwifinetworks(callback=None):
    """The access points in reach, as a list of dicts: `ssid`, `bssid` (12 hex digits), `channel`,
    `rssi` (dBm), `open` (bool).

    Without `callback` it waits for the result and returns it; with one it returns at once, and
    `callback(networks)` is called later. Wi-Fi that is off is switched on for as long as it
    takes. RuntimeError: a scan is running. ValueError: this board has no Wi-Fi. OSError: Wi-Fi is
    busy joining a network.
    """
    from connectwith import scan

    return scan.start(callback)


def _timers():
    from connectwith import timers

    return timers.get()


class net:
    """Inspection of the network, and interfaces for the local one."""

    # States of an interface.
    UNKNOWN = const(-1)
    STARTING = const(0)
    CONNECTED = const(1)
    WIFI_SCANNING = const(100)
    WIFI_JOINING = const(101)
    WIFI_WPSING = const(102)
    WIFI_LINK_UP = const(103)
    WIFI_DHCPING = const(104)
    WIFI_STOPPED = const(105)
    WIFI_STOPPED_UNHAPPY = const(106)
    ETHERNET_LINK_UP = const(200)
    ETHERNET_DHCPING = const(201)
    ETHERNET_STOPPED = const(202)
    ETHERNET_STOPPED_UNHAPPY = const(203)
    ETHERNET_STOPPED_NO_LINK = const(204)
    CELLULAR_PINGING = const(300)
    CELLULAR_WAITING_FOR_SIM = const(301)
    CELLULAR_PPP_CONNECTING = const(302)
    CELLULAR_REGISTERING = const(303)
    CELLULAR_REGISTRATION_DENIED = const(304)
    CELLULAR_STOPPED = const(305)
    CELLULAR_STOPPED_UNHAPPY = const(306)

    @staticmethod
    def info():
        """What the network is like now, as a new dict without secrets.

        `interface`: a list of dicts, one for each interface of this board: `type` ("wifi",
        "ethernet", "cell"), `macaddress`, `ssid` (stored), `connectedssid`, `rssi`, `channel`,
        `apn` (used last), each where it is known. `active`: index into it, only while connected
        to the server. `ipv4`: `address`, `netmask`, `broadcast`, `gateway`, `dnsserver`,
        `dhcpserver` (not with a static address), `proxy`, `server`, of Wi-Fi or Ethernet.
        `lasterror`: result code of the last failure, not while connected.
        """
        from connectwith import info

        return info.report(_controller.get())

    @staticmethod
    def open(nic, callback=None):
        """Brings an interface up for the local network only. Returns an object for it.

        It stays up as long as the object is referenced, or until its `close()`, beside the
        connection to the server and in spite of its loss. `callback(state)` is called when its
        state changes; so is `getstate()`. `getiptable()` has its addresses, and
        `openudp(callback, localport)` gives a UDP socket. ValueError, TypeError: name what is
        wrong, settings for an interface in use among it. RuntimeError: too many are open.
        """
        from connectwith import local

        return local.open_(nic, callback)

    @staticmethod
    def getcurrentconfig():
        """The NIC of the connection, else of the last one that succeeded; before that, of what is
        stored for Wi-Fi or else cellular, or None.

        A new dict at each call. Secrets in it are bytes which open on this device only; it can
        be stored and given to `server.connectwith` as it is.
        """
        return _controller.get().current_config()

    @staticmethod
    def setserverinterfaces(identifiers):
        """The order in which `server.connect` tries interfaces, until the next boot.

        `identifiers`: list of names as in a NIC. What this board lacks is skipped; when all have
        failed, those of the default order that are left are tried. An empty list: the default
        order. TypeError: not a list of str. ValueError: unknown name.
        """
        _controller.get().set_interfaces(identifiers)

    @staticmethod
    def getserverinterfaces():
        """That order as a list of "ethernet", "wifi" and "cell"."""
        return _controller.get().get_interfaces()


class cloud:
    """Which MQTT broker is the server."""

    @staticmethod
    def configure(url, ca=None, username=None, password=None, clientid=None, cert=None, key=None):
        """Stores the broker for all later attempts, also after a reboot.

        `url`: `mqtts://host[:port]`, port 8883 by default. `mqtt://` works and is not encrypted.
        `ca`: PEM or DER of the authority that has signed the broker's certificate; `cert` and
        `key`: the same of this device, where the broker asks for one.
        ValueError, TypeError: name what is wrong. OSError: storage is full or broken.
        """
        settings = _cloud.check(url, ca, username, password, clientid, cert, key)
        if not settings.secure:
            print("imp.cloud: mqtt:// sends everything in the clear, passwords included")
        if password is not None:
            bound = _cloud.context(settings, "password")
            settings.password = _connectwith.seal(password.encode(), bound)
        if key is not None:
            settings.key = _connectwith.seal(settings.key, _cloud.context(settings, "key"))
        _store.save_cloud(settings)


class diag:
    """What happened and why. Nothing here holds a secret."""

    @staticmethod
    def lastattempt():
        """The last attempt, also while it runs, as a dict; None before the first.

        `interface`, `result` and `name` (None while it runs), `stages`: a list of (name, ms),
        `ms`: all of them, `cause`: what the driver, TLS or the server said, or None. `tries`: of
        `server.connect`, the result of each interface that has ended.
        """
        return _controller.get().diag.last()

    @staticmethod
    def ontransition(callback):
        """`callback(stage, ms)` is called when a stage (str) has ended; None for no callback."""
        if callback is not None and not callable(callback):
            raise TypeError("callback: not callable")
        _controller.get().diag.watcher = callback

    @staticmethod
    def counters():
        """Since the boot, as a dict: `attempts`, `successes`, `losses` of a session, and why the
        last of these happened as `lastloss` (str or None)."""
        return _controller.get().diag.counters()

    @staticmethod
    def keysource():
        """Where the key of sealed values comes from: efuse-hmac, nvs-encrypted or nvs-plain."""
        return _connectwith.key_source()
