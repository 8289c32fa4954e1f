# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Settings of the server: URLs, certificates, and the record in flash."""

import _connectwith
import pytest
from connectwith.settings import cloud, saving
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(autouse=True)
def outside_alone(monkeypatch):
    """What is in certificates and keys: test_identity.py."""
    monkeypatch.setattr(_connectwith, "check_key", lambda cert, key=None: 0)


CA = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
DER = b"\x30\x82\x01\x00" + bytes(64)


def check(
    url="mqtts://h", ca=CA, username=None, password=None, clientid=None, cert=None, key=None,
    ntp=None, persistent=False,
):  # fmt: skip
    return saving.check_cloud(url, ca, username, password, clientid, cert, key, ntp, persistent)


@pytest.mark.parametrize(
    "url, parts",
    [
        ("mqtts://broker.test", (True, "broker.test", 8883)),
        ("mqtts://broker.test:1", (True, "broker.test", 1)),
        ("mqtt://10.0.0.2", (False, "10.0.0.2", 1883)),
        ("mqtt://a-b_c.test:65535", (False, "a-b_c.test", 65535)),
    ],
)
def test_urls(url, parts):
    assert cloud.split(url) == parts


@pytest.mark.parametrize(
    "url",
    [
        "", "broker.test", "https://broker.test", "MQTTS://b", "mqtts://", "mqtts://:8883",
        "mqtts://b:", "mqtts://b:0", "mqtts://b:65536", "mqtts://b:1e3", "mqtts://b:+80",
        "mqtts://b:٣", "mqtts://b/path", "mqtts://user@b", "mqtts://b..c", "mqtts://b c",
        "mqtts://" + "a" * 64, "mqtts://" + "a." * 150 + "b", "mqtts://[::1]", "mqtts://b\r\n",
    ],
)  # fmt: skip
def test_bad_urls(url):
    with pytest.raises(ValueError, match="^url"):
        cloud.split(url)


@given(st.text() | st.text().map(lambda text: "mqtts://" + text) | st.binary() | st.none())
def test_any_url(url):
    try:
        secure, host, port = cloud.split(url)
    except (ValueError, TypeError) as error:
        assert str(error).startswith("url")
    else:
        assert secure and host and 1 <= port <= 65535


@pytest.mark.parametrize(
    "change, word",
    [
        ({"ca": None}, "ca"),
        ({"ca": b"no certificate at all"}, "ca"),
        ({"ca": 5}, "ca"),
        ({"ca": b"\x30" * 5000}, "ca"),
        ({"cert": DER}, "key: missing"),
        ({"ca": CA + b"-----BEGIN EC PRIVATE KEY-----"}, "ca: holds a private key"),
        ({"cert": CA + b"-----BEGIN PRIVATE KEY-----", "key": DER}, "cert: holds"),
        ({"key": DER}, "cert"),
        ({"password": "p"}, "password"),
        ({"username": ""}, "username"),
        ({"username": "u" * 1025}, "username"),
        ({"username": "\ud800"}, "username"),
        ({"username": "a\x01"}, "username"),
        ({"password": "p" * 2049, "username": "u"}, "password"),
        ({"username": b"u"}, "username"),
        ({"clientid": "c" * 257}, "clientid"),
        ({"clientid": "\ufffe"}, "clientid"),
        ({"url": "mqtts://10.1"}, "url"),
        ({"url": "mqtts://010.0.2.2"}, "url"),
        ({"url": "mqtts://" + "x." * 500000 + "y"}, "url"),
        ({"ca": "-----BEGIN " * 100000}, "ca"),
        ({"clientid": "a\0"}, "clientid"),
        ({"ntp": ""}, "ntp"),
        ({"ntp": []}, "ntp"),
        ({"ntp": ["a", "b", "c", "d", "e"]}, "ntp"),
        ({"ntp": ["a", 5]}, "ntp"),
        ({"ntp": 5}, "ntp"),
        ({"ntp": "a b"}, "ntp"),
        ({"ntp": ["a." * 100 + "b"]}, "ntp"),
    ],
)
def test_refused(change, word):
    with pytest.raises((ValueError, TypeError), match="^" + word):
        check(**change)


def test_plain_needs_no_authority():
    assert not check("mqtt://h", ca=None).secure


def test_context_fits_what_sealing_takes():
    settings = check("mqtts://" + "a." * 99 + "a")
    assert len(cloud.context(settings, "password")) <= 256


optional_text = st.none() | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co"]), min_size=1, max_size=16
)


@given(optional_text, optional_text, st.sampled_from([CA, DER]))
def test_the_record_goes_round(username, clientid, ca):
    settings = check(username=username, clientid=clientid, ca=ca)
    settings.password = b"sealed"
    again = cloud.unpack(memoryview(cloud.pack(settings)))
    assert vars(again) == vars(settings)


@given(st.binary(max_size=100) | st.binary(max_size=100).map(lambda b: b"\x01" + b))
def test_a_broken_record_is_none_or_whole(data):
    settings = cloud.unpack(memoryview(data))
    assert settings is None or settings.host


@given(st.integers(0, 200))
def test_a_cut_record_is_none(n):
    record = cloud.pack(check(username="u", ntp="time.test"))
    before_ntp = len(record) - 2 - len("time.test")
    if n < len(record) and n != before_ntp:
        assert cloud.unpack(memoryview(record)[:n]) is None


@pytest.mark.parametrize("ntp", [None, "192.0.2.1", ["a.test"], ("a.test", "b", "c", "192.0.2.4")])
def test_time_servers_go_round(ntp):
    settings = cloud.unpack(cloud.pack(check(ntp=ntp)))
    assert settings.ntp == ([ntp] if isinstance(ntp, str) else ntp and list(ntp))


def test_a_record_of_an_earlier_firmware_names_no_time_servers():
    record = cloud.pack(check(username="u"))
    assert record[-2:] == b"\xff\xff"
    settings = cloud.unpack(record[:-2])
    assert (settings.username, settings.ntp) == ("u", None)


@pytest.mark.parametrize("ntp", [None, "192.0.2.1"])
def test_a_persistent_session_is_stored_behind_what_an_earlier_firmware_reads(ntp):
    ordinary = cloud.pack(check(ntp=ntp))
    record = cloud.pack(check(ntp=ntp, persistent=True))
    assert record == ordinary + b"\x00\x01\x01"
    assert cloud.unpack(record).persistent is True and cloud.unpack(record).ntp == (ntp and [ntp])
    assert cloud.unpack(ordinary).persistent is False
    for other in (b"\xff\xff", b"\x00\x01\x02", b"\x00\x02\x01\x01"):
        assert cloud.unpack(ordinary + other).persistent is False
    assert cloud.unpack(record[:-1]) is None
    with pytest.raises(TypeError, match="persistent"):
        check(persistent=1)


def test_the_longest_of_each():
    longest = check(
        ca="-----BEGIN " + "x" * 3989, username="u" * 1024, password="p" * 2048,
        clientid="c" * 256, cert=b"\x30" * 4000, key=b"\x30" + bytes(15),
    )  # fmt: skip
    assert len(longest.ca) == len(longest.cert) == 4000 and len(longest.key) == 16
    for change in ({"ca": "-----BEGIN " + "x" * 3990}, {"ca": b"\x30" * 4001},
                   {"cert": DER, "key": b"\x30" + bytes(14)}):  # fmt: skip
        with pytest.raises(ValueError, match="16 to 4000 bytes"):
            check(**change)
