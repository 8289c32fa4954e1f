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
    persistent: bool = False,
) -> None:
    """Stores the broker for all later attempts, also after a reboot.

    `url`: `mqtts://host[:port]`, port 8883 by default. `mqtt://` works and is not encrypted. `ca`:
    the certificate (PEM or DER) of the authority that has signed the broker's certificate. `cert`
    and `key`: a certificate of this device and its key, if the broker asks for one. Without `key`
    the certificate must be for a key of the board: that in use, or that of `makerequest()`. `ntp`:
    a time server or a list of up to four (names or IPv4 addresses). None: public ones.
    `persistent`: the broker keeps the session of a device that is away, and delivers what is sent
    to it later. ValueError, TypeError: the text names the bad argument. OSError: the flash is full
    or broken."""

def makerequest(commonname: str | None = None) -> bytes:
    """Makes a private key on the board, and returns the request for its certificate (bytes, PEM).

    The key (EC P-256) is stored sealed, and no function gives it out. It waits until `configure()`
    is called with its certificate and without `key`. The key in use stays in use until then, and
    takes its place. A second call replaces the key that waits. `commonname`: 1 to 64 letters,
    digits and `-._:@`; None: `machine.unique_id()` in hex. Blocks while the key is made. Call it
    with a radio on, the chip's source of random numbers. ValueError, TypeError: the text names it.
    RuntimeError, MemoryError: no key can be made now. OSError: the flash is full or broken."""
