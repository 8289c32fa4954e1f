# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The NIC: a dictionary that names an interface and how to use it.

`normalise()` checks a caller's NIC completely and returns a private copy in which every secret is
sealed. Nothing else happens here, so a refused NIC leaves the live connection as it was.
"""

import _connectwith

from connectwith import checks

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

_KEYS = ("interface", "wificonfig", "staticconfig", "proxyconfig", "cellconfig")


def link_of(interface):
    """The link class of an interface name (str): WIFI, ETHERNET or CELLULAR; else ValueError."""
    for link in range(len(NAMES)):  # enumerate() would make an object for each
        if interface in NAMES[link]:
            return link
    raise ValueError("interface: unknown name")


def normalise(nic):
    """Returns a checked private copy of `nic` (dict) with secrets sealed.

    Raises TypeError or ValueError whose text starts with the offending key. A block that does not
    apply to the interface is left out unread; one that is None stays so: none for this attempt.
    """
    if not isinstance(nic, dict):
        raise TypeError("nic: must be a dict")
    checks.check_keys(nic, _KEYS)
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


def duplicate(nic):
    """A copy of a normalised NIC that shares no mutable part with it, for the user: with sealed
    values in the form that survives json.dumps()."""
    copy = {}
    for key, value in nic.items():
        if isinstance(value, dict):
            value = duplicate(value)
        elif isinstance(value, list):
            value = list(value)
        elif isinstance(value, bytes):
            from binascii import b2a_base64

            value = checks.MARK.encode() + b2a_base64(value).strip()
        copy[key] = value
    return copy


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
    from connectwith import nic_blocks  # many devices need none: its memory is better spent

    if key == "staticconfig":
        copy[key] = nic_blocks.static(block)
    elif key == "proxyconfig":
        copy[key] = nic_blocks.proxy(block)
    else:
        copy[key] = nic_blocks.cellular(block)


def _wifi(block):
    checks.check_keys(block, ("ssid", "key"))
    ssid = checks.text(block, "ssid", 1, 32)
    if "key" not in block:
        raise ValueError('key: missing (None or "" for an open network)')
    key = block["key"]
    if key is None or isinstance(key, str) and key == "":
        return {"ssid": ssid, "key": ""}
    # 5 and 13 are WEP, 8 to 63 a WPA passphrase, 64 the PSK itself (IEEE 802.11, J.4).
    return {"ssid": ssid, "key": checks.secret(block, "key", 5, 64, checks.context("wifi", ssid))}


def proxy_of(block):
    """What the dialer takes of a NIC's proxyconfig: address, port, user name or None, password in
    the clear."""
    username = block.get("username")
    password = block.get("password")
    if password is not None:
        bound = checks.context("proxy", username, block["address"])
        password = _connectwith.unseal(password, bound).decode()
    return block["address"], block["port"], username, password or ""
