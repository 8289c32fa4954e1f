# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`imp.cloud.configure`: its secrets are sealed, each for its own purpose and server."""

import _connectwith
import pytest
from bench.certificates import Certificates
from connectwith import settings as store
from connectwith.api import imp_cloud
from connectwith.settings import cloud
from nvs_in_memory import entries


def test_secrets_are_sealed_for_their_purpose_and_server(capsys, tmp_path):
    certificates = Certificates(tmp_path)
    key = certificates.broker.key.read_bytes()
    imp_cloud.configure(
        "mqtts://b", ca=certificates.ca_pem, username="u", password="geheim",
        cert=certificates.broker.certificate.read_bytes(), key=key,
    )  # fmt: skip
    assert capsys.readouterr().out == ""
    settings = store.load_cloud()
    for name, value in (("password", b"geheim"), ("key", key)):
        sealed = getattr(settings, name)
        assert value not in sealed
        assert _connectwith.unseal(sealed, cloud.context(settings, name)) == value
        other = "key" if name == "password" else "password"
        with pytest.raises(ValueError):
            _connectwith.unseal(sealed, cloud.context(settings, other))
        settings.host, host = "other", settings.host
        with pytest.raises(ValueError):
            _connectwith.unseal(sealed, cloud.context(settings, name))
        settings.host = host
    assert not any(b"geheim" in value for value in entries.values())


def test_without_encryption_there_is_a_warning(capsys):
    imp_cloud.configure("mqtt://b")
    assert "in the clear" in capsys.readouterr().out
    settings = store.load_cloud()
    assert settings.password is None and settings.key is None and not settings.secure


def test_what_is_refused_is_not_stored():
    imp_cloud.configure("mqtt://b")
    with pytest.raises(ValueError):
        imp_cloud.configure("mqtts://c")
    assert store.load_cloud().host == "b"


def test_the_tls_session_goes_with_the_server(monkeypatch, tmp_path):
    dropped = []
    monkeypatch.setattr(_connectwith, "drop_session", lambda: dropped.append(1))
    ca, another = (Certificates(tmp_path).ca_pem for _ in range(2))
    for url, authority, drops in (
        ("mqtts://a", ca, True), ("mqtts://a", ca, False), ("mqtts://a:1", ca, True),
        ("mqtts://b:1", ca, True), ("mqtts://b:1", another, True), ("mqtts://b:1", another, False),
    ):  # fmt: skip
        dropped.clear()
        imp_cloud.configure(url, ca=authority, username="u", password="p")
        assert bool(dropped) == drops, url
