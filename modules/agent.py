# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Messages between the device and its agent, a client of the broker that uses this device's
topics."""

from connectwith import connection
from connectwith.connection.job import check_callback


def send(name, data, keep=False):
    """Sends message `name` (str of 1 to 64 bytes).

    `data`: a value of JSON: dict, list, str, int, float, bool or None. Returns 0 or a SEND_ERROR_
    code, as `server.log`. TypeError, ValueError: the text names the bad argument.

    `keep` (bool): the message is stored in flash, at most 8192 bytes of JSON, and is delivered at
    least once, also after resets (docs/uplink.md). 0: it is stored; it is sent when the device is
    connected. SEND_ERROR_WOULDBLOCK: the outbox is full. OSError: the flash is full or broken, and
    the message is not stored. The call waits for the flash and never for the network.
    """
    from connectwith.session import messages

    messages.check_name(name)
    payload = messages.pack(data)
    if not keep:
        return connection.get().send("agent/" + name, payload)
    from connectwith.session import kept

    return kept.keep(connection.get(), name, payload)


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
