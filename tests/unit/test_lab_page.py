# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's page, in the lab's own environment, which has NiceGUI."""

import os
import subprocess
from pathlib import Path

import pytest

from setup import paths, venv


def test_page(tmp_path):
    python = venv.interpreter(venv.location(paths.LAB_REQUIREMENTS))
    if not python.exists():
        pytest.skip("the lab's packages are not installed: ./tools/cw lab installs them")
    program = Path(__file__).with_name("lab_page_check.py")
    # NiceGUI's test client looks whether pytest runs it.
    environment = {
        "PYTHONPATH": str(paths.ROOT / "tools"),
        "NICEGUI_STORAGE_PATH": str(tmp_path),
        "PYTEST_CURRENT_TEST": os.environ["PYTEST_CURRENT_TEST"],
    }
    done = subprocess.run(
        [str(python), "-B", str(program)], env=environment, cwd=tmp_path,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("page: ok\n")
