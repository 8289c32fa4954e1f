# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cable of a network, with its faults."""

from __future__ import annotations

from .netsim_process import Netsim


class Cable:
    """Carries the frames of the network `name`. A fault affects all boards of the network."""

    def __init__(self, netsim: Netsim, name: str) -> None:
        self._netsim = netsim
        self._name = name

    def _set(self, settings: str) -> None:
        self._netsim.command(f"set {self._name} {settings}")

    def _show(self, *keys: str) -> dict[str, int]:
        words = dict(w.split("=", 1) for w in self._netsim.command(f"show {self._name}").split())
        return {key: int(words[key]) for key in keys}

    def silence(self, direction: str = "both") -> None:
        """Swallows every frame, while the link stays up. direction: "up", "down" or "both"."""
        self._set("silence=" + {"both": "on"}.get(direction, direction))

    def drop(self, probability: float) -> None:
        """Loses each frame with this probability, 0.0 to 1.0."""
        self._set(f"drop={probability:.6f}")

    def delay(self, ms: int) -> None:
        """Each frame takes `ms` longer, each way."""
        self._set(f"delay-ms={ms}")

    def cut(self) -> None:
        """The link goes down, until restore()."""
        self._set("cut=on cut-after=-1")

    def cut_after(self, n_bytes: int) -> None:
        """Mends the link, and cuts it as soon as `n_bytes` more bytes of frames, both ways
        together, have passed; -1: never."""
        self._set(f"cut=off cut-after={n_bytes}")

    def restore(self) -> None:
        """Ends all faults."""
        self._set("silence=off drop=0 delay-ms=0 cut-after=-1 cut=off")

    @property
    def sent(self) -> dict[str, int]:
        """Packets that boards have sent, by kind (tcp, dns, sntp, udp), before any fault. ARP and
        DHCP are not among them."""
        return self._show("tcp", "dns", "sntp", "udp")

    @property
    def counters(self) -> dict[str, int]:
        """Frames carried up (from boards) and down, and frames lost."""
        return self._show("up", "down", "lost", "clients")
