# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The stored list of Wi-Fi networks: what goes in comes out, and what may be joined."""

import _connectwith
import pytest
from connectwith import settings as store
from connectwith.api import imp_uplink as uplink
from connectwith.settings import nic, saving
from nvs_in_memory import entries
from sealing import seal

HOME = {"ssid": "home", "key": "key-of-home"}
WORK = {"ssid": "work", "key": "key-of-work"}
CAFE = {"ssid": "cafe", "key": ""}
_PLACE = ("connectwith", "networks")


def ssids(blocks):
    return [block["ssid"] for block in blocks]


def set_wifi(block):
    saving.save_block("wificonfig", nic.check_block("wificonfig", block))


def plain(block):
    key = block["key"]
    return key and _connectwith.unseal(key, nic.context("wifi", block["ssid"])).decode()


def test_nothing_is_stored_at_first():
    assert uplink.networks() == []
    assert store.candidates() == []


def test_what_goes_in_comes_out_sealed_and_goes_in_again():
    assert uplink.networks([HOME, WORK, CAFE]) is None
    told = uplink.networks()
    assert ssids(told) == ["home", "work", "cafe"] and told[2]["key"] == ""
    assert told[0]["key"].startswith(b"sealed:") and b"key-of" not in entries[_PLACE]
    uplink.networks(told[1:])
    assert ssids(uplink.networks()) == ["work", "cafe"]
    assert [plain(block) for block in store.load_networks()] == ["key-of-work", ""]


@pytest.mark.parametrize("nothing", [[], (), None])
def test_nothing_erases(nothing):
    uplink.networks([HOME])
    uplink.networks(nothing)
    assert uplink.networks() == [] and _PLACE not in entries
    uplink.networks(nothing)


@pytest.mark.parametrize(
    ("known", "error", "words"),
    [
        (5, TypeError, "known: must be a list"),
        ({"ssid": "home"}, TypeError, "known: must be a list"),
        ("home", TypeError, "known: must be a list"),
        ([HOME, None], TypeError, "network 2: must be a dict"),
        ([HOME, "work"], TypeError, "network 2: must be a dict"),
        ([HOME, {"ssid": "work"}], ValueError, "network 2: key: missing"),
        ([{"ssid": "", "key": ""}], ValueError, "network 1: ssid: must have 1 to 32 bytes"),
        ([{"ssid": "x" * 33, "key": ""}], ValueError, "network 1: ssid: must have 1 to 32"),
        ([{"ssid": "\udcff", "key": ""}], ValueError, "network 1: ssid: not UTF-8"),
        ([{"ssid": b"work", "key": ""}], TypeError, "network 1: ssid: must be a str"),
        ([{**HOME, "priority": 1}], ValueError, "network 1: priority: unknown"),
        ([{**HOME, "key": "abc"}], ValueError, "network 1: key: must have 5 to 64 bytes"),
        ([WORK, HOME, dict(HOME)], ValueError, "network 3: is in the list already"),
        ([{"ssid": f"n{i}", "key": ""} for i in range(9)], ValueError, "known: over 8 networks"),
    ],
)
def test_a_bad_list_changes_nothing(known, error, words):
    uplink.networks([CAFE])
    before = dict(entries)
    with pytest.raises(error) as told:
        uplink.networks(known)
    assert str(told.value).startswith(words) and "key-of" not in str(told.value)
    assert entries == before


def test_a_key_of_another_device_or_another_network_is_refused_with_the_reason():
    foreign = seal("key-of-home", "wifi\0home\0", b"of another device")
    with pytest.raises(ValueError, match="network 1: key: sealed value was changed"):
        uplink.networks([{"ssid": "home", "key": foreign}])
    uplink.networks([HOME])
    moved = {"ssid": "work", "key": uplink.networks()[0]["key"]}
    with pytest.raises(ValueError, match="network 1: key: sealed value was changed"):
        uplink.networks([moved])


def test_a_full_flash_keeps_the_list_before(monkeypatch):
    uplink.networks([HOME])

    def full(*_):
        raise OSError(0x1105, "ESP_ERR_NVS_NOT_ENOUGH_SPACE")

    monkeypatch.setattr(_connectwith, "set_setting", full)
    with pytest.raises(OSError):
        uplink.networks([WORK, CAFE])
    assert ssids(uplink.networks()) == ["home"]


def test_the_longest_list():
    known = [{"ssid": f"{i}" * 32, "key": "k" * 64} for i in range(8)]
    uplink.networks(known)
    assert len(entries[_PLACE]) < 1400 and ssids(uplink.networks()) == ssids(known)


def test_one_ssid_may_have_several_keys():
    uplink.networks([HOME, {**HOME, "key": "another-key"}, {**HOME, "key": ""}])
    assert [plain(block) for block in store.load_networks()] == ["key-of-home", "another-key", ""]


@pytest.mark.parametrize("damage", range(0, 70, 7))
def test_a_record_that_is_cut_counts_as_none_or_as_its_first_networks(damage):
    uplink.networks([HOME, CAFE])
    entries[_PLACE] = entries[_PLACE][: 1 + damage]
    assert ssids(store.load_networks()) in ([], ["home"])
    entries[_PLACE] = b"\x02" + entries[_PLACE][1:]
    assert store.load_networks() == []


# -- the choice


def test_the_network_of_the_imp_is_the_first():
    uplink.networks([WORK, CAFE])
    set_wifi(HOME)
    assert ssids(store.candidates()) == ["home", "work", "cafe"]


@pytest.mark.parametrize(("key", "left"), [("key-of-work", 2), ("another-key", 3), ("", 3)])
def test_a_network_in_both_counts_once(key, left):
    uplink.networks([CAFE, WORK])
    set_wifi({"ssid": "work", "key": key})
    assert ssids(store.candidates()) == ["work", "cafe", "work"][:left]


def test_a_key_that_cannot_be_opened_is_another_one():
    uplink.networks([WORK])
    store.write("wificonfig", store.pack("wificonfig", {"ssid": "work", "key": b"x" * 50}))
    assert ssids(store.candidates()) == ["work", "work"]


def test_a_nic_without_a_network_gets_the_list():
    uplink.networks([WORK, CAFE])
    config = store.load_nic(nic.WIFI)
    assert config["wificonfig"]["ssid"] == "work" and config["networks"] is True
    set_wifi(HOME)
    config = store.fill({"interface": "wl0"}, nic.WIFI)
    assert config["wificonfig"]["ssid"] == "home" and config["networks"] is True


@pytest.mark.parametrize("own", [{"ssid": "own", "key": ""}, None])
def test_a_nic_with_its_own_has_no_choice(own):
    uplink.networks([WORK, CAFE])
    config = store.fill({"interface": "wl0", "wificonfig": own}, nic.WIFI)
    assert config == {"interface": "wl0", "wificonfig": own}
    assert store.load_nic(nic.ETHERNET) == {"interface": "eth0"}


def test_one_network_is_no_choice():
    uplink.networks([WORK])
    assert "networks" not in store.load_nic(nic.WIFI)
    set_wifi(WORK)
    assert "networks" not in store.load_nic(nic.WIFI)


def test_without_a_list_an_attempt_reads_no_entry_twice(monkeypatch):
    store.load_nic(nic.WIFI)
    monkeypatch.setattr(_connectwith, "setting", lambda *_: pytest.fail("a read"))
    assert store.load_nic(nic.WIFI) is None


@pytest.mark.parametrize(("name", "left"), [("wificonfig", []), ("proxyconfig", ["work"])])
def test_the_list_goes_with_the_network_of_the_imp(name, left):
    uplink.networks([WORK])
    saving.save_block(name, None)
    assert ssids(uplink.networks()) == left


def test_plain_keys_are_overwritten(monkeypatch):
    opened = []
    unseal = _connectwith.unseal

    def spy(blob, context, mutable=False):
        opened.append(unseal(blob, context, mutable))
        return opened[-1]

    uplink.networks([WORK])
    set_wifi({**WORK, "key": "another-key"})
    monkeypatch.setattr(_connectwith, "unseal", spy)
    store.candidates()
    assert len(opened) == 2 and not any(any(key) for key in opened)
