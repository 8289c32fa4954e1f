# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The NIC: a dictionary with the name of an interface and its settings.

`normalise()` checks a caller's NIC completely and returns a private copy in which every secret is
sealed. It changes nothing else, so a refused NIC does not affect the live connection.
"""

import _connectwith
from micropython import const

# Classes of link, with the values of _connectwith.LINK_WIFI, LINK_ETHERNET and LINK_CELLULAR.
WIFI = 0
ETHERNET = 1
CELLULAR = 2

# The names of each class of link: of the class, then of its interfaces.
NAMES = (("wifi", "wl0"), ("ethernet", "eth0"), ("cell", "cell0", "cell1"))

# The blocks of a NIC that apply to each class of link.
BLOCKS = (
    ("wificonfig", "staticconfig", "proxyconfig"),
    ("staticconfig", "proxyconfig"),
    ("cellconfig",),
)

_BLOB_MAX = const(256)  # of a sealed secret: its plain text and an envelope of fixed size

# json.dumps() writes bytes as text, so the user gets a sealed value as this mark and base64. That
# is longer than any valid plain value, so a plain value may begin with the mark.
_MARK = const("sealed:")

_KEYS = const(("interface", "wificonfig", "staticconfig", "proxyconfig", "cellconfig"))


def link_of(interface):
    """The link class of an interface name (str): WIFI, ETHERNET or CELLULAR; else ValueError."""
    for link in range(len(NAMES)):  # enumerate() would allocate a tuple for each
        if interface in NAMES[link]:
            return link
    raise ValueError("interface: unknown name")


def context(use, first, second=""):
    """The context that a sealed secret is bound to. The parts contain no NUL, so it separates
    them."""
    return "\0".join((use, first, second))


def normalise(nic):
    """Returns a checked private copy of `nic` (dict) with secrets sealed.

    Raises TypeError or ValueError whose text starts with the bad key. A block that does not apply
    to the interface is left out without a check. A block that is None stays None: this attempt
    then does not use the stored one."""
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
    """The block (dict) of the key `name` of a NIC, checked and sealed as by `normalise()`."""
    copy = {}
    _block(copy, {name: block}, name)
    return copy[name]


def check_keys(block, known):
    """Raises ValueError if `block` has a key that is not in `known`. The text names the key and
    the most similar known one."""
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
    # Many devices use Wi-Fi with DHCP only, and never import this.
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
    # WEP has 5 or 13 bytes, a WPA passphrase 8 to 63, a PSK in hex 64 (IEEE 802.11, J.4).
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
        # The drivers take C strings and would silently truncate the value there.
        raise ValueError(key + ": has a NUL")
    return value


def utf8_size(key, value, most):
    """The number of bytes of `value` (str) in UTF-8; over `most` it may be any larger number.
    ValueError: it is not valid UTF-8, as a str of MicroPython need not be."""
    size = len(value)
    if size <= most:
        size = _connectwith.utf8_bytes(value)
        if size < 0:
            raise ValueError(key + ": not UTF-8")
    return size


def secret(block, key, least, most, bound, forbidden=""):
    """Entry `key` of `block` as a sealed value that is bound to the context `bound`. A str is
    plain text and is sealed; bytes are sealed already and are checked."""
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
    """Whether a text has no control characters, no surrogates, no noncharacters (as U+FFFE), and
    no character of `forbidden`. A broker refuses the first three (MQTT 3.1.1, 1.5.3)."""
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
    """Whether `text` is a host name or an IPv4 address. Forms that some resolvers take for a name
    and others for an address, as 10.1 or 010.0.0.1, are neither: the last label of a name is not a
    number (RFC 3696, section 2)."""
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
    """Whether `text` can be a host name: labels of letters, digits, '-' and '_'."""
    for label in text.split("."):
        if not 1 <= len(label) <= 63:
            return False
        for character in label:
            if not (
                "a" <= character.lower() <= "z" or "0" <= character <= "9" or character in "-_"
            ):
                return False
    return True
