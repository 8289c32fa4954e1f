# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Client certificates: a key of the board's own from the request to the connection, and keys that
are not those of their certificates."""

import io

import pytest
from bench.broker import Broker
from bench.certificates import Certificates
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from secret_search import found, private_number

import commands
from commands import provision
from setup.problem import Problem
from setup.report import Report

pytestmark = pytest.mark.virtual("a second broker, power cuts, and a search of the flash")

NO_SERVER, SERVER_CONNECTED = 4, 5
_KEY = "__import__('connectwith.settings').settings.cloud.secret(" \
    "__import__('connectwith.settings').settings.load_cloud(), 'key')"  # fmt: skip


@pytest.fixture
def broker(world, tmp_path):
    """Mosquitto, which wants a certificate of the bench's authority."""
    if world.broker.engine != "mosquitto":
        pytest.skip("only Mosquitto asks clients for certificates")
    broker = Broker(
        tmp_path, world.certificates, world.guard, client_ca=world.certificates.ca_file
    )
    broker.start()
    yield broker
    broker.stop()


def _from_files(world, name):
    """A certificate and its key (PEM), made on the host."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    request = request.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    return world.certificates.sign(request), key.private_bytes(
        Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _configure(device, broker, cert, key=None):
    device.repl.run(
        f"imp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r}, cert={cert!r}, key={key!r})"
    )


def _connect(device, broker):
    """Connects; who the broker says that it was."""
    assert device.connect(device.ethernet()) == SERVER_CONNECTED, device.last_attempt()
    device.repl.run("server.disconnect()")
    return broker.users()[-1]


def _private_number(device):
    """What is secret of the key in use."""
    der = bytes(device.repl.value(f"bytes({_KEY})"))
    key = serialization.load_der_private_key(der, None)
    return key.private_numbers().private_value.to_bytes(32, "big")


def test_key_of_the_board_from_request_to_connection(device, world, broker):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    device.repl.run("server.disconnect()")
    device.use_broker(broker.url)
    assert device.connect(device.ethernet(), timeout=3) == NO_SERVER, "it wants a certificate"
    assert "client certificate" in device.last_attempt()["cause"]
    former, former_key = _from_files(world, "of-files")
    _configure(device, broker, former, former_key)
    assert _connect(device, broker) == "of-files"
    request = device.repl.value("imp.cloud.makerequest()")
    parsed = x509.load_pem_x509_csr(request)
    assert parsed.is_signature_valid and isinstance(parsed.public_key().curve, ec.SECP256R1)
    name = device.repl.value("__import__('machine').unique_id().hex()")
    assert parsed.subject.rfc4514_string() == "CN=" + name
    waiting = device.flash()
    device.reboot()
    assert _connect(device, broker) == "of-files", "the identity in use stays"
    _configure(device, broker, world.certificates.sign(request))
    assert _connect(device, broker) == name
    after = device.flash()
    device.reboot()
    assert _connect(device, broker) == name
    secret = _private_number(device)
    assert found([secret, private_number(former_key)], waiting + after) == []
    assert found([secret], waiting + b"\xff" * 64 + secret) == [secret]
    _configure(device, broker, former)
    assert _connect(device, broker) == "of-files", "it can be put back"


def test_names_on_the_board(device):
    for name in ("", "a" * 65, "a,O=b", "a=b", "#61", "a\\\\,b", "ä"):
        out = device.repl.run(
            f"try:\n    imp.cloud.makerequest('{name}')\nexcept ValueError as error: print(error)"
        )
        assert out.startswith("commonname"), name
    longest = "a-._:@Z9" * 8
    parsed = x509.load_pem_x509_csr(device.repl.value(f"imp.cloud.makerequest({longest!r})"))
    assert [(part.oid, part.value) for part in parsed.subject] == [
        (NameOID.COMMON_NAME, longest)
    ]  # fmt: skip


def test_what_does_not_belong_together_changes_nothing(device, world, broker, tmp_path):
    cert, key = _from_files(world, "first")
    other_cert, other_key = _from_files(world, "second")
    _configure(device, broker, cert, key)
    rsa = Certificates(tmp_path, rsa_bits=2048).broker
    rsa_cert, rsa_key = rsa.certificate.read_bytes(), rsa.key.read_bytes()
    der = serialization.load_pem_private_key(other_key, None).private_bytes(
        Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    half = cert.replace(cert.splitlines()[3], b"")
    bad = [
        (cert, other_key, "key"), (other_cert, key, "key"), (cert, der, "key"),
        (rsa_cert, key, "key"), (cert, rsa_key, "key"), (cert, cert, "key"), (der, der, "cert"),
        (key, key, "cert"), (half, key, "cert"), (b"0" + bytes(99), key, "cert"),
        (cert, b"0" + bytes(99), "key"), (other_cert, None, "key: missing"),
        (cert + key, key, "cert: holds"),
    ]  # fmt: skip
    before = device.flash()
    for wrong_cert, wrong_key, word in bad:
        out = device.repl.run(
            f"try: imp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r}, "
            f"cert={wrong_cert!r}, key={wrong_key!r})\n"
            "except ValueError as error: print(error)"
        )
        assert out.startswith(word), (word, out, wrong_cert)
    assert device.flash() == before
    assert _connect(device, broker) == "first"
    _configure(device, broker, rsa_cert, rsa_key)  # of another authority, and a pair


def _provision(*arguments):
    _, options = commands.parse(["provision", *map(str, arguments)])
    text = io.StringIO()
    assert provision.run(options, Report(text)) == 0
    return text.getvalue()


def test_provision_writes_the_request_and_takes_the_certificate(board, world, tmp_path, broker):
    file, cert = tmp_path / "board.csr", tmp_path / "board.pem"
    said = _provision("--port", board.console, "--request", file)
    request = file.read_bytes()
    name = x509.load_pem_x509_csr(request).subject.rfc4514_string()
    assert name in said
    ca = world.certificates.ca_file
    to_broker = ("--port", board.console, "--cloud", broker.url, "--ca", ca)
    cert.write_bytes(_from_files(world, "another")[0])
    with pytest.raises(Problem, match="has no key for this certificate"):
        _provision(*to_broker, "--cert", cert)
    board.stop()  # the power is cut while the request is under way
    board.start()
    cert.write_bytes(world.certificates.sign(request))
    assert "the board's own key" in _provision(*to_broker, "--cert", cert)
    board.exec("import server\nserver.connect()\nprint(server.isconnected())", 40)
    assert "CN=" + broker.users()[-1] == name
