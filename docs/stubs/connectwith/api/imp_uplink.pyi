# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.uplink`: staying connected. An addition of this firmware: an imp has no such calls."""

from collections.abc import Sequence
from typing import Any

def networks(
    known: Sequence[dict[str, str | bytes | None]] | None = ...,
) -> list[dict[str, Any]] | None:
    """Stores the Wi-Fi networks that later attempts choose from, beside that of
    `imp.setwificonfiguration`. Without an argument it returns the stored list.

    `known`: a list of at most 8 dicts with `ssid` and `key`, as the `wificonfig` of a NIC. [] or
    None erases the list. The keys are sealed, and are returned sealed: such a list can be stored
    again on this device. ValueError, TypeError: the text names the bad entry, and nothing was
    stored. OSError: the flash is full or broken, and the list before is still stored.
    """
