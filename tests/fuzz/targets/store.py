# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Arbitrary bytes as a stored record give a usable value or None."""

from connectwith import settings as store
from connectwith.settings import cloud, nic, saving
from nvs_in_memory import entries
from targets.choices import Choices

BLOCKS = ("wificonfig", "staticconfig", "proxyconfig", "cellconfig")
SIZES = {"user": saving._USER_MAX + 1}


def _load_block(name: str, record: bytes) -> None:
    block = store.load_block(name)
    if block is None:
        return
    # What a link reads of it without asking is there, and of its type.
    for field, kind in {
        "wificonfig": {"ssid": str, "key": (bytes, str)},
        "staticconfig": {"ip": str, "netmask": str, "gateway": str, "dns": list},
        "proxyconfig": {"type": int, "address": str, "port": int},
        "cellconfig": {"apn": str},
    }[name].items():
        assert isinstance(block[field], kind), (name, block)
    saving.save_block(name, block)
    assert store.load_block(name) == block
    # All of it was read; a number may have been written otherwise.
    assert name == "proxyconfig" or record.startswith(entries["connectwith", name])
    try:
        nic.check_block(name, block)
    except (TypeError, ValueError):
        pass  # a secret of another device, or a value that is none of ours


def _load_user() -> None:
    value = saving.load_user()
    assert value is None or isinstance(value, (str, bytes)) and len(value) <= saving._USER_MAX
    if value is not None:
        saving.save_user(value)
        assert saving.load_user() == value


def _load_cloud(record: bytes) -> None:
    settings = store.load_cloud()
    if settings is None:
        return
    assert settings.host and 1 <= settings.port <= 65535
    packed = cloud.pack(settings)
    # A record of an earlier firmware ends before the time servers, which are then absent.
    assert record.startswith(packed) or packed == record + b"\xff\xff"
    saving.save_cloud(settings)
    assert vars(store.load_cloud()) == vars(settings)


def one(data: bytes) -> None:
    """The first byte chooses the entry, the rest is its record."""
    choices = Choices(data)
    name = choices.pick((*BLOCKS, "user", "cloud"))
    record = choices.rest()[: SIZES.get(name, 16384)]
    store._settings = None
    store._absent.clear()
    entries.clear()
    entries["connectwith", name] = record
    if name == "user":
        _load_user()
    elif name == "cloud":
        _load_cloud(record)
    else:
        _load_block(name, record)
