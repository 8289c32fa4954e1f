# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Which server: checks the settings of `imp.cloud.configure` and packs them into one record."""

from micropython import const

from connectwith import nic

_VERSION = const(1)
_PEM_MAX = const(4000)
_URL_MAX = const(250)
# Tokens that cloud brokers take in place of a password have 200 to 1,500 bytes. Some want them in
# the user name.
_CLIENT_ID_MAX = const(256)
_USERNAME_MAX = const(1024)
_PASSWORD_MAX = const(2048)

# A record that ends before the last of them is of an earlier firmware, which also reads ours.
_NAMES = const(("url", "clientid", "username", "password", "ca", "cert", "key", "ntp"))
_NTP = const(7)
_NTP_MAX = const(4)
_ABSENT = const(0xFFFF)  # in place of a length


class Settings:
    """Checked settings. `password` and `key` are sealed; absent values are None."""

    def __init__(self):
        self.host = ""
        self.port = 0
        self.secure = True
        self.url = self.clientid = self.username = self.password = None
        self.ca = self.cert = self.key = None
        self.ntp = None  # a list of names and addresses


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
    if not nic.is_host(host) or len(host) > 200:
        raise ValueError("url: not a host name")
    port = 8883 if secure else 1883
    if colon:
        if not 1 <= len(digits) <= 5:
            raise ValueError("url: not a port")
        for digit in digits:
            if not "0" <= digit <= "9":
                raise ValueError("url: not a port")
        port = int(digits)
        if not 1 <= port <= 65535:
            raise ValueError("url: not a port")
    return secure, host, port


def check(url, ca, username, password, clientid, cert, key, ntp=None):
    """Returns Settings with nothing sealed yet. ValueError or TypeError name the argument."""
    settings = Settings()
    settings.secure, settings.host, settings.port = split(url)
    settings.url = url
    settings.clientid = _text("clientid", clientid, _CLIENT_ID_MAX)
    settings.username = _text("username", username, _USERNAME_MAX)
    settings.password = _text("password", password, _PASSWORD_MAX)
    if password is not None and username is None:
        raise ValueError("password: needs a username")
    settings.ca = _certificate("ca", ca)
    settings.cert = _certificate("cert", cert)
    settings.key = _certificate("key", key)
    settings.ntp = _time_servers(ntp)
    if settings.secure:
        if settings.ca is None:
            raise ValueError("ca: needed to know the server")
        if (cert is None) != (key is None):
            raise ValueError("cert: comes with its key, or not at all")
    return settings


def context(settings, name):
    """What a sealed setting is bound to."""
    return nic.context("cloud", name, settings.host)


def pack(settings):
    """The record: version, then each value with its length in two bytes, 0xFFFF for None."""
    parts = [bytes((_VERSION,))]
    for name in _NAMES:
        value = getattr(settings, name)
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
    """Settings from a record, or None when it is not one of ours. Certificates, which are long,
    stay in it: they are slices of what was given."""
    if not record or record[0] != _VERSION:
        return None
    settings = Settings()
    at = 1
    for i, name in enumerate(_NAMES):
        if i == _NTP and at == len(record):
            break
        if at + 2 > len(record):
            return None
        n = record[at] << 8 | record[at + 1]
        at += 2
        if n == _ABSENT:
            continue
        if at + n > len(record):
            return None
        data = record[at : at + n]
        at += n
        try:
            if i == _NTP:
                settings.ntp = _time_servers(str(data, "utf-8").split(" "))
                break
            setattr(settings, name, str(data, "utf-8") if i < 3 else data)
        except ValueError:  # UnicodeError is one
            return None
    try:
        settings.secure, settings.host, settings.port = split(settings.url)
    except (TypeError, ValueError):
        return None
    return settings


def _time_servers(ntp):
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
        if not nic.is_host(host) or len(host) > 200:
            raise ValueError("ntp: not a host name")
    return list(ntp)


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
