# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Certificates for one world: a CA and the certificates that it has signed."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = datetime.timedelta(days=1)
# A board without a time server uses the date of its build, which may be so long ago.
_VALID_SINCE = -400 * _DAY

YOUNG = (5.0, 20.0)  # days from now; later than the build of any board that is tested


def _address(host: str) -> str | None:
    """`host` if it is an IPv4 address: a name in a certificate is none (RFC 9525, section 6.5)."""
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError:
        return None


@dataclass(frozen=True)
class KeyPair:
    """PEM files of a certificate and its private key."""

    certificate: Path
    key: Path


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


class Certificates:
    """`broker` is good for `host`, `other_host` for other.test, `expired` was for `host` until
    yesterday, `young` will be in five days, `young_other_host` for other.test. `untrusted` is for
    `host` and says that the CA has signed it, with another key. Made anew each time, with EC P-256
    or with RSA of `rsa_bits`. local: `broker` is also good for this computer's own names,
    localhost and 127.0.0.1."""

    def __init__(
        self, folder: Path, host: str = "broker.test", rsa_bits: int = 0, local: bool = False
    ) -> None:
        self.host = host
        self._folder = folder
        self._rsa_bits = rsa_bits
        self._now = datetime.datetime.now(datetime.UTC)
        self._ca_key = self._make_key()
        ca = self._make_ca()
        self.ca_pem = ca.public_bytes(Encoding.PEM)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self.ca_pem)
        address = _address(host)
        self.broker = self.issue("broker", host, address=address, local=local)
        self.other_host = self.issue("other-host", "other.test")
        self.expired = self.issue("expired", host, expired=True, address=address)
        self.young = self.issue("young", host, days=YOUNG, address=address)
        self.young_other_host = self.issue("young-other-host", "other.test", days=YOUNG)
        self.untrusted = self.issue("untrusted", host, address=address, forged=True)

    def _builder(
        self, subject: str, start: datetime.timedelta, end: datetime.timedelta
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name("connectwith bench CA"))
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now + start)
            .not_valid_after(self._now + end)
        )

    def _make_key(self) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
        if self._rsa_bits:
            return rsa.generate_private_key(65537, self._rsa_bits)
        return ec.generate_private_key(ec.SECP256R1())

    def _make_ca(self) -> x509.Certificate:
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False,
            data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        return (
            self._builder("connectwith bench CA", _VALID_SINCE, 30 * _DAY)
            .public_key(self._ca_key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._ca_key, hashes.SHA256())
        )

    def issue(
        self,
        name: str,
        host: str,
        expired: bool = False,
        address: str | None = None,
        days: tuple[float, float] | None = None,
        local: bool = False,
        forged: bool = False,
    ) -> KeyPair:
        """A certificate for the server `host`, and for its IPv4 `address` if there is one, in
        files that begin with `name`; days: from when and until when it is valid, counted from
        now; local: for localhost, too; forged: not signed by the CA."""
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        addresses = [address] if address is not None else []
        if local:
            names.append(x509.DNSName("localhost"))
            addresses.append("127.0.0.1")
        names += [x509.IPAddress(ipaddress.IPv4Address(text)) for text in addresses]
        key = self._make_key()
        start, end = (-20 * _DAY, -_DAY) if expired else (_VALID_SINCE, 20 * _DAY)
        if days is not None:
            start, end = days[0] * _DAY, days[1] * _DAY
        server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        certificate = (
            self._builder(host, start, end)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(server, critical=False)
            .sign(self._make_key() if forged else self._ca_key, hashes.SHA256())
        )
        pair = KeyPair(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        pair.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        pair.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return pair

    def sign(self, request: bytes) -> bytes:
        """The certificate (PEM) of a client that has sent this request (PEM)."""
        parsed = x509.load_pem_x509_csr(request)
        if not parsed.is_signature_valid:
            raise ValueError("the request is not signed with its own key")
        certificate = (
            x509.CertificateBuilder()
            .subject_name(parsed.subject)
            .issuer_name(_name("connectwith bench CA"))
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now + _VALID_SINCE)
            .not_valid_after(self._now + 20 * _DAY)
            .public_key(parsed.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
            )
            .sign(self._ca_key, hashes.SHA256())
        )
        return certificate.public_bytes(Encoding.PEM)
