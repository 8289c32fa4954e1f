# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Checks, stores and erases settings, and holds the user's own configuration.

It is imported when settings change, which is rare. What each attempt reads is in `__init__.py`.
"""

import _connectwith
from micropython import const

from connectwith import settings
from connectwith.settings import cloud, nic

_PEM_MAX = const(4000)
# Some cloud brokers take a token of 200 to 1,500 bytes as the password, others as the user name.
_CLIENT_ID_MAX = const(256)
_USERNAME_MAX = const(1024)
_PASSWORD_MAX = const(2048)

# What _connectwith.check_key() returns, beside 0.
_FAULTS = const(
    ("cert: not a certificate", "key: not a private key", "key: that of another certificate")
)

_USER_MAX = const(4096)  # bytes of the user's configuration

# The records of links/modem/records.py: a PIN that was refused, and consecutive failures. They are
# erased with the settings of the link.
_MODEM_SPACE = const("connectwith.gsm")
_MODEM_NAMES = const(("pin", "failed"))


def check_cloud(url, ca, username, password, clientid, cert, key, ntp=None, persistent=False):
    """cloud.Settings from checked arguments, with no secret sealed yet, but for a key that is the
    board's own. ValueError, TypeError: the text names the bad argument."""
    broker = cloud.Settings()
    broker.secure, broker.host, broker.port = cloud.split(url)
    broker.url = url
    broker.clientid = _text("clientid", clientid, _CLIENT_ID_MAX)
    broker.username = _text("username", username, _USERNAME_MAX)
    broker.password = _text("password", password, _PASSWORD_MAX)
    if password is not None and username is None:
        raise ValueError("password: needs a username")
    broker.ca = _certificate("ca", ca)
    broker.cert = _certificate("cert", cert)
    broker.key = _certificate("key", key)
    broker.ntp = cloud.time_servers(ntp)
    if not isinstance(persistent, bool):
        raise TypeError("persistent: must be a bool")
    broker.persistent = persistent
    if broker.secure:
        if broker.ca is None:
            raise ValueError("ca: needed to know the server")
        if cert is None and key is not None:
            raise ValueError("cert: missing, and there is a key")
    _look_inside(broker)
    if broker.secure and cert is not None and key is None:
        from connectwith.settings import identity

        broker.key = identity.own_key(broker)
    return broker


def save_cloud(broker):
    """Stores checked settings (cloud.Settings). OSError: the flash is full or broken."""
    settings.write("cloud", cloud.pack(broker))


def save_block(name, block):
    """Stores a normalised block under its NIC key; None erases it. OSError: the flash is full or
    broken."""
    if block is None and name == "wificonfig":
        settings.write("networks", None)
    settings.write(name, None if block is None else settings.pack(name, block))
    if block is None and name == "cellconfig":
        for record in _MODEM_NAMES:
            _connectwith.set_setting(_MODEM_SPACE, record, None)


def save_user(value):
    """Stores bytes or a str of at most 4096 bytes; None erases it. ValueError: it is longer."""
    if value is not None:
        if len(value) > _USER_MAX:
            raise ValueError("config: over 4096 bytes")
        # The first byte of the record is the type.
        if isinstance(value, str):
            # json.dumps() of bytes may return a str that is not UTF-8 and could not be decoded.
            nic.utf8_size("config", value, _USER_MAX)
        value = b"s" + value.encode() if isinstance(value, str) else b"b" + bytes(value)
        if len(value) > 1 + _USER_MAX:
            raise ValueError("config: over 4096 bytes")
    settings.write("user", value)


def load_user():
    """What `save_user` stored, of the same type, or None."""
    record = settings.read("user")
    if not record:
        return None
    value = record[1:]
    if record[0] == 0x62:
        return value
    try:
        return value.decode() if record[0] == 0x73 else None
    except UnicodeError:
        return None


def _text(name, value, most):
    if value is None:
        return None
    nic.text({name: value}, name, 1, most)
    if name != "password" and not nic.is_printable(value):
        raise ValueError(name + ": has a character that a broker must refuse")
    return value


def _certificate(name, value):
    """PEM or DER as bytes. Only length and beginning are checked here, and that nothing is stored
    in the clear that must be sealed."""
    if value is None:
        return None
    if not isinstance(value, (str, bytes, bytearray)):
        raise TypeError(name + ": must be PEM or DER")
    if isinstance(value, str) and len(value) <= _PEM_MAX:
        value = value.encode()
    if not 16 <= len(value) <= _PEM_MAX:
        raise ValueError(name + ": must have 16 to " + str(_PEM_MAX) + " bytes")
    # DER of a certificate or a key begins with 0x30 (X.690, SEQUENCE).
    if value[0] != 0x30 and b"-----BEGIN " not in value:
        raise ValueError(name + ": neither PEM nor DER")
    if name != "key" and b"PRIVATE KEY-----" in value:
        raise ValueError(name + ": holds a private key")
    return bytes(value)


def _look_inside(broker):
    """Refuses what has the outside of a certificate or a key alone, and a key that is not that of
    the certificate."""
    if broker.ca is not None and _connectwith.check_key(broker.ca):
        raise ValueError("ca: not a certificate")
    if broker.cert is None:
        return
    if broker.key is None:
        fault = _connectwith.check_key(broker.cert)
    else:
        fault = _connectwith.check_key(broker.cert, broker.key)
    if fault:
        raise ValueError(_FAULTS[fault - 1])
