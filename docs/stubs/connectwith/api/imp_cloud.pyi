# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.cloud`: the settings of the server, an MQTT broker."""

def configure(
    url: str,
    ca: bytes | bytearray | str | None = None,
    username: str | None = None,
    password: str | None = None,
    clientid: str | None = None,
    cert: bytes | bytearray | str | None = None,
    key: bytes | bytearray | str | None = None,
    ntp: str | list[str] | tuple[str, ...] | None = None,
) -> None:
    """Stores the broker for all later attempts, also after a reboot.

    `url`: `mqtts://host[:port]`, port 8883 by default. `mqtt://` works and is not encrypted. `ca`:
    the certificate (PEM or DER) of the authority that has signed the broker's certificate. `cert`
    and `key`: a certificate of this device and its key, if the broker asks for one. `ntp`: a time
    server or a list of up to four (names or IPv4 addresses). None: public ones. ValueError,
    TypeError: the text names the bad argument. OSError: the flash is full or broken."""
