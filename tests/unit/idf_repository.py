# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A stand-in for ESP-IDF's repository, with submodules of its own, an install.sh and an export.sh.

install.sh wants IDF_TOOLS_PATH, notes its chips there and makes idf.py; export.sh puts that on the
PATH. What goes wrong stands in the file `fault` beside the repository.
"""

import subprocess
import sys
from pathlib import Path

STAND_IN = Path(__file__).with_name("idf_stand_in.py")
SUBMODULES = (
    "components/bt/controller/lib_esp32",
    "components/bt/controller/lib_esp32c3_family",
    "components/bt/controller/lib_esp32c6/esp32c6-bt-lib",
    "components/esp_wifi/lib",
    "components/lwip/lwip",
)
INSTALL = """\
set -eu
[ "$(cat "{folder}/fault" 2>/dev/null)" != install ] || {{
    echo "ERROR: Cannot establish a connection: Name or service not known"; exit 1; }}
mkdir -p "$IDF_TOOLS_PATH/bin" "$IDF_TOOLS_PATH/python_env"
echo half > "$IDF_TOOLS_PATH/python_env/state"
[ "$(cat "{folder}/fault" 2>/dev/null)" != kill ] || {{ kill -9 $PPID; exit 1; }}
[ "$(cat "{folder}/fault" 2>/dev/null)" != hang ] || sleep 60
echo "$1" >> "$IDF_TOOLS_PATH/chips"
printf '#!/bin/sh\\nexec {python} {stand_in} "$@"\\n' > "$IDF_TOOLS_PATH/bin/idf.py"
chmod +x "$IDF_TOOLS_PATH/bin/idf.py"
echo whole > "$IDF_TOOLS_PATH/python_env/state"
"""
EXPORT = """\
[ "$(cat "$IDF_TOOLS_PATH/python_env/state")" = whole ] || return 1
export PATH="$IDF_TOOLS_PATH/bin:$PATH"
"""
# Of idf_tools.py, the one command that is used: it "installs" a program of that name.
TOOLS = """\
import os, sys
assert sys.argv[1] == "install" and len(sys.argv) == 3, sys.argv
folder = os.path.join(os.environ["IDF_TOOLS_PATH"], "bin")
with open(os.path.join(folder, "installed"), "a") as file:
    file.write(sys.argv[2] + "\\n")
source = os.path.join({folder!r}, sys.argv[2])
if os.path.exists(source):
    names = {{"qemu-riscv32": "qemu-system-riscv32", "qemu-xtensa": "qemu-system-xtensa"}}
    os.symlink(source, os.path.join(folder, names[sys.argv[2]]))
"""
VERSION = "set(IDF_VERSION_MAJOR 5)\nset(IDF_VERSION_MINOR 5)\nset(IDF_VERSION_PATCH 1)\n"
TAG = "v5.5.1"


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.org",
               "-c", "protocol.file.allow=always", *words]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _commit(folder: Path) -> str:
    _git(folder, "add", "-f", ".")
    _git(folder, "commit", "-qm", "1")
    return _git(folder, "rev-parse", "HEAD")


def make(folder: Path) -> tuple[str, str]:
    """The repository at TAG: its address and commit. Its submodules are beside it."""
    top = folder / "esp-idf.git"
    files = {
        "install.sh": INSTALL.format(folder=folder, python=sys.executable, stand_in=STAND_IN),
        "export.sh": EXPORT,
        "tools/idf_tools.py": TOOLS.format(folder=str(folder)),
        "tools/cmake/version.cmake": VERSION,
        "config.json": '{"size": 1500000, "fault": "", "broken": []}',
    }
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    _git(top, "init", "-q")
    for name in SUBMODULES:
        module = folder / "modules" / name
        module.mkdir(parents=True)
        (module / "lib.a").write_text(name)
        _git(module, "init", "-q")
        _commit(module)
        _git(top, "submodule", "--quiet", "add", f"file://{module}", name)
    commit = _commit(top)
    _git(top, "tag", TAG)
    return f"file://{top}", commit
