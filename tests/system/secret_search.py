# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Looks for secrets in a flash image, in every form in which one could stand there."""

import base64

from cryptography.hazmat.primitives import serialization

# Storage may cut a value at the border of an entry or a page. Of two parts, one has half of it.
PIECE_BYTES = 8


def private_number(pem):
    """What is secret of a private key (PEM bytes): the rest stands in the certificate, too."""
    key = serialization.load_pem_private_key(pem, None)
    return key.private_numbers().private_value.to_bytes(32, "big")


def _base64(secret):
    """The part of its Base64 form that depends on it alone, wherever it begins in a text."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + secret).rstrip(b"=")
        first = -(-before * 8 // 6)
        yield text[first : (before + len(secret)) * 8 // 6]


def forms(secret):
    """`secret` (bytes) as it is and in other codings."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    yield from _base64(secret)
    if secret.isascii():
        yield secret.decode().encode("utf-16-le")
        yield secret.decode().encode("utf-16-be")


def pieces(form):
    """Half of it from every place; a short one is looked for as a whole."""
    length = max(PIECE_BYTES, len(form) // 2)
    return {form[at : at + length] for at in range(max(1, len(form) - length + 1))}


def found(secrets, image):
    """Which of `secrets` (bytes) are in `image` (bytes), in any form or half of one."""
    return [
        secret
        for secret in secrets
        if any(piece in image for form in forms(secret) for piece in pieces(form))
    ]
