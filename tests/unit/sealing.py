# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`_connectwith.seal` and `unseal` for CPython, with real authentication."""

import hashlib
import hmac
import os

DEVICE_SECRET = b"of this device only"


def _octets(value: bytes | str) -> bytes:
    # A str is a buffer for MicroPython's C functions.
    return value.encode() if isinstance(value, str) else value


def seal(plain: bytes | str, context: bytes | str, secret: bytes = DEVICE_SECRET) -> bytes:
    """Authenticated encryption by HMAC alone, enough to test the binding to a context."""
    plain, context = _octets(plain), _octets(context)
    nonce = os.urandom(12)
    stream = hashlib.shake_256(secret + nonce).digest(len(plain))
    body = nonce + bytes(a ^ b for a, b in zip(plain, stream, strict=True))
    return hmac.digest(secret, context + b"|" + body, "sha256") + body


def unseal(blob: bytes, context: bytes | str, mutable: bool = False) -> bytes | bytearray:
    """The plain text, or ValueError as on the board."""
    context = _octets(context)
    if len(blob) < 44:
        raise ValueError("not a sealed value")
    tag, body = blob[:32], blob[32:]
    if not hmac.compare_digest(tag, hmac.digest(DEVICE_SECRET, context + b"|" + body, "sha256")):
        raise ValueError("sealed value was changed")
    stream = hashlib.shake_256(DEVICE_SECRET + body[:12]).digest(len(body) - 12)
    plain = bytes(a ^ b for a, b in zip(body[12:], stream, strict=True))
    return bytearray(plain) if mutable else plain
