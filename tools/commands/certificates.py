# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Files of certificates and private keys, checked before they go to a board.

No message repeats anything of a file's content.
"""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from setup.problem import Problem

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

# The limit of the board for one value (modules/connectwith/settings/saving.py).
PEM_MAX = 4000
_DER_SEQUENCE = 0x30  # X.690: it opens every DER structure that is wanted here


def _read(name: str) -> bytes:
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise Problem(
            f"{name} cannot be read.", f"{error.strerror}.", "give a PEM or DER file.", 2
        ) from error
    if b"ENCRYPTED" in data[:4096]:
        raise Problem(
            f"{name} is protected by a password.",
            "the board cannot open it.",
            "take the password off (openssl pkey); on the board, the key is sealed.",
            2,
        )
    if not 16 <= len(data) <= PEM_MAX or (data[0] != _DER_SEQUENCE and b"-----BEGIN " not in data):
        raise Problem(
            f"{name} is neither PEM nor DER of at most {PEM_MAX} bytes.",
            f"it has {len(data)} bytes.",
            "give one certificate or one key, not a bundle.",
            2,
        )
    return data


def _is_pem(data: bytes) -> bool:
    return data[0] != _DER_SEQUENCE


def _load_key(data: bytes):
    """The private key in `data`, or None if there is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    load = serialization.load_pem_private_key if _is_pem(data) else (
        serialization.load_der_private_key
    )  # fmt: skip
    try:
        return load(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _load_certificate(name: str, data: bytes) -> "Certificate":
    from cryptography import x509

    # A private key beside a certificate in one file would be sent, and stored unsealed.
    if b"PRIVATE KEY-----" in data or _load_key(data) is not None:
        raise Problem(
            f"{name} holds a private key, and a certificate is wanted.",
            "a certificate is stored as it is, and anybody may read it.",
            "give the file with the certificate alone; the key of this device goes to --key.",
            2,
        )
    load = x509.load_pem_x509_certificate if _is_pem(data) else x509.load_der_x509_certificate
    try:
        return load(data)
    except ValueError:
        raise Problem(
            f"{name} is no certificate.",
            "it has the form of PEM or DER, but not the content of a certificate.",
            "look at it with: openssl x509 -text -noout -in FILE",
            2,
        ) from None


def read_certificate(name: str) -> bytes:
    """The content of a certificate: of a broker's authority, or of a device that has the key.
    Raises Problem."""
    data = _read(name)
    _check_dates(name, _load_certificate(name, data))
    return data


def read_pair(certificate_name: str, key_name: str) -> tuple[bytes, bytes]:
    """The contents of a device's certificate and of its private key, which belong together.
    Raises Problem."""
    data, key_data = _read(certificate_name), _read(key_name)
    certificate = _load_certificate(certificate_name, data)
    _check_dates(certificate_name, certificate)
    key = _load_key(key_data)
    if key is None:
        raise Problem(
            f"{key_name} is no private key.",
            "it has the form of PEM or DER, but not the content of a private key.",
            "give the key of that certificate: PEM that begins with BEGIN PRIVATE KEY, or DER.",
            2,
        )
    if key.public_key() != certificate.public_key():
        raise Problem(
            f"{key_name} is not the key of {certificate_name}.",
            "the certificate holds another public key.",
            "give the two files that were made together.",
            2,
        )
    return data, key_data


def _check_dates(name: str, certificate: "Certificate") -> None:
    ended = certificate.not_valid_after_utc
    if ended < datetime.datetime.now(datetime.UTC):
        raise Problem(
            f"{name} has expired.",
            f"it was valid until {ended:%Y-%m-%d}.",
            "get a new one from the authority.",
            2,
        )
