# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What is done with settings once in a while: they are checked, stored and erased; and the user's
own configuration. Loaded when that is done; what an attempt reads is in the package itself."""

import _connectwith
from micropython import const

from connectwith import settings
from connectwith.settings import cloud, nic

_PEM_MAX = const(4000)
# Tokens that cloud brokers take in place of a password have 200 to 1,500 bytes. Some want them in
# the user name.
_CLIENT_ID_MAX = const(256)
_USERNAME_MAX = const(1024)
_PASSWORD_MAX = const(2048)

_USER_MAX = const(4096)  # bytes of the user's configuration

# What links/modem/records.py keeps: a PIN that was refused, failures in a row. It ends with the
# settings of the link.
_MODEM_SPACE = const("connectwith.gsm")
_MODEM_NAMES = const(("pin", "failed"))


def check_cloud(url, ca, username, password, clientid, cert, key, ntp=None):
    """cloud.Settings with nothing sealed yet. ValueError or TypeError name the argument."""
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
    if broker.secure:
        if broker.ca is None:
            raise ValueError("ca: needed to know the server")
        if (cert is None) != (key is None):
            raise ValueError("cert: comes with its key, or not at all")
    return broker


def save_cloud(broker):
    """Stores checked settings (cloud.Settings). OSError: the flash is full or broken."""
    settings.write("cloud", cloud.pack(broker))


def save_block(name, block):
    """Stores a normalised block under its NIC key; None erases. OSError: flash full or broken."""
    settings.write(name, None if block is None else settings.pack(name, block))
    if block is None and name == "cellconfig":
        for record in _MODEM_NAMES:
            _connectwith.set_setting(_MODEM_SPACE, record, None)


def save_user(value):
    """Stores bytes or a str of at most 4096 bytes; None erases. ValueError: it is longer."""
    if value is not None:
        if len(value) > _USER_MAX:
            raise ValueError("config: over 4096 bytes")
        # The first byte tells them apart when they come back.
        if isinstance(value, str):
            # json.dumps() of bytes that are no text gives one that could not be read back.
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
    """PEM or DER as bytes. Only its outside is looked at; TLS has the last word."""
    if value is None:
        return None
    if not isinstance(value, (str, bytes, bytearray)):
        raise TypeError(name + ": must be PEM or DER")
    if isinstance(value, str) and len(value) <= _PEM_MAX:
        value = value.encode()
    if not 16 <= len(value) <= _PEM_MAX:
        raise ValueError(name + ": must have 16 to " + str(_PEM_MAX) + " bytes")
    # 0x30 opens every DER structure that is wanted here (X.690, SEQUENCE).
    if value[0] != 0x30 and b"-----BEGIN " not in value:
        raise ValueError(name + ": neither PEM nor DER")
    return bytes(value)
