# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`_connectwith.check_key` and `make_request` for CPython, with real certificates and keys."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sealing import seal


def _loaded(data, pem, der):
    try:
        return pem(data) if b"-----BEGIN " in data else der(data)
    except (ValueError, TypeError):
        return None


def check_key(cert: bytes, key: bytes | bytearray | None = None) -> int:
    """As on the board: 0 fits, 1 no certificate, 2 no private key, 3 the key of another one."""
    certificate = _loaded(
        bytes(cert), x509.load_pem_x509_certificate, x509.load_der_x509_certificate
    )
    if certificate is None:
        return 1
    if key is None:
        return 0
    private = _loaded(
        bytes(key),
        lambda data: serialization.load_pem_private_key(data, None),
        lambda data: serialization.load_der_private_key(data, None),
    )
    if private is None:
        return 2
    return 0 if private.public_key() == certificate.public_key() else 3


def make_request(subject: str, context: str) -> tuple[bytes, bytes]:
    """As on the board: a request (DER), and the sealed key (DER)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject.removeprefix("CN="))])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    plain = key.private_bytes(
        Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return request.public_bytes(Encoding.DER), seal(plain, context)
