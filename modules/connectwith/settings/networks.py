# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Checks and stores the list of Wi-Fi networks of `imp.uplink.networks`, one entry of NVS.

It is imported when the list is set. What an attempt needs of it is in `__init__.py`.
"""

from micropython import const

from connectwith import settings
from connectwith.settings import network_list, nic

# With keys of 64 bytes they take 1.2 KB of NVS, and while one is chosen 3 KB of heap on a chip.
_MOST = const(8)


def save(known):
    """See `imp.uplink.networks`. All is checked before anything is written."""
    blocks = check(known)
    parts = [settings.pack("wificonfig", block) for block in blocks]
    settings.write("networks", network_list.join(parts) if parts else None)


def check(known):
    """The list as normalised blocks `wificonfig`. Raises as `imp.uplink.networks`."""
    if known is not None and not isinstance(known, (list, tuple)):
        raise TypeError("known: must be a list of dicts")
    blocks = []
    if not known:
        return blocks
    if len(known) > _MOST:
        raise ValueError("known: over " + str(_MOST) + " networks")
    for number, block in enumerate(known):
        blocks.append(_check(number, block, blocks))
    return blocks


def _check(number, block, before):
    """The block `number` of the list, normalised. `before`: the blocks before it."""
    name = "network " + str(number + 1)
    if not isinstance(block, dict):
        raise TypeError(name + ": must be a dict")
    try:
        block = nic.check_block("wificonfig", block)
    except (TypeError, ValueError) as error:
        raise type(error)(name + ": " + str(error)) from None
    for other in before:
        if network_list.is_same(block, other):
            raise ValueError(name + ": is in the list already")
    return block
