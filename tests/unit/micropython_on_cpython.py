# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The parts of MicroPython that the frozen modules need, so that sans-IO modules run on CPython.

Importing it is enough. Sealing really authenticates. Hardware is not simulated.
"""

import contextlib
import errno
import json
import os
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

from key_pairs import check_key, make_request
from nvs_in_memory import set_setting, setting
from sealing import seal, unseal

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


def _module(name: str, **members) -> None:
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module


def utf8_bytes(text: str) -> int:
    """As `_connectwith.utf8_bytes`; a lone surrogate stands for what is not UTF-8."""
    try:
        return len(text.encode())
    except UnicodeError:
        return -1


def is_json(payload: bytes) -> bool:
    """As `_connectwith.is_json`, by CPython's parser, without its NaN and Infinity."""
    try:
        json.loads(payload, parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError):
        return False
    return True


def ilistdir(folder: str) -> Iterator[tuple[str, int, int, int]]:
    """As MicroPython's os.ilistdir: an empty file system, which has no folder of that name."""
    raise FileNotFoundError(errno.ENOENT, folder)


_module("micropython", const=lambda value: value, schedule=lambda call, value: call(value))
_module(
    "_connectwith",
    seal=seal,
    unseal=unseal,
    setting=setting,
    set_setting=set_setting,
    utf8_bytes=utf8_bytes,
    is_json=is_json,
    check_key=check_key,
    make_request=make_request,
    SchedulerLock=contextlib.nullcontext,
    link_used=lambda link, used=False: False,
    handshakes=lambda resumed: 0,
    keep_session=lambda: None,
    drop_session=lambda: None,
)
_module("machine", unique_id=lambda: bytes.fromhex("240ac4000001"))
os.ilistdir = ilistdir
time.ticks_ms = lambda: time.monotonic_ns() // 1000000 % TICKS_PERIOD
time.ticks_diff = ticks_diff
time.ticks_add = ticks_add
