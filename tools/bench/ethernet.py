# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The Ethernet segment that a board's W5500 is plugged into."""

from __future__ import annotations

from .netsim_process import Netsim
from .network import Network


class Ethernet(Network):
    """Plugged in and working from the start."""

    def __init__(self, netsim: Netsim, seed: int = 0) -> None:
        super().__init__(netsim, "ethernet", 1)
        self._set(f"seed={seed}")

    def unplug(self) -> None:
        """Takes the cable out."""
        self.cable.cut()

    def plug(self) -> None:
        """Puts the cable in. It ends cable.cut_after(), too."""
        self._set("cut=off cut-after=-1")

    def remove_chip(self) -> None:
        """No W5500 answers."""
        self._set("chip=off")

    def fit_chip(self) -> None:
        """The W5500 is back."""
        self._set("chip=on")

    def lock_up(self) -> None:
        """The W5500 sends noise on SPI and carries no frame until its pin resets it."""
        self._set("lock=on")

    def link_ms(self, ms: int) -> None:
        """How long auto-negotiation takes; 100 ms from the start."""
        self._set(f"link-ms={ms}")

    def restore(self) -> None:
        """Chip fitted and awake, cable in, no fault."""
        super().restore()
        self._set("chip=on lock=off link-ms=100")
