# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Messages between the device and its agent, a client of the broker that uses this device's
topics."""

from collections.abc import Callable
from typing import Any

# What JSON can say; the values of a dict or list are not looked at.
_Json = dict[str, Any] | list[Any] | tuple[Any, ...] | str | float | None

def send(name: str, data: _Json, keep: bool = False) -> int:
    """Sends message `name` (str of 1 to 64 bytes).

    `data`: a value of JSON: dict, list, str, int, float, bool or None. Returns 0 or a SEND_ERROR_
    code, as `server.log`. TypeError, ValueError: the text names the bad argument.

    `keep` (bool): the message is stored in flash, at most 8192 bytes of JSON, and is delivered at
    least once, also after resets (docs/uplink.md). 0: it is stored; it is sent when the device is
    connected. SEND_ERROR_WOULDBLOCK: the outbox is full. OSError: the flash is full or broken, and
    the message is not stored. The call waits for the flash and never for the network.
    """

def on(name: str, callback: Callable[[Any], object] | None) -> None:
    """`callback(data)` is called for each message `name` from the agent. None removes the
    callback.

    A later registration of the same name replaces the earlier one. A message without a callback is
    dropped, with a warning in the log. TypeError, ValueError: the text names the bad argument.
    """
