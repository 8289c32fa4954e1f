# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.cloud`: the settings of the server, an MQTT broker."""

import _connectwith

import connectwith
from connectwith import settings as store
from connectwith.settings import cloud


def configure(
    url,
    ca=None,
    username=None,
    password=None,
    clientid=None,
    cert=None,
    key=None,
    ntp=None,
    persistent=False,
):
    """Stores the broker for all later attempts, also after a reboot.

    `url`: `mqtts://host[:port]`, port 8883 by default. `mqtt://` works and is not encrypted. `ca`:
    the certificate (PEM or DER) of the authority that has signed the broker's certificate. `cert`
    and `key`: a certificate of this device and its key, if the broker asks for one. Without `key`
    the certificate must be for a key of the board: that in use, or that of `makerequest()`. `ntp`:
    a time server or a list of up to four (names or IPv4 addresses). None: public ones.
    `persistent`: the broker keeps the session of a device that is away, and delivers what is sent
    to it later. ValueError, TypeError: the text names the bad argument. OSError: the flash is full
    or broken."""
    from connectwith.settings import saving

    settings = saving.check_cloud(
        url, ca, username, password, clientid, cert, key, ntp, persistent
    )
    if not settings.secure:
        print("imp.cloud: mqtt:// sends everything in the clear, passwords included")
    if password is not None:
        bound = cloud.context(settings, "password")
        settings.password = _connectwith.seal(password.encode(), bound)
    if key is not None:
        settings.key = _connectwith.seal(settings.key, cloud.context(settings, "key"))
    before = store.load_cloud()
    saving.save_cloud(settings)
    if before is None or _server(before) != _server(settings):
        _connectwith.drop_session()  # of TLS; many programs call this at each boot, with the same
    # Some programs call this at each boot before they connect: the memory is needed then.
    connectwith.unload("settings.saving")
    if cert is not None and key is None:
        from connectwith.settings import identity

        identity.settle(settings, before)
        connectwith.unload("settings.identity")


def _server(settings):
    return settings.url, settings.ca, settings.cert


def makerequest(commonname=None):
    """Makes a private key on the board, and returns the request for its certificate (bytes, PEM).

    The key (EC P-256) is stored sealed, and no function gives it out. It waits until `configure()`
    is called with its certificate and without `key`. The key in use stays in use until then, and
    takes its place. A second call replaces the key that waits. `commonname`: 1 to 64 letters,
    digits and `-._:@`; None: `machine.unique_id()` in hex. Blocks while the key is made. Call it
    with a radio on, the chip's source of random numbers. ValueError, TypeError: the text names it.
    RuntimeError, MemoryError: no key can be made now. OSError: the flash is full or broken."""
    from connectwith.settings import identity

    request = identity.request(commonname)
    connectwith.unload("settings.identity")
    return request
