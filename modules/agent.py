# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Messages between the device and its agent, a client of the broker that uses this device's
topics."""

from connectwith import connection
from connectwith.connection.job import check_callback


def send(name, data):
    """Sends message `name` (str of 1 to 64 bytes).

    `data`: a value of JSON: dict, list, str, int, float, bool or None. Returns 0 or a SEND_ERROR_
    code, as `server.log`. TypeError, ValueError: the text names the bad argument.
    """
    from connectwith.session import messages

    messages.check_name(name)
    return connection.get().send("agent/" + name, messages.pack(data))


def on(name, callback):
    """`callback(data)` is called for each message `name` from the agent. None removes the
    callback.

    A later registration of the same name replaces the earlier one. A message without a callback is
    dropped, with a warning in the log. TypeError, ValueError: the text names the bad argument.
    """
    from connectwith.session import messages

    messages.check_name(name)
    check_callback(callback)
    if callback is not None:
        messages.handlers[name] = callback
    else:
        messages.handlers.pop(name, None)
