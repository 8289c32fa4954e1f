# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`./tools/cw bench` works: the shortest run of two of its programs, and their document.

No figure is judged here. Contenders that must be fetched are left out, so no network is needed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from setup import paths

pytestmark = pytest.mark.virtual("it starts boards of its own")

PROGRAM = paths.ROOT / "tests" / "bench" / "run.py"


def _mpy_cross():
    given = os.environ.get("CONNECTWITH_MPY_CROSS")
    found = sorted((paths.cache() / "mpy-cross").glob("*/mpy-cross"))
    assert given or found, "there is no mpy-cross: run ./tools/cw setup"
    return Path(given) if given else found[0]


@pytest.fixture
def measured(request, tmp_path):
    """The document of a quick run."""
    command = [sys.executable, str(PROGRAM), "--quick", "--json", "--results", str(tmp_path),
               "--board-binary", str(request.config.getoption("--board-binary")),
               "--mpy-cross", str(_mpy_cross()), "--columns", "ours", "--columns", "minimal",
               "--only", "rate", "--only", "memory"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_quick_run(measured):
    programs = {result["program"]: result for result in measured["results"]}
    assert {name: result["error"] for name, result in programs.items()} == {
        "rate": "", "memory": "",
    }  # fmt: skip
    rate, memory = (programs[name]["rows"] for name in ("rate", "memory"))
    with_qos_1, without = rate
    assert with_qos_1["cells"]["ours"]["values"][0] > 0
    assert with_qos_1["cells"]["minimal"]["text"] == "no QoS 1"
    assert without["cells"]["minimal"]["values"][0] > 0
    for row in memory:
        for contender in ("ours", "minimal"):
            cell = row["cells"][contender]
            assert len(cell["values"]) == 1 and not cell["text"], row["name"]
