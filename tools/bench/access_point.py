# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A Wi-Fi access point."""

from __future__ import annotations

from urllib.parse import quote

from .netsim_process import Netsim
from .network import Network


class AccessPoint(Network):
    """On the air from the start. key: WPA2-PSK, empty for an open network.

    `association_ms` is how long a join takes, `wrong_key_ms` how long until a wrong key shows
    (an ESP32 waits longer), `beacon_ms` until a station notices that the access point is gone.
    """

    def __init__(
        self,
        netsim: Netsim,
        name: str,
        ssid: str,
        key: str = "",
        *,
        rssi: int = -55,
        channel: int = 6,
        seed: int = 0,
    ) -> None:
        super().__init__(netsim, name, int(netsim.command(f"wifi {name} power=off")))
        self.configure(ssid, key, rssi, channel)
        self._set(f"seed={seed}")

    def configure(self, ssid: str, key: str, rssi: int, channel: int) -> None:
        """Gives it other settings, and ends all its faults."""
        self.ssid = ssid
        self.key = key
        self._rssi_dbm = rssi
        self._channel = channel
        self.restore()

    def restore(self) -> None:
        """On the air with the settings it was given, without any fault."""
        super().restore()
        self._set(
            f"ssid={quote(self.ssid, safe='')} key={quote(self.key, safe='')}"
            f" rssi={self._rssi_dbm} channel={self._channel} power=on refuse=0"
            " mute=off hidden=off assoc-ms=150 wrong-key-ms=1000 beacon-ms=100"
        )

    def off(self) -> None:
        """Power off: its stations lose their beacons (reason 200), nobody finds it (201)."""
        self._set("power=off")

    def on(self) -> None:
        """Power on."""
        self._set("power=on")

    def refuse(self, reason: int) -> None:
        """Every join fails with this wifi_err_reason_t, say 203; who is in stays in."""
        self._set(f"refuse={reason}")

    def accept(self) -> None:
        """Ends refuse()."""
        self._set("refuse=0")

    @property
    def bssid(self) -> bytes:
        """Its address, which tells it from others with the same SSID."""
        return bytes([0x02, 0x63, 0x77, 0, 0, self.number])

    def full(self) -> None:
        """Every join fails: too many stations (reason 5). Until accept()."""
        self.refuse(5)

    def mute(self) -> None:
        """It is heard, and answers no join: reason 2 after a second."""
        self._set("mute=on")

    def speak(self) -> None:
        """Ends mute()."""
        self._set("mute=off")

    def hide(self) -> None:
        """Its SSID shows only to who asks for it."""
        self._set("hidden=on")

    def show(self) -> None:
        """Ends hide()."""
        self._set("hidden=off")

    def kick(self, reason: int = 8) -> None:
        """Disconnects all stations, with this wifi_err_reason_t."""
        self._netsim.command(f"kick {self.name} {reason}")

    def set_key(self, key: str) -> None:
        """Joins need this key from now on; `key` stays what it was meant to be."""
        self._set(f"key={quote(key, safe='')}")

    def rssi(self, dbm: int) -> None:
        """Signal strength from now on, -127 to 0 dBm."""
        self._set(f"rssi={dbm}")

    def association_ms(self, ms: int) -> None:
        """How long a join takes; 150 ms from the start."""
        self._set(f"assoc-ms={ms}")

    def wrong_key_ms(self, ms: int) -> None:
        """How long until a wrong key shows; 1000 ms from the start."""
        self._set(f"wrong-key-ms={ms}")

    def beacon_ms(self, ms: int) -> None:
        """How long until stations notice that the access point is gone; 100 ms at first."""
        self._set(f"beacon-ms={ms}")
