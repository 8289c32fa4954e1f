# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The private key of the device's certificate: a new one made on the board, and which one belongs
to a certificate. It is imported when settings change, as `saving`.

A new key is pending until its certificate comes: it is stored, sealed, in an entry of its own, and
the key in use stays what it is.
"""

import binascii

import _connectwith
import machine
from micropython import const

import connectwith
from connectwith import settings
from connectwith.settings import cloud, nic

_PENDING = const("newkey")  # the entry
_NAME_MAX = const(64)  # X.520, ub-common-name
_LINE = const(64)  # characters of Base64 in a line (RFC 7468, section 2)


def request(name):
    """Makes a key pair, which replaces a pending one, and returns the request for its certificate
    (bytes, PEM). `name`: its common name; None: the device's ID. ValueError, TypeError: the name.
    RuntimeError: no key can be made. OSError: the flash is full or broken."""
    if name is None:
        name = machine.unique_id().hex()
    _check_name(name)
    der, sealed = _connectwith.make_request("CN=" + name, _context())
    settings.write(_PENDING, sealed)
    text = binascii.b2a_base64(der).rstrip()
    lines = [b"-----BEGIN CERTIFICATE REQUEST-----"]
    for at in range(0, len(text), _LINE):
        lines.append(text[at : at + _LINE])
    lines.append(b"-----END CERTIFICATE REQUEST-----\n")
    return b"\n".join(lines)


def own_key(broker):
    """The board's key of `broker.cert`, sealed for `broker`: the key in use or the pending one.
    ValueError: it is neither."""
    used = settings.load_cloud()
    if used is not None and used.key is not None:
        sealed = _sealed_again(used.key, cloud.context(used, "key"), broker)
        if sealed is not None:
            return sealed
    pending = settings.read(_PENDING)
    sealed = None if pending is None else _sealed_again(pending, _context(), broker)
    if sealed is None:
        raise ValueError("key: missing, and the board has none for this certificate")
    return sealed


def settle(broker):
    """Erases the pending key if stored settings have it in use now."""
    pending = settings.read(_PENDING)
    if pending is None or broker.key is None:
        return
    key = _open(pending, _context())
    used = cloud.secret(broker, "key")
    if key == used:
        try:
            settings.write(_PENDING, None)
        except OSError:
            pass  # the settings are stored, and the next call comes here again
    connectwith.overwrite(key)
    connectwith.overwrite(used)


def _context():
    return nic.context("newkey", "")


def _check_name(name):
    if not isinstance(name, str):
        raise TypeError("commonname: must be a str")
    if not 1 <= len(name) <= _NAME_MAX:
        raise ValueError("commonname: must have 1 to 64 characters")
    for c in name:
        # Without what is special in a distinguished name (RFC 4514): no name adds a part to it.
        if not ("a" <= c <= "z" or "A" <= c <= "Z" or "0" <= c <= "9" or c in "-._:@"):
            raise ValueError("commonname: only letters, digits and - . _ : @")


def _open(sealed, context):
    """The plain key (bytearray), to be overwritten after use; None if it does not open: the device
    secret is another one since."""
    try:
        return _connectwith.unseal(sealed, context, True)
    except ValueError:
        return None


def _sealed_again(sealed, context, broker):
    """A sealed key, sealed for `broker`; None if it is not the key of its certificate."""
    key = _open(sealed, context)
    if key is None:
        return None
    try:
        if _connectwith.check_key(broker.cert, key):
            return None
        return _connectwith.seal(key, cloud.context(broker, "key"))
    finally:
        connectwith.overwrite(key)
