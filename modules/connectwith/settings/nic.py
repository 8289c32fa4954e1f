# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The NIC: a dictionary that names an interface and how to use it.

`normalise()` checks a caller's NIC completely and returns a private copy in which every secret is
sealed. Nothing else happens here, so a refused NIC leaves the live connection as it was.
"""

import _connectwith
from micropython import const

WIFI = 0  # _connectwith.LINK_WIFI and its siblings, in their order
ETHERNET = 1
CELLULAR = 2

# How the user calls each of them: the class, then its interfaces.
NAMES = (("wifi", "wl0"), ("ethernet", "eth0"), ("cell", "cell0", "cell1"))

# The blocks that apply to each of them.
BLOCKS = (
    ("wificonfig", "staticconfig", "proxyconfig"),
    ("staticconfig", "proxyconfig"),
    ("cellconfig",),
)

_BLOB_MAX = const(256)  # a sealed secret is its plain text plus an envelope of fixed size

# Sealed values in the form that survives json.dumps(), which writes bytes as if they were text:
# this, and base64. It is longer than any plain value may be, so that a key may begin like it.
_MARK = const("sealed:")

_KEYS = const(("interface", "wificonfig", "staticconfig", "proxyconfig", "cellconfig"))


def link_of(interface):
    """The link class of an interface name (str): WIFI, ETHERNET or CELLULAR; else ValueError."""
    for link in range(len(NAMES)):  # enumerate() would make an object for each
        if interface in NAMES[link]:
            return link
    raise ValueError("interface: unknown name")


def context(use, first, second=""):
    """What a sealed secret is bound to. NUL cannot occur in the parts."""
    return "\0".join((use, first, second))


def normalise(nic):
    """Returns a checked private copy of `nic` (dict) with secrets sealed.

    Raises TypeError or ValueError whose text starts with the offending key. A block that does not
    apply to the interface is left out unread; one that is None stays so: none for this attempt.
    """
    if not isinstance(nic, dict):
        raise TypeError("nic: must be a dict")
    check_keys(nic, _KEYS)
    if "interface" not in nic:
        raise ValueError("interface: missing")
    interface = nic["interface"]
    if not isinstance(interface, str):
        raise TypeError("interface: must be a str")
    link = link_of(interface)
    copy = {"interface": interface}
    for name in BLOCKS[link]:
        _block(copy, nic, name)
    return copy


def check_block(name, block):
    """The block (dict) that stands under `name` in a NIC, checked and sealed, as `normalise()`."""
    copy = {}
    _block(copy, {name: block}, name)
    return copy[name]


def check_keys(block, known):
    """ValueError naming a key of `block` that is not one of `known`, and the nearest that is."""
    for key in block:
        if key not in known:
            from connectwith.settings import nearest

            raise ValueError(nearest.message(key, known))


def _block(copy, nic, key):
    if key not in nic:
        return
    block = nic[key]
    if block is None:
        copy[key] = None
        return
    if not isinstance(block, dict):
        raise TypeError(key + ": must be a dict")
    if key == "wificonfig":
        copy[key] = _wifi(block)
        return
    # Many devices need none: its memory is better spent.
    from connectwith.settings import nic_blocks

    if key == "staticconfig":
        copy[key] = nic_blocks.static(block)
    elif key == "proxyconfig":
        copy[key] = nic_blocks.proxy(block)
    else:
        copy[key] = nic_blocks.cellular(block)


def _wifi(block):
    check_keys(block, ("ssid", "key"))
    ssid = text(block, "ssid", 1, 32)
    if "key" not in block:
        raise ValueError('key: missing (None or "" for an open network)')
    key = block["key"]
    if key is None or isinstance(key, str) and key == "":
        return {"ssid": ssid, "key": ""}
    # 5 and 13 are WEP, 8 to 63 a WPA passphrase, 64 the PSK itself (IEEE 802.11, J.4).
    return {"ssid": ssid, "key": secret(block, "key", 5, 64, context("wifi", ssid))}


def text(block, key, least, most):
    """Entry `key` of `block`: a str of `least` to `most` bytes in UTF-8 without NUL."""
    if key not in block:
        raise ValueError(key + ": missing")
    value = block[key]
    if not isinstance(value, str):
        raise TypeError(key + ": must be a str")
    size = utf8_size(key, value, most)
    if not least <= size <= most:
        raise ValueError(key + ": must have " + str(least) + " to " + str(most) + " bytes")
    if "\0" in value:
        # The drivers take C strings: they would cut it there without a word.
        raise ValueError(key + ": has a NUL")
    return value


def utf8_size(key, value, most):
    """How many bytes `value` (str) has; over `most` it may be any number over that. ValueError: it
    is not UTF-8, which a str of MicroPython may be."""
    size = len(value)
    if size <= most:
        size = _connectwith.utf8_bytes(value)
        if size < 0:
            raise ValueError(key + ": not UTF-8")
    return size


def secret(block, key, least, most, bound, forbidden=""):
    """Entry `key` as a blob that opens only for the use `bound`. str is plain, bytes sealed."""
    value = block[key]
    if isinstance(value, str) and len(value) > most and value[: len(_MARK)] == _MARK:
        value = value[: 2 * _BLOB_MAX].encode()
    if isinstance(value, (bytes, bytearray)):
        blob = bytes(value[: 2 * _BLOB_MAX])
        if blob[: len(_MARK)] == _MARK.encode():
            from connectwith.settings import nic_blocks

            blob = nic_blocks.from_base64(key, blob[len(_MARK) :])
        if len(blob) > _BLOB_MAX:
            raise ValueError(key + ": not a sealed value")
        plain = _open(key, blob, bound)
        text({key: plain}, key, least, most)
        return blob
    if not isinstance(value, str):
        raise TypeError(key + ": must be a str, or sealed bytes")
    text(block, key, least, most)
    if not is_printable(value, forbidden):
        raise ValueError(key + ": has a character that cannot be sent")
    return _connectwith.seal(value, bound)


def _open(key, blob, bound):
    try:
        return _connectwith.unseal(blob, bound).decode()
    except UnicodeError:
        raise ValueError(key + ": not a text") from None
    except ValueError as error:
        raise ValueError(key + ": " + str(error)) from None


def is_printable(text, forbidden=""):
    """Whether a text has no control character, nothing that is no character (surrogates, U+FFFE
    and its like: a broker refuses both, MQTT 3.1.1, 1.5.3), and none of those forbidden."""
    for character in text:
        if character in forbidden:
            return False
        code = ord(character)
        if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000:
            return False
        if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code < 0xFDF0:
            return False
    return True


def is_host(text):
    """Whether `text` is the name of a host or an IPv4 address; nothing that some take for one and
    others for the other, as 10.1 or 010.0.0.1: no name ends in a number (RFC 3696, section 2)."""
    if not is_host_name(text):
        return False
    if not text.split(".")[-1].isdigit():
        return True
    from connectwith.settings import nic_blocks

    try:
        nic_blocks.check_quad("", text)
    except ValueError:
        return False
    return True


def is_host_name(text):
    """Whether `text` can be the name of a host: labels of letters, digits, '-' and '_'."""
    for label in text.split("."):
        if not 1 <= len(label) <= 63:
            return False
        for character in label:
            if not (
                "a" <= character.lower() <= "z" or "0" <= character <= "9" or character in "-_"
            ):
                return False
    return True
