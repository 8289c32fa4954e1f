# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The connection to the server, as on an imp.

Result codes, send errors and policies are attributes of this module. Work that takes time runs in
the background and reports its result to a callback.
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
    if name == "aio":
        from connectwith.api import aio as part  # imports asyncio, which few programs use
    elif name in ("sleepfor", "sleepuntil"):
        from connectwith.api import server_sleep

        part = getattr(server_sleep, name)
    else:
        raise AttributeError("module 'server' has no attribute '" + name + "'")
    return part


def setsendtimeoutpolicy(reconnectpolicy, waitpolicy, timeout):
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
    connection.get().set_policy(reconnectpolicy, waitpolicy, timeout)


def connectwith(nic, callback=None, timeout=None):
    """Connects over the interface that `nic` (dict) names, with its settings. Returns at once.

    `callback(result, interface)` is called once, later, with a result code and the NIC's own
    interface name. It is not called when a newer call or `disconnect()` replaces this attempt.
    `timeout` in seconds bounds the whole attempt: 60 by default, 120 for cellular.
    An existing connection is closed first and its interface is powered down. It is not restored if
    the attempt fails.

    RuntimeError: the policy is SUSPEND_ON_ERROR, or no server is set (`imp.cloud.configure`).
    ValueError, TypeError: the text names the bad argument, and nothing has changed.
    """
    connection.get().connectwith(nic, callback, timeout)


def connect(callback=None, timeout=None):
    """Connects with the stored settings: over Ethernet, Wi-Fi, then cellular, until one works.

    `callback(result)` is called once, later, as with `connectwith`. If the device is connected
    already, the connection stays and the callback is not called. `timeout` in seconds bounds all
    interfaces together. Without it each interface has its own default, as in `connectwith`. Under
    SUSPEND_ON_ERROR both arguments are ignored, and the call returns when the device is connected
    (see `setsendtimeoutpolicy`).

    RuntimeError: no server is set. ValueError, TypeError: the text names the bad argument.
    """
    from connectwith.connection import failover

    failover.connect(connection.get(), callback, timeout)


def disconnect():
    """Closes the connection and powers its interface down. An attempt under way is ended, and its
    callback is not called."""
    connection.get().disconnect()


def isconnected():
    """Whether the server has accepted the session, and the session has not ended since."""
    return connection.get().is_connected()


def flush(timeout):
    """Waits up to `timeout` s until all messages are acknowledged. Returns whether they are.

    After False the messages may still arrive, and the connection stays as it is. ValueError: not a
    timeout.
    """
    return connection.get().flush(timeout)


def onunexpecteddisconnect(callback):
    """`callback(result)` is called when a lost connection could not be restored. The firmware
    tries for one minute to get a session that lasts 30 s: with the same NIC, after `connect` over
    all interfaces in their order. `result` is the result code of the failure. None: no callback.

    Never called under SUSPEND_ON_ERROR, or after `disconnect()`. TypeError: not callable.
    """
    check_callback(callback)
    connection.get().on_loss = callback


def onshutdown(callback):
    """`callback(reason)` is called when the server asks for a restart, and replaces the restart.

    `reason` is a SHUTDOWN_ constant. The user's code calls `restart()` when it is ready. None: the
    device restarts at once, which is the default. TypeError: not callable.
    """
    check_callback(callback)
    connection.get().on_shutdown = callback


def restart():
    """Closes the connection and resets the device."""
    from connectwith.session import messages

    messages.restart(connection.get())


def log(msg):
    """Sends a message to the log. Returns 0 or a SEND_ERROR_ code. ValueError: over 256 KB.

    `setsendtimeoutpolicy` describes what a send does offline, after a loss, and when the send
    buffer is full. A message that was not sent is not stored.
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
