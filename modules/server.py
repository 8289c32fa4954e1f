# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The connection to the server, as on an imp.

Result codes, send errors and policies are attributes of this module. Everything that takes time
happens in the background, and its outcome comes to a callback.
"""

import json

from connectwith import controller
from connectwith.results import (  # noqa: F401 - they are the API
    NO_IP_ADDRESS,
    NO_LINK,
    NO_MODEM,
    NO_PPP_CONNECTION,
    NO_PROXY,
    NO_REGISTRATION,
    NO_SERVER,
    NO_WIFI,
    NOT_AUTHORISED,
    NOT_CONNECTED,
    NOT_RESOLVED,
    PPP_NO_CONNECTIVITY,
    REGISTRATION_DENIED,
    RETURN_ON_ERROR,
    RETURN_ON_ERROR_NO_DISCONNECT,
    SEND_ERROR_DISCONNECTED,
    SEND_ERROR_NOT_CONNECTED,
    SEND_ERROR_TIMEOUT,
    SEND_ERROR_WOULDBLOCK,
    SERVER_CONNECTED,
    SIM_ERROR,
    SUSPEND_ON_ERROR,
    WAIT_FOR_ACK,
    WAIT_TIL_SENT,
)


def setsendtimeoutpolicy(reconnectpolicy, waitpolicy, timeout):
    """How sends and lost connections are handled until the next boot.

    `timeout` (int or float, seconds) bounds how long a send may block. ValueError: not a policy.
    At start-up: SUSPEND_ON_ERROR, WAIT_TIL_SENT, 30.
    """
    controller.get().set_policy(reconnectpolicy, waitpolicy, timeout)


def connectwith(nic, callback=None, timeout=None):
    """Connects over the interface that `nic` (dict) names, with its settings. Returns at once.

    `callback(result, interface)` is called once, later, with a result code and the NIC's own
    interface name. It is not called when a newer call or `disconnect()` replaces this attempt.
    `timeout` in seconds bounds the whole attempt: 60 by default, 120 for cellular.
    An existing connection is closed and its interface powered down first; it does not come back.

    RuntimeError: the policy is SUSPEND_ON_ERROR, or no server is set (`imp.cloud.configure`).
    ValueError, TypeError: name what is wrong. Nothing has been touched then.
    """
    controller.get().connectwith(nic, callback, timeout)


def disconnect():
    """Closes the connection and powers its interface down; ends an attempt without a callback."""
    controller.get().disconnect()


def isconnected():
    """Whether the server has accepted the session and nothing has ended it since."""
    return controller.get().is_connected()


def log(msg):
    """Sends a message to the log. Returns 0 or a SEND_ERROR_ code.

    Offline it returns SEND_ERROR_NOT_CONNECTED at once under every policy, and the message is
    lost. (An imp connects by itself under SUSPEND_ON_ERROR, with the stored network settings.)
    """
    return _report("log", msg)


def error(msg):
    """Like `log()`, marked as an error."""
    return _report("error", msg)


def _report(name, msg):
    control = controller.get()
    if not control.is_connected():
        return SEND_ERROR_NOT_CONNECTED
    if not isinstance(msg, str):
        msg = str(msg)
    return control.send(name, json.dumps(msg).encode())
