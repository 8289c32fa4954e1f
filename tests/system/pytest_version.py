# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The firmware says its version: the one of the file VERSION."""

import pathlib

VERSION = (pathlib.Path(__file__).resolve().parents[2] / "VERSION").read_text().strip()


def test_version(device):
    assert device.repl.value("__import__('imp').diag.version()") == VERSION


def test_banner_and_sys_version(device):
    """sys.version ends with what the REPL's banner begins with."""
    python, name, ours = device.repl.value("__import__('sys').version").split("; ")
    # MicroPython's own words come first: tools look for them.
    assert name.startswith("MicroPython v")
    assert ours == f"connectwith {VERSION}"
