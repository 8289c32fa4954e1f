# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.cloud`: the settings of the server, an MQTT broker."""

import _connectwith

import connectwith
from connectwith.settings import cloud


def configure(
    url, ca=None, username=None, password=None, clientid=None, cert=None, key=None, ntp=None
):
    """Stores the broker for all later attempts, also after a reboot.

    `url`: `mqtts://host[:port]`, port 8883 by default. `mqtt://` works and is not encrypted. `ca`:
    the certificate (PEM or DER) of the authority that has signed the broker's certificate. `cert`
    and `key`: a certificate of this device and its key, if the broker asks for one. `ntp`: a time
    server or a list of up to four (names or IPv4 addresses). None: public ones. ValueError,
    TypeError: the text names the bad argument. OSError: the flash is full or broken."""
    from connectwith.settings import saving

    settings = saving.check_cloud(url, ca, username, password, clientid, cert, key, ntp)
    if not settings.secure:
        print("imp.cloud: mqtt:// sends everything in the clear, passwords included")
    if password is not None:
        bound = cloud.context(settings, "password")
        settings.password = _connectwith.seal(password.encode(), bound)
    if key is not None:
        settings.key = _connectwith.seal(settings.key, cloud.context(settings, "key"))
    saving.save_cloud(settings)
    # Some programs call this at each boot before they connect: the memory is needed then.
    connectwith.unload("settings.saving")
