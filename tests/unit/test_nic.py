# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""NIC validation: a valid NIC gives a checked, sealed copy; all others are refused."""

import copy
import json

import pytest
from connectwith.settings import nic, nic_blocks
from hypothesis import given
from hypothesis import strategies as st
from sealing import seal, unseal

STATIC = {
    "ip": "10.0.0.9",
    "netmask": "255.255.255.0",
    "gateway": "10.0.0.1",
    "dns": ["10.0.0.1", "10.0.0.2"],
}
PROXY = {"type": 0, "address": "proxy.test", "port": 3128, "username": "u", "password": "pässword"}
WIFI = {"ssid": "home", "key": "correct horse"}

KEYS = (
    "interface wificonfig staticconfig proxyconfig cellconfig ssid key ip netmask gateway dns DNS"
    " type proxytype address port username user password apn auth pin"
).split()

INTERFACES = ["wifi", "wl0", "ethernet", "eth0", "cell", "cell0", "cell1"]

leaf = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.sampled_from(["10.0.0.1", "255.255.0.0", "home", "12345678", "1234", "pap", "", "eth0"])
)
value = st.recursive(
    leaf,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | leaf, inner)
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(KEYS), value),
    st.sampled_from(INTERFACES) | leaf,
)
def test_any_dictionary_is_taken_or_refused_and_never_changed(config, interface):
    config["interface"] = interface
    before = copy.deepcopy(config)
    try:
        result = nic.normalise(config)
    except (ValueError, TypeError) as error:
        assert str(error).split(":")[0] in KEYS + ["nic"] or ": unknown; " in str(error)
    else:
        assert result["interface"] == interface
        assert result is not config
    assert repr(config) == repr(before)


@given(value)
def test_anything_that_is_no_dict_is_refused(thing):
    if not isinstance(thing, dict):
        with pytest.raises(TypeError, match="^nic"):
            nic.normalise(thing)


@pytest.mark.parametrize("interface", ["", "wl1", "eth1", "cell2", "WIFI", "wifi "])
def test_unknown_names(interface):
    with pytest.raises(ValueError, match="^interface"):
        nic.normalise({"interface": interface})


def test_interface_is_required():
    with pytest.raises(ValueError, match="^interface"):
        nic.normalise({"wificonfig": WIFI})


def test_the_key_is_sealed_for_its_network():
    result = nic.normalise({"interface": "wifi", "wificonfig": WIFI})
    blob = result["wificonfig"]["key"]
    assert isinstance(blob, bytes) and b"horse" not in blob
    assert unseal(blob, b"wifi\0home\0") == b"correct horse"
    again = nic.normalise(result)
    assert again == result
    moved = {"interface": "wifi", "wificonfig": {"ssid": "other", "key": blob}}
    with pytest.raises(ValueError, match="^key"):
        nic.normalise(moved)


def test_the_proxy_password_is_sealed_for_its_proxy():
    result = nic.normalise({"interface": "eth0", "proxyconfig": PROXY})
    blob = result["proxyconfig"]["password"]
    assert unseal(blob, b"proxy\0u\0proxy.test").decode() == "pässword"
    for change in ({"address": "other.test"}, {"username": "v"}):
        with pytest.raises(ValueError, match="^password"):
            nic.normalise(
                {"interface": "eth0", "proxyconfig": {**PROXY, "password": blob, **change}}
            )


@given(st.integers(0, 43 + 13), st.integers(1, 255))
def test_a_changed_blob_is_refused(at, flip):
    blob = bytearray(seal(b"correct horse", b"wifi\0home\0"))
    blob[at] ^= flip
    with pytest.raises(ValueError, match="^key"):
        nic.normalise({"interface": "wl0", "wificonfig": {"ssid": "home", "key": bytes(blob)}})


def test_a_blob_of_another_device_is_refused():
    blob = seal(b"correct horse", b"wifi\0home\0", secret=b"of another device")
    with pytest.raises(ValueError, match="^key"):
        nic.normalise({"interface": "wl0", "wificonfig": {"ssid": "home", "key": blob}})


@pytest.mark.parametrize("key", ["", None])
def test_an_open_network(key):
    result = nic.normalise({"interface": "wl0", "wificonfig": {"ssid": "cafe", "key": key}})
    assert result["wificonfig"] == {"ssid": "cafe", "key": ""}


@pytest.mark.parametrize(
    "block, word",
    [
        ({}, "ssid"),
        ({"ssid": "home"}, "key"),
        ({"ssid": "", "key": ""}, "ssid"),
        ({"ssid": "x" * 33, "key": ""}, "ssid"),
        ({"ssid": "ä" * 17, "key": ""}, "ssid"),
        ({"ssid": "a\0b", "key": ""}, "ssid"),
        ({"ssid": "home", "key": "abcd"}, "key"),
        ({"ssid": "home", "key": "x" * 65}, "key"),
        ({"ssid": "home", "key": "1234567\n"}, "key"),
        ({"ssid": "home", "key": 12345678}, "key"),
        ({"ssid": "home", "key": b""}, "key"),
    ],
)
def test_bad_wifi(block, word):
    with pytest.raises((ValueError, TypeError), match="^" + word):
        nic.normalise({"interface": "wl0", "wificonfig": block})


@pytest.mark.parametrize("size", [1, 32])
def test_ssid_lengths(size):
    config = {"interface": "wl0", "wificonfig": {"ssid": "s" * size, "key": ""}}
    assert nic.normalise(config)["wificonfig"]["ssid"] == "s" * size


@pytest.mark.parametrize("dns", ["10.0.0.1", ["10.0.0.1"], ("10.0.0.1",)])
@pytest.mark.parametrize("spelling", ["dns", "DNS"])
def test_spellings_of_dns(dns, spelling):
    block = {key: STATIC[key] for key in ("ip", "netmask", "gateway")}
    result = nic.normalise({"interface": "eth0", "staticconfig": {**block, spelling: dns}})
    assert result["staticconfig"]["dns"] == ["10.0.0.1"]


@pytest.mark.parametrize(
    "change, word",
    [
        ({"ip": "10.0.0"}, "ip"),
        ({"ip": "10.0.0.256"}, "ip"),
        ({"ip": "10.0.0.01"}, "ip"),
        ({"ip": "10.0.0.1 "}, "ip"),
        ({"ip": "1e1.0.0.1"}, "ip"),
        ({"ip": "٣.0.0.1"}, "ip"),
        ({"ip": "0.0.0.0"}, "ip"),
        ({"ip": "224.0.0.1"}, "ip"),
        ({"netmask": "255.0.255.0"}, "netmask"),
        ({"netmask": "0.0.0.0"}, "netmask"),
        ({"netmask": "255.255.255.255"}, "netmask"),
        ({"netmask": "255.255.255.254"}, "netmask"),
        ({"netmask": "0.255.255.255"}, "netmask"),
        ({"ip": "127.0.0.1"}, "ip"),
        ({"ip": "10.0.0.0"}, "ip"),
        ({"ip": "10.0.0.255"}, "ip"),
        ({"netmask": "255.255.255.248", "gateway": "10.0.0.10", "ip": "10.0.0.15"}, "ip"),
        ({"gateway": None}, "gateway"),
        ({"gateway": "10.0.1.1"}, "gateway"),
        ({"gateway": "10.0.0.9"}, "gateway"),
        ({"gateway": "10.0.0.0"}, "gateway"),
        ({"gateway": "10.0.0.255"}, "gateway"),
        ({"gateway": "0.0.0.0"}, "gateway"),
        ({"dns": "0.0.0.0"}, "dns"),
        ({"dns": ["10.0.0.1", "255.255.255.255"]}, "dns"),
        ({"dns": []}, "dns"),
        ({"dns": ["10.0.0.1"] * 3}, "dns"),
        ({"dns": 8}, "dns"),
    ],
)
def test_bad_static(change, word):
    with pytest.raises((ValueError, TypeError), match="^" + word):
        nic.normalise({"interface": "wl0", "staticconfig": {**STATIC, **change}})


@pytest.mark.parametrize(
    "change, word",
    [
        ({"type": 1}, "type"),
        ({"type": False}, "type"),
        ({"address": ""}, "address"),
        ({"address": "a" * 65}, "address"),
        ({"address": "a b"}, "address"),
        ({"address": "a\r\nb"}, "address"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"port": True}, "port"),
        ({"port": "80"}, "port"),
        ({"username": "a:b"}, "username"),
        ({"username": "a" * 33}, "username"),
        ({"password": "a" * 33}, "password"),
        ({"password": "a\r\nX-Header: b"}, "password"),
        ({"username": None}, "password"),
    ],
)
def test_bad_proxy(change, word):
    with pytest.raises((ValueError, TypeError), match="^" + word):
        nic.normalise({"interface": "wl0", "proxyconfig": {**PROXY, **change}})


def test_aliases_of_the_setter():
    block = {"proxytype": 0, "address": "proxy.test", "port": 1, "user": "u", "password": "p"}
    result = nic.normalise({"interface": "eth0", "proxyconfig": block})
    password = result["proxyconfig"].pop("password")
    assert unseal(password, b"proxy\0u\0proxy.test") == b"p"
    assert result["proxyconfig"] == {
        "type": 0, "address": "proxy.test", "port": 1, "username": "u",
    }  # fmt: skip
    del block["password"]
    with pytest.raises(ValueError, match="^password"):
        nic.normalise({"interface": "eth0", "proxyconfig": block})


@pytest.mark.parametrize(
    ("key", "nearest"),
    [("wificonfg", "wificonfig"), ("staticconfg", "staticconfig"), ("WifiConfig", "wificonfig"),
     ("proxy", "proxyconfig"), ("cell", "cellconfig"), ("iface", "interface"), ("", "interface"),
     ("w" * 1000000, "wificonfig")],
)  # fmt: skip
def test_a_key_that_does_not_exist(key, nearest):
    with pytest.raises(ValueError) as caught:
        nic.normalise({"interface": "wl0", key: None})
    assert str(caught.value).startswith(key[:32] + ": ") and len(str(caught.value)) < 100
    if key and "w" * 9 not in key:
        assert str(caught.value).endswith(" " + nearest)


@pytest.mark.parametrize(
    ("block", "key", "nearest"),
    [("wificonfig", "kye", "key"), ("wificonfig", "SSID", "ssid"),
     ("staticconfig", "gatway", "gateway"), ("staticconfig", "mask", "netmask"),
     ("proxyconfig", "adress", "address"), ("proxyconfig", "Port", "port")],
)  # fmt: skip
def test_a_key_in_a_block_that_does_not_exist(block, key, nearest):
    good = {"wificonfig": WIFI, "staticconfig": STATIC, "proxyconfig": PROXY}[block]
    with pytest.raises(ValueError, match=f"^{key}: unknown; the nearest key is {nearest}$"):
        nic.normalise({"interface": "wl0", block: {**good, key: "x"}})
    with pytest.raises(ValueError, match="^apm: .* apn$"):
        nic.normalise({"interface": "cell0", "cellconfig": {"apm": "internet"}})


@pytest.mark.parametrize("key", [1, b"interface", None, ("a",)])
def test_a_key_that_is_no_text(key):
    with pytest.raises(ValueError, match="unknown"):
        nic.normalise({"interface": "wl0", key: 1})


def test_none_for_a_block_stays():
    config = {"interface": "wl0", "proxyconfig": None, "staticconfig": None, "cellconfig": None}
    assert nic.normalise(config) == {
        "interface": "wl0", "proxyconfig": None, "staticconfig": None
    }  # fmt: skip


def test_a_nic_survives_json():
    config = {"interface": "wl0", "wificonfig": WIFI, "staticconfig": STATIC, "proxyconfig": PROXY}
    sealed = nic.normalise(config)
    told = nic_blocks.duplicate(sealed)
    assert isinstance(told["wificonfig"]["key"], bytes)
    # MicroPython's json.dumps() writes bytes as a text.
    text = json.dumps(told, default=lambda value: value.decode("ascii"))
    assert nic.normalise(json.loads(text)) == sealed
    assert nic.normalise(told) == sealed


@pytest.mark.parametrize("key", ["sealed:x", "sealed:" + "A" * 57])
def test_a_key_that_begins_like_a_sealed_one_is_a_key(key):
    config = {"interface": "wl0", "wificonfig": {"ssid": "home", "key": key}}
    blob = nic.normalise(config)["wificonfig"]["key"]
    assert unseal(blob, b"wifi\0home\0") == key.encode()


@pytest.mark.parametrize(
    "key",
    ["sealed:" + "A" * 58, "sealed:" + "A" * 600, "sealed:" + "?" * 80, "sealed:" + "\u20ac" * 60,
     b"sealed:", b"sealed:AAAA", b"sealed:" + b"A" * 5000, "sealed:" + "A" * 1000000],
)  # fmt: skip
def test_what_only_looks_sealed(key):
    with pytest.raises(ValueError, match="^key"):
        nic.normalise({"interface": "wl0", "wificonfig": {"ssid": "home", "key": key}})


@pytest.mark.parametrize(
    "change, word",
    [
        ({"apn": ""}, "apn"),
        ({"apn": 'internet","x'}, "apn"),
        ({"apn": "internet\r\nATD"}, "apn"),
        ({"password": 'a"b'}, "password"),
        ({"username": "a\rb"}, "username"),
        ({"auth": "md5"}, "auth"),
        ({"pin": "123"}, "pin"),
        ({"pin": 1234}, "pin"),
    ],
)
def test_bad_cellular(change, word):
    block = {"apn": "internet", "username": "u", "password": "p", "auth": "chap", "pin": "1234"}
    result = nic.normalise({"interface": "cell0", "cellconfig": block})["cellconfig"]
    assert isinstance(result["pin"], bytes) and isinstance(result["password"], bytes)
    with pytest.raises((ValueError, TypeError), match="^" + word):
        nic.normalise({"interface": "cell0", "cellconfig": {**block, **change}})


@pytest.mark.parametrize(
    "interface, ignored",
    [("eth0", "wificonfig"), ("eth0", "cellconfig"), ("cell", "proxyconfig"),
     ("cell", "staticconfig"), ("wifi", "cellconfig")],
)  # fmt: skip
def test_blocks_that_do_not_apply_are_not_read(interface, ignored):
    assert nic.normalise({"interface": interface, ignored: 7}) == {"interface": interface}


def test_no_secret_in_an_exception():
    for key in ("S3cret", "S3cret" * 20, "S3cret\n1"):
        try:
            nic.normalise({"interface": "wl0", "wificonfig": {"ssid": "x" * 40, "key": key}})
        except ValueError as error:
            assert "S3cret" not in str(error)
        try:
            nic.normalise({"interface": "wl0", "wificonfig": {"ssid": "home", "key": key}})
        except ValueError as error:
            assert "S3cret" not in str(error) and error.__cause__ is None


def test_a_duplicate_shares_nothing():
    original = nic.normalise({"interface": "wl0", "wificonfig": WIFI, "staticconfig": STATIC})
    other = nic_blocks.duplicate(original)
    assert nic.normalise(other) == original
    other["staticconfig"]["dns"].append("x")
    other["wificonfig"]["ssid"] = "changed"
    assert original["staticconfig"]["dns"] == STATIC["dns"]
    assert original["wificonfig"]["ssid"] == "home"
