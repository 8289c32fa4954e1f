# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The settings of an attempt: the NIC (nic, nic_blocks), the broker (cloud), and in this file the
stored settings, in the namespace `connectwith` of the board's NVS. May use no other package.

Each setting is one entry, so a power cut leaves either the old or the new value. The blocks of a
NIC are stored as `nic.normalise()` returns them: checked, with secrets sealed.
"""

import _connectwith
from micropython import const

from connectwith.settings import cloud, nic

_VERSION = const(1)

# The fields of each block, in the order of its record. This order is the format. Tuples are a
# constant in flash; a dict would be on the heap.
_FIELDS = const(
    (
        ("wificonfig", ("ssid", "key")),
        ("staticconfig", ("ip", "netmask", "gateway", "dns")),
        ("proxyconfig", ("type", "address", "port", "username", "password")),
        ("cellconfig", ("apn",)),
    )
)
_SEALED = const(("key", "password"))
_OPTIONAL = const(("username", "password"))

_SPACE = const("connectwith")

# A cache: an attempt allocates nothing for settings that have not changed.
_settings = None  # cloud.Settings, or None if they have to be read
_absent = set()  # the names of blocks that are not stored


def load_nic(kind):
    """The stored settings of a class of link (nic.WIFI...) as a normalised NIC.

    None: the link is not configured, that is, Wi-Fi has no network or cellular no APN. Ethernet is
    always configured: it uses DHCP if nothing is stored.
    """
    stored = fill({"interface": nic.NAMES[kind][1]}, kind)
    if kind != nic.ETHERNET and nic.BLOCKS[kind][0] not in stored:
        return None
    return stored


def fill(config, kind):
    """Adds to a normalised NIC the stored value of each block that it lacks. Returns the NIC.

    If several networks are known, its `wificonfig` is the first of them until another one is
    joined, and its entry `networks` is True."""
    for name in nic.BLOCKS[kind]:
        if name not in config:
            block = load_block(name)
            if block is not None:
                config[name] = block
            if name == "wificonfig" and has("networks"):
                known = candidates()
                if known:
                    config[name] = known[0]
                if len(known) > 1:
                    config["networks"] = True
    return config


def candidates():
    """The networks (normalised `wificonfig`) that an attempt without one of its own may join: that
    of `imp.setwificonfiguration`, then the list in its order. One that is in both counts once."""
    from connectwith.settings import network_list

    first = load_block("wificonfig")
    known = load_networks()
    if first is None:
        return known
    return [first] + [block for block in known if not network_list.is_same(block, first)]


def load_networks():
    """The list of `imp.uplink.networks` (normalised `wificonfig`), [] without one."""
    record = read("networks")
    if record is None:
        return []
    from connectwith.settings import network_list  # many devices have no list

    blocks = [unpack("wificonfig", part) for part in network_list.split(record)]
    return [] if None in blocks else blocks


def load_block(name):
    """The stored block `name` of a NIC, normalised, or None."""
    if name in _absent:
        return None
    record = read(name)
    return None if record is None else unpack(name, record)


def has(name):
    """Whether an entry is stored."""
    return name not in _absent and read(name) is not None


def load_cloud():
    """The stored settings (cloud.Settings), or None. The object is shared and must not be
    changed."""
    global _settings
    with _connectwith.SchedulerLock():
        if _settings is None:
            record = read("cloud")
            if record is not None:
                _settings = cloud.unpack(memoryview(record))
        return _settings


def read(name):
    """The record of an entry, or None."""
    with _connectwith.SchedulerLock():  # a callback could store it before it is noted as absent
        try:
            record = _connectwith.setting(_SPACE, name)
        except OSError:
            return None
        if record is None:
            _absent.add(name)
        return record


def write(name, record):
    """Stores the record (bytes) of an entry; None erases it. OSError: the flash is full or
    broken."""
    global _settings
    with _connectwith.SchedulerLock():
        _absent.discard(name)
        if name == "cloud":
            _settings = None
        _connectwith.set_setting(_SPACE, name, record)


def pack(name, block):
    """The record of a block: a version byte, then each field with its length in one byte. The
    length 0xFF stands for an absent field."""
    record = bytearray((_VERSION,))
    for field in dict(_FIELDS)[name]:
        value = block.get(field)
        if value is None:
            record.append(0xFF)
            continue
        if isinstance(value, list):
            value = " ".join(value)
        elif isinstance(value, int):
            value = str(value)
        data = value.encode() if isinstance(value, str) else value
        record.append(len(data))
        record.extend(data)
    return record


def unpack(name, record):
    """The block of a record, or None if the record is invalid."""
    if not record or record[0] != _VERSION:
        return None
    block = {}
    at = 1
    for field in dict(_FIELDS)[name]:
        if at >= len(record):
            return None
        n = record[at]
        at += 1
        if n == 0xFF:
            if field not in _OPTIONAL:
                return None
            continue
        if at + n > len(record):
            return None
        block[field] = bytes(record[at : at + n])
        at += n
    try:
        for field, data in block.items():
            if field in _SEALED and data:
                continue  # sealed; an empty key, of an open network, is not
            value = data.decode()
            if field in ("type", "port"):
                value = int(value)
            elif field == "dns":
                value = value.split(" ")
            block[field] = value
    except ValueError:  # UnicodeError is one
        return None
    return block
