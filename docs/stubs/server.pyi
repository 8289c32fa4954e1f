# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The connection to the server, as on an imp.

Result codes, send errors and policies are attributes of this module. Work that takes time runs in
the background and reports its result to a callback.
"""

from collections.abc import Callable
from typing import Final, Literal, NoReturn, NotRequired, TypedDict, type_check_only

from connectwith.api import aio as aio

NOT_CONNECTED: Final = 0
NO_WIFI: Final = 1
NO_LINK: Final = 1
NO_IP_ADDRESS: Final = 2
NOT_RESOLVED: Final = 3
NO_SERVER: Final = 4
SERVER_CONNECTED: Final = 5
NO_PROXY: Final = 6
NOT_AUTHORISED: Final = 7
NO_MODEM: Final = 8
SIM_ERROR: Final = 9
NO_REGISTRATION: Final = 10
REGISTRATION_DENIED: Final = 11
NO_PPP_CONNECTION: Final = 12
PPP_NO_CONNECTIVITY: Final = 13

SEND_ERROR_NOT_CONNECTED: Final = 1
SEND_ERROR_TIMEOUT: Final = 2
SEND_ERROR_DISCONNECTED: Final = 3
SEND_ERROR_WOULDBLOCK: Final = 4

SUSPEND_ON_ERROR: Final = 0
RETURN_ON_ERROR: Final = 1
RETURN_ON_ERROR_NO_DISCONNECT: Final = 2

WAIT_TIL_SENT: Final = 0
WAIT_FOR_ACK: Final = 1

SHUTDOWN_NEWSQUIRREL: Final = 1
SHUTDOWN_NEWFIRMWARE: Final = 2
SHUTDOWN_OTHER: Final = 3

# The classes of this file are types of dicts, for annotations. The board has none of them.
@type_check_only
class _WifiConfig(TypedDict):
    ssid: str
    key: str | bytes | bytearray | None

@type_check_only
class _StaticConfig(TypedDict):
    ip: str
    netmask: str
    gateway: str
    dns: str | list[str] | tuple[str, ...]

@type_check_only
class _ProxyConfig(TypedDict):
    type: NotRequired[int | None]
    address: str
    port: int
    username: NotRequired[str | None]
    password: NotRequired[str | bytes | bytearray | None]

@type_check_only
class _CellConfig(TypedDict):
    apn: str
    username: NotRequired[str | None]
    password: NotRequired[str | bytes | bytearray | None]
    auth: NotRequired[Literal["none", "pap", "chap"] | None]
    pin: NotRequired[str | bytes | bytearray | None]

@type_check_only
class _NIC(TypedDict):
    interface: Literal["wifi", "wl0", "ethernet", "eth0", "cell", "cell0", "cell1"]
    wificonfig: NotRequired[_WifiConfig | None]
    staticconfig: NotRequired[_StaticConfig | None]
    proxyconfig: NotRequired[_ProxyConfig | None]
    cellconfig: NotRequired[_CellConfig | None]

def setsendtimeoutpolicy(reconnectpolicy: int, waitpolicy: int, timeout: float) -> None:
    """How sends and lost connections are handled until the next boot.

    SUSPEND_ON_ERROR: a send without a connection connects first, with the stored settings. After a
    loss the user's code stops until the device is connected again. If that takes longer than one
    minute, the device enters deep sleep, and boots 9 minutes later. RETURN_ON_ERROR: the firmware
    reconnects in the background for one minute. Sends return an error until it is connected. A
    send that takes longer than `timeout` closes the connection.
    RETURN_ON_ERROR_NO_DISCONNECT: the same, but such a send does not close the connection.

    WAIT_TIL_SENT: a send returns when the message is in the send buffer. WAIT_FOR_ACK: when the
    server has acknowledged it.

    `timeout` (int or float, seconds) bounds how long a send may block. ValueError: not a policy.
    The values at start-up are SUSPEND_ON_ERROR, WAIT_TIL_SENT and 30.
    """

def connectwith(
    nic: _NIC, callback: Callable[[int, str], object] | None = None, timeout: float | None = None
) -> None:
    """Connects over the interface that `nic` (dict) names, with its settings. Returns at once.

    `callback(result, interface)` is called once, later, with a result code and the NIC's own
    interface name. It is not called when a newer call or `disconnect()` replaces this attempt.
    `timeout` in seconds bounds the whole attempt: 60 by default, 120 for cellular.
    An existing connection is closed first and its interface is powered down. It is not restored if
    the attempt fails.

    RuntimeError: the policy is SUSPEND_ON_ERROR, or no server is set (`imp.cloud.configure`).
    ValueError, TypeError: the text names the bad argument, and nothing has changed.
    """

def connect(callback: Callable[[int], object] | None = None, timeout: float | None = None) -> None:
    """Connects with the stored settings: over Ethernet, Wi-Fi, then cellular, until one works.

    `callback(result)` is called once, later, as with `connectwith`. If the device is connected
    already, the connection stays and the callback is not called. `timeout` in seconds bounds all
    interfaces together. Without it each interface has its own default, as in `connectwith`. Under
    SUSPEND_ON_ERROR both arguments are ignored, and the call returns when the device is connected
    (see `setsendtimeoutpolicy`).

    RuntimeError: no server is set. ValueError, TypeError: the text names the bad argument.
    """

def disconnect() -> None:
    """Closes the connection and powers its interface down. An attempt under way is ended, and its
    callback is not called."""

def isconnected() -> bool:
    """Whether the server has accepted the session, and the session has not ended since."""

def flush(timeout: float) -> bool:
    """Waits up to `timeout` s until all messages are acknowledged. Returns whether they are.

    After False the messages may still arrive, and the connection stays as it is. ValueError: not a
    timeout.
    """

def onunexpecteddisconnect(callback: Callable[[int], object] | None) -> None:
    """`callback(result)` is called when a lost connection could not be restored. The firmware
    tries for one minute to get a session that lasts 30 s: with the same NIC, after `connect` over
    all interfaces in their order. `result` is the result code of the failure. None: no callback.

    Never called under SUSPEND_ON_ERROR, or after `disconnect()`. TypeError: not callable.
    """

def onshutdown(callback: Callable[[int], object] | None) -> None:
    """`callback(reason)` is called when the server asks for a restart, and replaces the restart.

    `reason` is a SHUTDOWN_ constant. The user's code calls `restart()` when it is ready. None: the
    device restarts at once, which is the default. TypeError: not callable.
    """

def restart() -> NoReturn:
    """Closes the connection and resets the device."""

def log(msg: object) -> int:
    """Sends a message to the log. Returns 0 or a SEND_ERROR_ code. ValueError: over 256 KB.

    `setsendtimeoutpolicy` describes what a send does offline, after a loss, and when the send
    buffer is full. A message that was not sent is not stored.
    """

def error(msg: object) -> int:
    """Like `log()`, marked as an error."""

def sleepfor(sleeptime: float) -> NoReturn:
    """`flush()`, then `disconnect()`, then deep sleep for `sleeptime` seconds (int or float, 0 to
    2147483). Does not return: the device boots afterwards.

    What is sent is waited for during the timeout of sends at most, and a modem for a minute until
    it is off. `nv` is kept. TypeError, ValueError: of `sleeptime`, or what `nv` cannot keep;
    nothing has changed then.
    """

def sleepuntil(hour: int, minute: int, second: int = 0, dayofweek: int | None = None) -> NoReturn:
    """`sleepfor()` until that time of day (UTC), the next one that is not now.

    `hour`: int, 0 to 23. `minute`, `second`: int, 0 to 59. `dayofweek`: `imp.SUNDAY` (0) to
    `imp.SATURDAY` (6), None for any. RuntimeError: the clock is not set. TypeError, ValueError:
    name what is wrong.
    """
