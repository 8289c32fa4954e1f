# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The device, as on an imp. `imp.cloud`, `imp.diag` and `imp.uplink` are additions of this
firmware."""

from collections.abc import Callable
from typing import Any, Final, NoReturn, TypedDict, type_check_only

from connectwith.api import imp_cloud, imp_diag, imp_net, imp_uplink
from connectwith.local.timers import Timer as _Timer

cloud = imp_cloud
diag = imp_diag
uplink = imp_uplink
net = imp_net

PROXY_TYPE_HTTP: Final = 0

CONFIG_WIFI: Final = 1
CONFIG_STATIC_NETWORK: Final = 2
CONFIG_PROXY: Final = 4
CONFIG_ALL: Final = 15

ENVIRONMENT_CARD: Final = 0
ENVIRONMENT_MODULE: Final = 1
ENVIRONMENT_AGENT: Final = 2

SUNDAY: Final = 0
MONDAY: Final = 1
TUESDAY: Final = 2
WEDNESDAY: Final = 3
THURSDAY: Final = 4
FRIDAY: Final = 5
SATURDAY: Final = 6

# The type of a dict, for annotations. The board has none of it.
@type_check_only
class _Network(TypedDict):
    ssid: str | bytes  # bytes: it is not UTF-8
    bssid: str
    channel: int
    rssi: int
    open: bool

def setwificonfiguration(ssid: str, key: str | bytes | bytearray | None) -> None:
    """Stores the Wi-Fi network of later attempts. A live connection does not change.

    `ssid`: str of 1 to 32 bytes. `key`: str, "" or None for an open network, or bytes as
    `net.getcurrentconfig()` returns them. ValueError, TypeError: the text names the bad argument,
    and nothing was stored. OSError: the flash is full or broken.
    """

def setstaticnetworkconfiguration(
    ip: str, netmask: str, gateway: str, dns: str | list[str] | tuple[str, ...]
) -> None:
    """Stores a static address for later attempts over Wi-Fi and Ethernet.

    The addresses are dotted quads (str). `dns` is one address or a list of one or two. Errors: as
    `setwificonfiguration`.
    """

def setproxy(
    type: int,
    address: str,
    port: int,
    username: str | None = None,
    password: str | bytes | bytearray | None = None,
) -> None:
    """Stores the proxy for later attempts over Wi-Fi and Ethernet.

    `type`: PROXY_TYPE_HTTP. `address`: host name or IPv4 address, at most 64 bytes. `port`: 1 to
    65535. `username` and `password`: both, at most 32 bytes each, or neither. Errors: as
    `setwificonfiguration`.
    """

def setapn(apn: str) -> None:
    """Stores the access point name (str) of later cellular attempts. Errors: as
    `setwificonfiguration`."""

def clearconfiguration(action: int = CONFIG_ALL) -> None:
    """Erases stored settings. A live connection continues until it ends.

    `action`: CONFIG_WIFI, CONFIG_STATIC_NETWORK, CONFIG_PROXY, a sum of these, or CONFIG_ALL,
    which erases the APN, too. The settings of the broker and the user's configuration are kept.
    ValueError: not such a value.
    """

def setuserconfiguration(config: bytes | bytearray | str | None) -> None:
    """Stores `config` (bytes or str) as the user's configuration. None erases it.

    TypeError: another type. ValueError: over 4096 bytes. OSError: the flash is full or broken.
    """

# Any: the program knows which of the types it has stored, if any.
def getuserconfiguration() -> Any:
    """The value that `setuserconfiguration` stored, as bytes or str, or None."""

def setsendbuffersize(size: int) -> int:
    """Lets the send buffer grow to `size` bytes (int), at most 30 KB. Returns the size before.

    The size is 3456 bytes at boot and never shrinks. TypeError, ValueError: not a size.
    """

def wakeup(interval: float, callback: Callable[[], object]) -> _Timer:
    """Calls `callback()` once, in `interval` seconds (int or float, 0 to 10737418).

    Returns a timer for `cancelwakeup`. ValueError, TypeError: the text names the bad argument.
    """

def cancelwakeup(timer: _Timer) -> None:
    """Cancels a timer of `wakeup`. One that has run or was cancelled is ignored. TypeError: not a
    timer."""

def onidle(callback: Callable[[], object] | None) -> None:
    """Calls `callback()` once, when no attempt and no send runs and no message from the server
    waits. The scheduler of MicroPython makes the call.

    A second call replaces the first. None cancels it. TypeError: not callable.
    """

# Any: None with a callback.
def scanwifinetworks(
    callback: Callable[[list[_Network]], object] | None = None,
) -> list[_Network] | Any:
    """Scans for access points. The result is a list of dicts: `ssid`, `bssid` (12 hex digits),
    `channel`, `rssi` (dBm), `open` (bool).

    Without `callback` the call waits for the result and returns it. With one it returns at once,
    and `callback(networks)` is called later. If Wi-Fi is off, it is switched on during the scan.
    RuntimeError: a scan is running. ValueError: this board has no Wi-Fi. OSError: Wi-Fi is joining
    a network.
    """

def sleep(sleeptime: float) -> None:
    """Waits for `sleeptime` seconds (int or float, 0 to 2147483). Callbacks run meanwhile.

    Up to 20 ms it is exact to some microseconds, above that to a millisecond. TypeError,
    ValueError: not a time.
    """

def deepsleepfor(sleeptime: float) -> NoReturn:
    """`server.sleepfor()` without the `flush()`: what has not been sent yet is lost."""

def deepsleepuntil(hour: int, minute: int, second: int = 0, day: int | None = None) -> NoReturn:
    """`server.sleepuntil()` without the `flush()`: what has not been sent yet is lost."""

def getmacaddress() -> str:
    """The MAC address of Wi-Fi: str of 12 hex digits."""

def getssid() -> str:
    """The SSID (str) of the stored Wi-Fi network, which need not be the one in use; "" if none is
    stored."""

def getbssid() -> str:
    """The BSSID of the access point in use: str of 12 hex digits, zeros while Wi-Fi is off."""

def rssi() -> int:
    """The signal of the access point in use in dBm (int, below 0), 0 while Wi-Fi is off."""

def getmemoryfree() -> int:
    """The free bytes (int) of MicroPython's heap. Garbage is collected first, which takes some
    milliseconds, more with PSRAM."""

def getsoftwareversion() -> str:
    """The firmware's name and version: "connectwith - release-0.1.0". As on an imp, the version
    stands between the second hyphen and the third, if there is one."""

def environment() -> int:
    """ENVIRONMENT_MODULE: what runs here is no imp card and no agent."""

def getpowersave() -> bool:
    """Whether Wi-Fi saves power (bool). Unlike an imp's it does from the boot on.

    ValueError: this board has no Wi-Fi.
    """

def setpowersave(state: bool) -> None:
    """Has Wi-Fi save power (True), or receive all the time (False), until the next boot.

    Saving delays what comes by one beacon's interval or some, 0.1 to 0.3 s as a rule. TypeError:
    not a bool. ValueError: this board has no Wi-Fi.
    """

def getcountry() -> str:
    """The region of Wi-Fi: "00003130", ESP-IDF's world safe mode "01" in the form of an imp. The
    channels are those that the access point's country has."""

def setcountry(regioncode: str) -> NoReturn:
    """Raises NotImplementedError: the region follows the access point. (On an imp, only firmware
    of a factory may call it.)"""

def enableblinkup(enabled: bool) -> None:
    """Does nothing: there is no BlinkUp here. TypeError: not a bool."""
