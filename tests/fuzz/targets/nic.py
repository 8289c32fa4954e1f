# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Arbitrary NICs: accepted, or refused with the key's name; never changed; no secret in errors."""

import copy

from connectwith import settings as store
from connectwith.settings import nic, nic_blocks, saving
from sealing import seal
from targets.choices import Choices

INTERFACES = ("wifi", "wl0", "ethernet", "eth0", "cell", "cell0", "cell1")
KEYS = (
    "interface wificonfig staticconfig proxyconfig cellconfig ssid key ip netmask gateway dns DNS"
    " type proxytype address port username user password apn auth pin"
).split()
SECRET = "S3cret"
SECRETS = ("key", "password", "pin")

# For each block its keys, and values that come close to good ones.
QUADS = ("10.0.0.1", "10.0.0.9", "10.0.0.0", "255.255.255.0", "255.255.255.252", "0.0.0.0",
         "224.0.0.1", "1.2.3", "10.0.0.01")  # fmt: skip
FIELDS = {
    "wificonfig": {"ssid": ("home", "", "x" * 32, "x" * 33, "a\0b"),
                   "key": (None, "", SECRET + "12", SECRET * 11, SECRET + "\n")},
    "staticconfig": {"ip": QUADS, "netmask": QUADS, "gateway": QUADS, "dns": QUADS, "DNS": QUADS},
    "proxyconfig": {"type": (0, 1, False, None), "proxytype": (0, "0"),
                    "address": ("proxy.test", "10.0.0.1", "a..b", "\u212a.test"),
                    "port": (3128, 0, 65536, True), "username": ("u", "", "a:b", None),
                    "user": ("u", None), "password": (SECRET, "", SECRET * 6, None)},
    "cellconfig": {"apn": ("internet", "a.b", 'a"b', "x" * 101), "username": ("u", 'a"', None),
                   "auth": ("none", "pap", "chap", "md5"), "password": (SECRET, SECRET + '"'),
                   "pin": ("1234", "123", 1234, None)},
}  # fmt: skip
CONTEXTS = (b"wifi\0home\0", b"proxy\0u\0proxy.test", b"cell\0internet\0u", b"pin\0internet\0")


def _any(choices: Choices, depth: int = 0):
    """A value of any type that a script may put into a NIC."""
    kind = choices.byte() % (10 if depth < 3 else 7)
    if kind < 7:
        return (
            None, True, choices.word(), choices.word() / 7, choices.text(choices.byte() % 80),
            choices.take(choices.byte() % 300), bytearray(choices.take(choices.byte() % 80)),
        )[kind]  # fmt: skip
    items = [_any(choices, depth + 1) for _ in range(choices.byte() % 4)]
    if kind == 9:
        return {choices.pick(KEYS): item for item in items}
    return items if kind == 7 else tuple(items)


def _field(choices: Choices, options):
    kind = choices.byte() % 8
    if kind < 5:
        return choices.pick(options)
    if kind == 5:
        return [choices.pick(options) for _ in range(choices.byte() % 4)]
    if kind == 6:
        # A sealed one: of this device or another, for this use or another, changed or whole.
        secret = choices.pick((b"of this device only", b"of another device"))
        blob = bytearray(seal(SECRET.encode() + b"12", choices.pick(CONTEXTS), secret))
        blob[choices.byte() % len(blob)] ^= choices.byte()
        return bytes(blob)
    return _any(choices)


def _block(choices: Choices, name: str):
    if choices.byte() % 16 == 15:
        return _any(choices)
    left_out = choices.word()
    block = {}
    for bit, (key, options) in enumerate(FIELDS[name].items()):
        if not left_out >> bit & 1:
            block[key] = _field(choices, options)
    return block


def _build(choices: Choices):
    if choices.byte() % 32 == 31:
        return _any(choices)
    config = {"interface": choices.pick(INTERFACES)}
    if choices.byte() % 16 == 15:
        config["interface"] = _any(choices)
    for name in FIELDS:
        if choices.byte() % 2:
            config[name] = _block(choices, name)
    return config


def _check_secrets(copied):
    for block in copied.values():
        for key in SECRETS if isinstance(block, dict) else ():
            value = block.get(key)
            assert value is None or isinstance(value, bytes) or key == "key" and value == ""
    assert SECRET not in repr(copied)


def _check_stored(copied):
    """Checks that an accepted NIC can be stored and is read back unchanged."""
    for name in ("wificonfig", "staticconfig", "proxyconfig"):
        if name in copied:
            saving.save_block(name, copied[name])
            loaded = store.load_block(name)
            assert loaded == copied[name] == nic.check_block(name, loaded)


def one(data: bytes) -> None:
    """Builds a NIC from choices, most of them nearly valid, and passes it to `normalise()`."""
    config = _build(Choices(data))
    before = copy.deepcopy(config)
    try:
        copied = nic.normalise(config)
    except (TypeError, ValueError) as error:
        assert str(error).split(":")[0] in KEYS + ["nic"]
        assert SECRET not in repr(error) and error.__cause__ is None
    else:
        assert nic.link_of(copied["interface"]) in (nic.WIFI, nic.ETHERNET, nic.CELLULAR)
        _check_secrets(copied)
        assert nic.normalise(copied) == copied
        # What the API gives has secrets in the form that survives JSON, and is taken again.
        assert nic.normalise(nic_blocks.duplicate(copied)) == copied
        _check_stored(copied)
    # repr: a NaN is not equal to itself.
    assert repr(config) == repr(before)
