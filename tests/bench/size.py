# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Bytes of code: frozen Python, and the C module."""

import subprocess
import sys

from figures import Cell, Row
from setting import Setting

from setup import paths

sys.path.append(str(paths.ROOT / "tests" / "core"))
import check_size


def _frozen(setting: Setting) -> int:
    modules = (paths.ROOT / "modules").rglob("*.py")
    return sum(len(setting.kit.compile(f)) for f in modules if f.name != "manifest.py")


def measure(setting: Setting) -> list[Row]:
    """Sizes as .mpy, and of the C module's objects."""
    python = {"ours": Cell([float(_frozen(setting))])}
    for name in setting.others:
        code = setting.kit.foreign(name)
        python[name] = Cell([float(sum(map(len, code.values())))] if code else [], "none")
        python[name].text = "" if code else "none"
    rows = [
        setting.row("Python as .mpy", "bytes", python,
                    note="connectwith: the API, three links, the AT engine, MQTT, diagnostics"),
    ]  # fmt: skip
    table = check_size.read_table()
    rv32 = sum(sizes.get("rv32imac", 0) for sizes in table.values())
    try:
        x86 = sum(check_size.measure(setting.kit.binary.parent).values())
        note = "the object files of this build"
    except (OSError, subprocess.CalledProcessError):
        x86 = sum(sizes.get("x86_64", 0) for sizes in table.values())
        note = "from firmware/connectwith/size.csv"
    rows.append(Row("C module, x86-64", "bytes", {"ours": Cell([float(x86)])}, note=note))
    rows.append(
        Row("C module, rv32imac: core and bindings", "bytes", {"ours": Cell([float(rv32)])},
            note="from firmware/connectwith/size.csv, which the tests hold to the build")
    )  # fmt: skip
    return rows
