# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Functions of `imp` that few programs call. `imp` loads them at the first use of one.

Meanings after Electric Imp's reference, developer.electricimp.com/api/imp/<name>.
"""

import time as _time

import _connectwith

from connectwith import connection as _connection

# What `environment()` returns.
ENVIRONMENT_CARD = 0
ENVIRONMENT_MODULE = 1
ENVIRONMENT_AGENT = 2

# Days, for `deepsleepuntil` and `server.sleepuntil`.
SUNDAY = 0
MONDAY = 1
TUESDAY = 2
WEDNESDAY = 3
THURSDAY = 4
FRIDAY = 5
SATURDAY = 6


def sleep(sleeptime):
    """Waits for `sleeptime` seconds (int or float, 0 to 2147483). Callbacks run meanwhile.

    Up to 20 ms it is exact to some microseconds, above that to a millisecond. TypeError,
    ValueError: not a time.
    """
    if isinstance(sleeptime, bool) or not isinstance(sleeptime, (int, float)):
        raise TypeError("sleeptime: must be a number of seconds")
    if not 0 <= sleeptime <= 2147483:
        raise ValueError("sleeptime: must be 0 to 2147483 s")
    if sleeptime <= 0.02:
        _time.sleep_us(int(sleeptime * 1000000))
    else:
        _time.sleep_ms(int(sleeptime * 1000))


def deepsleepfor(sleeptime):
    """`server.sleepfor()` without the `flush()`: what has not been sent yet is lost."""
    from connectwith.connection import deep_sleep

    deep_sleep.enter(_connection.get(), deep_sleep.duration_ms(sleeptime), False)


def deepsleepuntil(hour, minute, second=0, day=None):
    """`server.sleepuntil()` without the `flush()`: what has not been sent yet is lost."""
    from connectwith.connection import deep_sleep

    sleep_ms = deep_sleep.until_ms(hour, minute, second, day)
    deep_sleep.enter(_connection.get(), sleep_ms, False, True)


def getmacaddress():
    """The MAC address of Wi-Fi: str of 12 hex digits."""
    return _wifi()["macaddress"]


def getssid():
    """The SSID (str) of the stored Wi-Fi network, which need not be the one in use; "" if none is
    stored."""
    return _wifi().get("ssid", "")


def getbssid():
    """The BSSID of the access point in use: str of 12 hex digits, zeros while Wi-Fi is off."""
    return _wifi().get("bssid", "000000000000")


def rssi():
    """The signal of the access point in use in dBm (int, below 0), 0 while Wi-Fi is off."""
    return _wifi().get("rssi", 0)


def getmemoryfree():
    """The free bytes (int) of MicroPython's heap. Garbage is collected first, which takes some
    milliseconds, more with PSRAM."""
    import gc

    gc.collect()
    return gc.mem_free()


def getsoftwareversion():
    """The firmware's name and version: "connectwith - release-0.1.0". As on an imp, the version
    stands between the second hyphen and the third, if there is one."""
    return "connectwith - release-" + _connectwith.VERSION


def environment():
    """ENVIRONMENT_MODULE: what runs here is no imp card and no agent."""
    return ENVIRONMENT_MODULE


def getpowersave():
    """Whether Wi-Fi saves power (bool). Unlike an imp's it does from the boot on.

    ValueError: this board has no Wi-Fi.
    """
    wlan = _wlan()
    return wlan.config("pm") != wlan.PM_NONE


def setpowersave(state):
    """Has Wi-Fi save power (True), or receive all the time (False), until the next boot.

    Saving delays what comes by one beacon's interval or some, 0.1 to 0.3 s as a rule. TypeError:
    not a bool. ValueError: this board has no Wi-Fi.
    """
    from connectwith import links

    _check_bool("state", state)
    wlan = _wlan()
    pm = wlan.PM_PERFORMANCE if state else wlan.PM_NONE
    wlan.config(pm=pm)
    links.power_saving = pm


def getcountry():
    """The region of Wi-Fi: "00003130", ESP-IDF's world safe mode "01" in the form of an imp. The
    channels are those that the access point's country has."""
    return "00003130"


def setcountry(regioncode):
    """Raises NotImplementedError: the region follows the access point. (On an imp, only firmware
    of a factory may call it.)"""
    raise NotImplementedError("the region follows the access point")


def enableblinkup(enabled):
    """Does nothing: there is no BlinkUp here. TypeError: not a bool."""
    _check_bool("enabled", enabled)


def _check_bool(name, value):
    if not isinstance(value, bool):
        raise TypeError(name + ": must be a bool")


def _wifi():
    from connectwith.diagnostics import info

    return info.wifi(_connection.get())


def _wlan():
    import network

    if not hasattr(network, "WLAN"):
        raise ValueError("interface: this board has no Wi-Fi")
    return network.WLAN(network.WLAN.IF_STA)
