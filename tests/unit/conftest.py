# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the frozen modules need from MicroPython, so that the sans-IO ones run on CPython too.

Nothing here says yes to everything: sealing really authenticates, and hardware is not imitated.
"""

import hashlib
import hmac
import os
import sys
import time
import types
from pathlib import Path

TICKS_PERIOD = 1 << 30  # as on an ESP32

# At the end: modules/ has a file named like a module of older Pythons.
sys.path.append(str(Path(__file__).parents[2] / "modules"))


def ticks_diff(a: int, b: int) -> int:
    """Signed distance of two ticks, as MicroPython's time.ticks_diff."""
    half = TICKS_PERIOD // 2
    return ((a - b + half) & (TICKS_PERIOD - 1)) - half


def ticks_add(a: int, delta: int) -> int:
    """As MicroPython's time.ticks_add."""
    return (a + delta) & (TICKS_PERIOD - 1)


DEVICE_SECRET = b"of this device only"


def seal(plain: bytes, context: bytes, secret: bytes = DEVICE_SECRET) -> bytes:
    """Authenticated encryption out of HMAC alone, enough to test what is bound to what."""
    nonce = os.urandom(12)
    stream = hashlib.shake_256(secret + nonce).digest(len(plain))
    body = nonce + bytes(a ^ b for a, b in zip(plain, stream, strict=True))
    return hmac.digest(secret, context + b"|" + body, "sha256") + body


def unseal(blob: bytes, context: bytes) -> bytes:
    """The plain text, or ValueError as on the board."""
    if len(blob) < 44:
        raise ValueError("not a sealed value")
    tag, body = blob[:32], blob[32:]
    if not hmac.compare_digest(tag, hmac.digest(DEVICE_SECRET, context + b"|" + body, "sha256")):
        raise ValueError("sealed value was changed, or is for another use")
    stream = hashlib.shake_256(DEVICE_SECRET + body[:12]).digest(len(body) - 12)
    return bytes(a ^ b for a, b in zip(body[12:], stream, strict=True))


def _module(name: str, **members) -> None:
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module


_module("micropython", const=lambda value: value)
_module("_connectwith", seal=seal, unseal=unseal)
_module("machine", unique_id=lambda: bytes.fromhex("240ac4000001"))
time.ticks_ms = lambda: time.monotonic_ns() // 1000000 % TICKS_PERIOD
time.ticks_diff = ticks_diff
time.ticks_add = ticks_add
