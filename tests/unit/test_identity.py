# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The device's certificate and its key: what does not belong together is refused, and a key that
the board has made waits for its certificate."""

import _connectwith
import pytest
from bench.certificates import Certificates
from connectwith import settings as store
from connectwith.api import imp_cloud
from connectwith.settings import cloud, identity
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from nvs_in_memory import entries

URL, ID = "mqtts://broker.test", "240ac4000001"
OTHER = ("connectwith", "otherkey")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


def configure(certificates, cert, key=None, url=URL):
    imp_cloud.configure(url, ca=certificates.ca_pem, cert=cert, key=key)


def read(pair):
    return pair.certificate.read_bytes(), pair.key.read_bytes()


def public(key):
    load = serialization.load_der_private_key
    if b"-----BEGIN" in key:
        load = serialization.load_pem_private_key
    return load(bytes(key), None).public_key()


def in_use():
    return public(cloud.secret(store.load_cloud(), "key"))


def refused(word, certificates, *arguments):
    before = dict(entries)
    with pytest.raises(ValueError, match="^" + word):
        configure(certificates, *arguments)
    assert entries == before


def test_key_of_another_certificate_is_refused(certificates):
    cert, key = read(certificates.broker)
    other_cert, other_key = read(certificates.other_host)
    configure(certificates, cert, key)
    refused("key: that of another", certificates, other_cert, key)
    refused("key: that of another", certificates, cert, other_key)
    refused("key: not a private key", certificates, cert, cert)
    refused("cert: holds a private key", certificates, key, key)
    with pytest.raises(ValueError, match="^ca: not a certificate"):
        imp_cloud.configure(URL, ca=b"0" + bytes(64))
    with pytest.raises(ValueError, match="^cert: not a certificate"):
        configure(certificates, b"0" + bytes(64), key)
    assert in_use() == public(key)


def test_der_is_looked_into_as_well(certificates):
    cert, key = read(certificates.broker)
    cert = x509.load_pem_x509_certificate(cert).public_bytes(Encoding.DER)
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    load = serialization.load_pem_private_key
    configure(certificates, cert, load(key, None).private_bytes(Encoding.DER, *form))
    other = load(read(certificates.other_host)[1], None).private_bytes(Encoding.DER, *form)
    refused("key: that of another", certificates, cert, other)
    refused("cert: not a certificate", certificates, other, other)


def test_key_of_the_board_waits_for_its_certificate(certificates):
    cert, key = read(certificates.broker)
    configure(certificates, cert, key)
    request = imp_cloud.makerequest()
    assert in_use() == public(key), "the running identity stays"
    parsed = x509.load_pem_x509_csr(request)
    assert parsed.is_signature_valid
    assert parsed.subject.rfc4514_string() == "CN=" + ID
    assert all(len(line) <= 64 for line in request.splitlines())
    # A new certificate of the key in use leaves the one that waits alone.
    waiting = entries[OTHER]
    configure(certificates, cert)
    assert in_use() == public(key) and entries[OTHER] == waiting
    issued = certificates.sign(request)
    configure(certificates, issued)
    assert in_use() == parsed.public_key()
    # A program that calls it at each boot, and a broker that has moved.
    configure(certificates, issued)
    configure(certificates, issued, url="mqtts://elsewhere.test")
    assert in_use() == parsed.public_key()
    # The broker refuses the new certificate: the former one is put back, and the new one again.
    for _ in range(2):
        configure(certificates, cert)
        assert in_use() == public(key)
        configure(certificates, issued)
        assert in_use() == parsed.public_key()
    assert all(key not in value for value in entries.values())


def test_board_without_that_key(certificates):
    cert, key = read(certificates.broker)
    refused("key: missing", certificates, cert)
    imp_cloud.makerequest()
    refused("key: missing", certificates, cert)
    configure(certificates, cert, key)
    assert OTHER in entries, "the certificate of the key that waits may still come"
    refused("key: missing", certificates, read(certificates.other_host)[0])


def test_second_request_replaces_the_first(certificates):
    first, second = imp_cloud.makerequest("one"), imp_cloud.makerequest("two")
    refused("key: missing", certificates, certificates.sign(first))
    configure(certificates, certificates.sign(second))


def test_power_cut_after_the_settings_were_stored(certificates):
    issued = certificates.sign(imp_cloud.makerequest())
    waiting = entries[OTHER]
    configure(certificates, issued)
    assert OTHER not in entries, "there was no key before"
    entries[OTHER] = waiting
    configure(certificates, issued)
    assert OTHER not in entries


def test_flash_that_breaks(certificates, monkeypatch):
    issued = certificates.sign(imp_cloud.makerequest())
    write = _connectwith.set_setting

    def broken(space, name, value):
        if (space, name) == OTHER:
            raise OSError("ESP_ERR_NVS_NOT_ENOUGH_SPACE")
        write(space, name, value)

    monkeypatch.setattr(_connectwith, "set_setting", broken)
    with pytest.raises(OSError):
        imp_cloud.makerequest()
    configure(certificates, issued)  # it is stored, whatever becomes of the old entry
    assert in_use() == x509.load_pem_x509_certificate(issued).public_key()


def test_key_that_does_not_open(certificates):
    issued = certificates.sign(imp_cloud.makerequest())
    entries[OTHER] = _connectwith.seal(b"key", "otherkey\0\0", b"the secret of another device")
    refused("key: missing", certificates, issued)
    cert, key = read(certificates.broker)
    configure(certificates, cert, key)
    configure(certificates, cert)


def test_plain_keys_are_overwritten(certificates, monkeypatch):
    opened = []
    unseal = _connectwith.unseal

    def watched(*arguments):
        opened.append(unseal(*arguments))
        return opened[-1]

    configure(certificates, *read(certificates.other_host))
    monkeypatch.setattr(_connectwith, "unseal", watched)
    configure(certificates, certificates.sign(imp_cloud.makerequest()))
    refused("key: missing", certificates, read(certificates.broker)[0])
    assert len(opened) > 3 and not any(map(any, opened))


@pytest.mark.parametrize(
    "name",
    ["", "a" * 65, "a,O=b", "a=b", "a+b", "a b", "#abc", "a\\b", "a\0", 'a"b', "a/b", "ä", "a;b"],
)
def test_names_that_are_refused(name):
    with pytest.raises(ValueError, match="^commonname"):
        imp_cloud.makerequest(name)
    assert entries == {}


@pytest.mark.parametrize("name", [5, b"name", ["name"]])
def test_names_that_are_no_text(name):
    with pytest.raises(TypeError, match="^commonname"):
        imp_cloud.makerequest(name)


@given(st.text(max_size=70))
def test_any_name(name):
    good = 1 <= len(name) <= 64 and name.isascii() and all(
        c.isalnum() or c in "-._:@" for c in name
    )  # fmt: skip
    try:
        identity._check_name(name)
    except ValueError:
        assert not good
    else:
        assert good
