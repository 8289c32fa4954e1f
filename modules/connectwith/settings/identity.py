# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The private key of the device's certificate: a new one made on the board, and which one belongs
to a certificate. It is imported when settings change, as `saving`.

An entry of its own holds, sealed, the board's other key: a new one until its certificate comes,
then the one that was in use before, so that its certificate can be put back.
"""

import binascii

import _connectwith
import machine
from micropython import const

import connectwith
from connectwith import settings
from connectwith.settings import cloud, nic

_OTHER = const("otherkey")  # the entry
_NAME_MAX = const(64)  # X.520, ub-common-name
_LINE = const(64)  # characters of Base64 in a line (RFC 7468, section 2)


def request(name):
    """Makes a key pair, which replaces the other key, and returns the request for its certificate
    (bytes, PEM). `name`: its common name; None: the device's ID. ValueError, TypeError: the name.
    RuntimeError: no key can be made. OSError: the flash is full or broken."""
    if name is None:
        name = machine.unique_id().hex()
    _check_name(name)
    der, sealed = _connectwith.make_request("CN=" + name, _context())
    settings.write(_OTHER, sealed)
    text = binascii.b2a_base64(der).rstrip()
    lines = [b"-----BEGIN CERTIFICATE REQUEST-----"]
    for at in range(0, len(text), _LINE):
        lines.append(text[at : at + _LINE])
    lines.append(b"-----END CERTIFICATE REQUEST-----\n")
    return b"\n".join(lines)


def own_key(broker):
    """The board's key of `broker.cert`, sealed for `broker`: the key in use or the other one.
    ValueError: it is neither."""
    used = settings.load_cloud()
    if used is not None and used.key is not None:
        sealed = _sealed_again(used.key, cloud.context(used, "key"), broker)
        if sealed is not None:
            return sealed
    other = settings.read(_OTHER)
    sealed = None if other is None else _sealed_again(other, _context(), broker)
    if sealed is None:
        raise ValueError("key: missing, and the board has none for this certificate")
    return sealed


def settle(broker, before):
    """Puts the key of the settings `before` (None: there were none) in the place of the other key,
    if that is in use now, by the stored settings `broker`."""
    other = settings.read(_OTHER)
    if other is None or broker.key is None:
        return
    plain = _open(other, _context())
    used = cloud.secret(broker, "key")
    former = None
    if before is not None and before.key is not None:
        former = _open(before.key, cloud.context(before, "key"))
    if plain == used:
        keep = former is not None and former != used
        try:
            settings.write(_OTHER, _connectwith.seal(former, _context()) if keep else None)
        except OSError:
            pass  # the settings are stored, and the next call comes here again
    connectwith.overwrite(plain)
    connectwith.overwrite(used)
    connectwith.overwrite(former)


def _context():
    return nic.context("otherkey", "")


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
