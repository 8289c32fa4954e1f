# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The connection to the server, as on an imp.

Result codes, send errors and policies are attributes of this module. Everything that takes time
happens in the background, and its outcome comes to a callback.
"""

import json

from connectwith import connection
from connectwith.connection.job import check_callback
from connectwith.results import *  # noqa: F403 - the API, for dir() and the REPL's Tab key, too

_MESSAGE_MAX = 256 * 1024 - 256

SHUTDOWN_NEWSQUIRREL = 1
SHUTDOWN_NEWFIRMWARE = 2
SHUTDOWN_OTHER = 3


def __getattr__(name):
    if name != "aio":
        raise AttributeError("module 'server' has no attribute '" + name + "'")
    from connectwith.api import aio  # brings asyncio along, which many do without

    return aio


def setsendtimeoutpolicy(reconnectpolicy, waitpolicy, timeout):
    """How sends and lost connections are handled until the next boot.

    SUSPEND_ON_ERROR: a send without a connection makes one, with the stored settings, and a loss
    stops the code; both until there is a connection, or after one minute deep sleep, from which
    the device boots after 9 more. RETURN_ON_ERROR: a loss is repaired in the background for a
    minute, sends return an error, and one that takes over `timeout` closes the connection.
    RETURN_ON_ERROR_NO_DISCONNECT: the same, but that one does not.

    WAIT_TIL_SENT: a send returns when the message is in the send buffer. WAIT_FOR_ACK: when the
    server has acknowledged it.

    `timeout` (int or float, seconds) bounds how long a send may block. ValueError: not a policy.
    At start-up: SUSPEND_ON_ERROR, WAIT_TIL_SENT, 30.
    """
    connection.get().set_policy(reconnectpolicy, waitpolicy, timeout)


def connectwith(nic, callback=None, timeout=None):
    """Connects over the interface that `nic` (dict) names, with its settings. Returns at once.

    `callback(result, interface)` is called once, later, with a result code and the NIC's own
    interface name. It is not called when a newer call or `disconnect()` replaces this attempt.
    `timeout` in seconds bounds the whole attempt: 60 by default, 120 for cellular.
    An existing connection is closed and its interface powered down first; it does not come back.

    RuntimeError: the policy is SUSPEND_ON_ERROR, or no server is set (`imp.cloud.configure`).
    ValueError, TypeError: name what is wrong. Nothing has been touched then.
    """
    connection.get().connectwith(nic, callback, timeout)


def connect(callback=None, timeout=None):
    """Connects with the stored settings, over Ethernet, Wi-Fi or cellular, whatever works first.

    `callback(result)` is called once, later, as with `connectwith`; not at all where there is a
    connection already, which stays. `timeout` in seconds bounds all interfaces together; by
    default each has its own, as in `connectwith`. Under SUSPEND_ON_ERROR both are ignored: the
    call returns when there is a connection (see `setsendtimeoutpolicy`).

    RuntimeError: no server is set. ValueError, TypeError: name what is wrong.
    """
    from connectwith.connection import failover

    failover.connect(connection.get(), callback, timeout)


def disconnect():
    """Closes the connection and powers its interface down; ends an attempt without a callback."""
    connection.get().disconnect()


def isconnected():
    """Whether the server has accepted the session and nothing has ended it since."""
    return connection.get().is_connected()


def flush(timeout):
    """Waits up to `timeout` s until everything sent has been acknowledged. Returns whether it was.

    False does not mean that it is lost, and the connection stays as it is. ValueError: not a
    timeout.
    """
    return connection.get().flush(timeout)


def onunexpecteddisconnect(callback):
    """`callback(result)` is called when a connection was lost and one minute of attempts to get
    it back, with the same NIC, has brought none that held for 30 s. `result` says why. None: no
    callback.

    Never called under SUSPEND_ON_ERROR, or after `disconnect()`. TypeError: not callable.
    """
    check_callback(callback)
    connection.get().on_loss = callback


def onshutdown(callback):
    """`callback(reason)` is called when the server asks for a restart, in place of the restart.

    `reason` is a SHUTDOWN_ constant; the code calls `restart()` when it is ready. None: restart
    at once, as without a call. TypeError: not callable.
    """
    check_callback(callback)
    connection.get().on_shutdown = callback


def restart():
    """Closes the connection and resets the device."""
    from connectwith.session import messages

    messages.restart(connection.get())


def log(msg):
    """Sends a message to the log. Returns 0 or a SEND_ERROR_ code. ValueError: over 256 KB.

    What happens offline, on a loss and with a full send buffer depends on the policy: see
    `setsendtimeoutpolicy`. Nothing is kept for later.
    """
    return _report("log", msg)


def error(msg):
    """Like `log()`, marked as an error."""
    return _report("error", msg)


def _report(name, msg):
    if not isinstance(msg, str):
        msg = str(msg)
    if len(msg) > _MESSAGE_MAX:
        raise ValueError("msg: too long")
    return connection.get().send(name, json.dumps(msg).encode())
