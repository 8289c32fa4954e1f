# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The settings of `imp.cloud.configure`, and the record that they are stored in."""

import _connectwith
from micropython import const

from connectwith.settings import nic

_VERSION = const(1)
_URL_MAX = const(250)
_HOST_MAX = const(200)

# The record of an earlier firmware ends before one of the last two. Such a firmware ignores what
# follows its own.
_NAMES = const(
    ("url", "clientid", "username", "password", "ca", "cert", "key", "ntp", "persistent")
)
_NTP = const(7)
_PERSISTENT = const(8)
_NTP_MAX = const(4)


class Settings:
    """Checked settings. `password` and `key` are sealed; absent values are None."""

    def __init__(self):
        self.host = ""
        self.port = 0
        self.secure = True
        self.url = self.clientid = self.username = self.password = None
        self.ca = self.cert = self.key = None
        self.ntp = None  # a list of names and addresses
        self.persistent = False  # whether the broker keeps the session


def split(url):
    """(secure, host, port) of a broker's URL. ValueError: not `mqtts://host[:port]`."""
    if not isinstance(url, str):
        raise TypeError("url: must be a str")
    if len(url) > _URL_MAX:
        raise ValueError("url: too long")
    secure = url[:8] == "mqtts://"
    if not secure and url[:7] != "mqtt://":
        raise ValueError("url: must begin with mqtts://")
    rest = url[8:] if secure else url[7:]
    host, colon, digits = rest.partition(":")
    if not nic.is_host(host) or len(host) > _HOST_MAX:
        raise ValueError("url: not a host name")
    port = 8883 if secure else 1883
    if colon:
        valid = 1 <= len(digits) <= 5
        for digit in digits:
            valid = valid and "0" <= digit <= "9"
        port = int(digits) if valid else 0
        if not 1 <= port <= 65535:
            raise ValueError("url: not a port")
    return secure, host, port


def context(settings, name):
    """The context that a sealed setting is bound to."""
    return nic.context("cloud", name, settings.host)


def secret(settings, name):
    """A sealed setting in plain text (bytearray), to be overwritten after use. None: it is
    absent."""
    sealed = getattr(settings, name)
    return None if sealed is None else _connectwith.unseal(sealed, context(settings, name), True)


def pack(settings):
    """The record: a version byte, then each value with its length in two bytes. The length 0xFFFF
    stands for None."""
    parts = [bytes((_VERSION,))]
    for name in _NAMES:
        value = getattr(settings, name)
        if name == "persistent":
            if value:
                parts.append(b"\x00\x01\x01")
            break  # an absent one is not written: the record is that of an earlier firmware
        if value is None:
            parts.append(b"\xff\xff")
            continue
        if isinstance(value, list):
            value = " ".join(value)
        data = value.encode() if isinstance(value, str) else value
        parts.append(bytes((len(data) >> 8, len(data) & 0xFF)))
        parts.append(data)
    return b"".join(parts)


def unpack(record):
    """Settings from a record (memoryview), or None if the record is invalid. Certificates are
    long, so they are not copied: they are slices of the record."""
    if not record or record[0] != _VERSION:
        return None
    settings = Settings()
    at = 1
    for i in range(len(_NAMES)):
        if i >= _NTP and at == len(record):
            break
        if at + 2 > len(record):
            return None
        n = record[at] << 8 | record[at + 1]
        at += 2
        if n == 0xFFFF:
            continue
        if at + n > len(record):
            return None
        data = record[at : at + n]
        at += n
        try:
            if i == _NTP:
                settings.ntp = time_servers(str(data, "utf-8").split(" "))
                continue
            if i == _PERSISTENT:
                settings.persistent = bytes(data) == b"\x01"
                continue
            setattr(settings, _NAMES[i], str(data, "utf-8") if i < 3 else data)
        except ValueError:  # UnicodeError is one
            return None
    try:
        settings.secure, settings.host, settings.port = split(settings.url)
    except (TypeError, ValueError):
        return None
    return settings


def time_servers(ntp):
    """A list of 1 to 4 names or addresses, or None."""
    if ntp is None:
        return None
    if isinstance(ntp, str):
        ntp = [ntp]
    if not isinstance(ntp, (list, tuple)):
        raise TypeError("ntp: must be a str or a list of str")
    if not 1 <= len(ntp) <= _NTP_MAX:
        raise ValueError("ntp: must be 1 to 4 servers")
    for host in ntp:
        if not isinstance(host, str):
            raise TypeError("ntp: must be a str or a list of str")
        if not nic.is_host(host) or len(host) > _HOST_MAX:
            raise ValueError("ntp: not a host name")
    return list(ntp)
