# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Arbitrary bytes as bench.toml give a bench, or an error of three lines without a secret."""

import tempfile
from pathlib import Path

from setup.problem import Problem
from target import bench_file

SECRET = "S3cret-of-the-bench"
_ENVIRONMENT = {"BENCH_WIFI_KEY": SECRET, "EMPTY": ""}
_FOLDER = tempfile.TemporaryDirectory(prefix="connectwith-fuzz-")
_FILE = Path(_FOLDER.name) / "bench.toml"


def one(data: bytes) -> None:
    """The bytes of the file."""
    _FILE.write_bytes(data)
    try:
        found = bench_file.read(_FILE, _ENVIRONMENT)
    except Problem as problem:
        text = str(problem)
        assert text.count("\n") == 2 and SECRET not in text
        assert all(line.isprintable() for line in text.splitlines())
        return
    assert found.reset in bench_file.RESETS
    assert set(found.secrets) <= {SECRET}
    for network in found.wifi.values():
        assert 1 <= len(network.ssid.encode()) <= 32 and network.key in ("", SECRET)
    for words in found.commands.values():
        assert words and words[0] and not any("\0" in word for word in words)
