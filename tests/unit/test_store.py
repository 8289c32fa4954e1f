# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Stored settings: what goes in comes out, and damage counts as nothing stored."""

import pytest
from connectwith import settings as store
from connectwith.settings import nic, saving
from hypothesis import given
from hypothesis import strategies as st
from nvs_in_memory import entries

WIFI = {"ssid": "häme", "key": "correct horse"}
STATIC = {"ip": "10.0.0.9", "netmask": "255.255.255.0", "gateway": "10.0.0.1", "dns": "10.0.0.1"}
PROXY = {"address": "a" * 62 + ".b", "port": 65535, "username": "u" * 32, "password": "p" * 32}


def test_nothing_is_stored_at_first():
    assert store.load_nic(nic.WIFI) is None
    assert store.load_nic(nic.ETHERNET) == {"interface": "eth0"}
    assert store.load_nic(nic.CELLULAR) is None
    assert saving.load_user() is None and store.load_cloud() is None


@pytest.mark.parametrize(
    "name, block",
    [("wificonfig", WIFI), ("wificonfig", {"ssid": "cafe", "key": ""}),
     ("staticconfig", STATIC), ("staticconfig", {**STATIC, "dns": ["10.0.0.1", "9.9.9.9"]}),
     ("proxyconfig", PROXY), ("proxyconfig", {"address": "p.test", "port": 1}),
     ("cellconfig", {"apn": "internet"})],
)  # fmt: skip
def test_what_goes_in_comes_out(name, block):
    checked = nic.check_block(name, block)
    saving.save_block(name, checked)
    assert store.load_block(name) == checked
    # And once more, as it does when a stored NIC has connected.
    assert nic.check_block(name, store.load_block(name)) == checked
    saving.save_block(name, None)
    saving.save_block(name, None)
    assert store.load_block(name) is None


def test_no_secret_is_stored_in_the_clear():
    saving.save_block("wificonfig", nic.check_block("wificonfig", WIFI))
    saving.save_block("proxyconfig", nic.check_block("proxyconfig", PROXY))
    for value in entries.values():
        assert b"horse" not in value and b"p" * 32 not in value


def test_fill_adds_only_what_is_missing_and_applies():
    blocks = {"wificonfig": WIFI, "staticconfig": STATIC, "cellconfig": {"apn": "a"}}
    for name, block in blocks.items():
        saving.save_block(name, nic.check_block(name, block))
    own = {"ssid": "own", "key": ""}
    config = store.fill({"interface": "wl0", "wificonfig": own}, nic.WIFI)
    assert config["wificonfig"] == own
    assert set(config) == {"interface", "wificonfig", "staticconfig"}
    assert set(store.load_nic(nic.ETHERNET)) == {"interface", "staticconfig"}
    assert store.load_nic(nic.CELLULAR) == {"interface": "cell0", "cellconfig": {"apn": "a"}}


@given(st.binary(max_size=512))
def test_any_record_gives_a_block_or_nothing(record):
    for name in ("wificonfig", "staticconfig", "proxyconfig", "cellconfig"):
        entries["connectwith", name] = record
        block = store.load_block(name)
        assert block is None or isinstance(block, dict)


@pytest.mark.parametrize(
    "name, record",
    [("wificonfig", b"\x01\xff\x00"), ("wificonfig", b"\x01\x04home\xff"),
     ("staticconfig", b"\x01\xff\xff\xff\xff"), ("proxyconfig", b"\x01\x010\x01p\xff\xff\xff"),
     ("cellconfig", b"\x01\xff")],
)  # fmt: skip
def test_a_record_without_a_field_that_links_read_gives_nothing(name, record):
    entries["connectwith", name] = record
    assert store.load_block(name) is None


@given(st.data())
def test_a_cut_record_gives_nothing(data):
    checked = nic.check_block("proxyconfig", PROXY)
    saving.save_block("proxyconfig", checked)
    whole = entries["connectwith", "proxyconfig"]
    entries["connectwith", "proxyconfig"] = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert store.load_block("proxyconfig") is None


@pytest.mark.parametrize(
    "value", ["", "häß", b"", b"\x00\xff", "x" * 4096, b"x" * 4096], ids=lambda v: str(len(v))
)
def test_the_user_configuration(value):
    saving.save_user(value)
    assert saving.load_user() == value
    assert type(saving.load_user()) is type(value)
    saving.save_user(None)
    assert saving.load_user() is None


@pytest.mark.parametrize("value", ["x" * 4097, "ß" * 2049, b"x" * 4097], ids=lambda v: str(len(v)))
def test_a_longer_user_configuration_leaves_the_one_before(value):
    saving.save_user("before")
    with pytest.raises(ValueError, match="^config: "):
        saving.save_user(value)
    assert saving.load_user() == "before"


@pytest.mark.parametrize("record", [b"s\xff", b"x", b"\x00text"])
def test_a_damaged_user_configuration_is_none(record):
    entries["connectwith", "user"] = record
    assert saving.load_user() is None


def test_the_modems_memory_ends_with_its_settings():
    for record in ("pin", "failed"):
        entries["connectwith.gsm", record] = b"x"
    saving.save_block("cellconfig", nic.check_block("cellconfig", {"apn": "a"}))
    saving.save_block("wificonfig", None)
    assert ("connectwith.gsm", "pin") in entries
    saving.save_block("cellconfig", None)
    assert not any(space == "connectwith.gsm" for space, _ in entries)


def test_what_is_not_there_is_not_looked_for_again(monkeypatch):
    asked = []
    monkeypatch.setattr(
        store._connectwith, "setting", lambda space, name: asked.append((space, name))
    )
    for _ in range(2):
        assert store.load_block("wificonfig") is None
    assert asked == [("connectwith", "wificonfig")]
    monkeypatch.undo()
    saving.save_block("cellconfig", nic.check_block("cellconfig", {"apn": "a"}))
    assert store.load_block("cellconfig") == {"apn": "a"}


def test_a_flash_that_cannot_be_read_for_now_is_not_empty(monkeypatch):
    saving.save_block("cellconfig", nic.check_block("cellconfig", {"apn": "a"}))

    def broken(space, name):
        raise OSError(5)

    with monkeypatch.context() as patch:
        patch.setattr(store._connectwith, "setting", broken)
        assert store.load_block("cellconfig") is None and store.load_cloud() is None
    assert store.load_block("cellconfig") == {"apn": "a"}


def settings(host):
    return saving.check_cloud(f"mqtt://{host}", None, None, None, None, None, None)


def test_the_server_is_read_once_and_anew_when_it_changes():
    saving.save_cloud(settings("one.test"))
    first = store.load_cloud()
    assert first.host == "one.test" and store.load_cloud() is first
    saving.save_cloud(settings("two.test"))
    assert store.load_cloud().host == "two.test"


def test_a_write_that_fails_leaves_the_server_of_before(monkeypatch):
    saving.save_cloud(settings("one.test"))

    def broken(space, name, value):
        raise OSError(28)

    with monkeypatch.context() as patch:
        patch.setattr(store._connectwith, "set_setting", broken)
        with pytest.raises(OSError):
            saving.save_cloud(settings("two.test"))
    assert store.load_cloud().host == "one.test"


@pytest.mark.parametrize("record", [b"", b"\x00\x01a", b"\x02\x01a", b"\x01", b"\x01\x02a"])
def test_a_record_of_another_version_or_length_gives_nothing(record):
    entries["connectwith", "cellconfig"] = record
    assert store.load_block("cellconfig") is None


def test_a_text_that_is_no_text_is_refused():
    with pytest.raises(ValueError, match="^config"):
        saving.save_user("\ud800")
    assert saving.load_user() is None
