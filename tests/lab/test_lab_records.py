# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a person records in a browser plays again, and the test that is made of it passes."""

import os
import subprocess
import sys

from labs import ROOT
from pages import STAYS_CONNECTED
from playwright.sync_api import expect

_SYSTEM_TESTS = ROOT / "tests" / "system"
_LIMIT_S = 120


def _passes(test):
    """Runs a system test that stands in another folder."""
    path = os.pathsep.join([str(_SYSTEM_TESTS), str(ROOT / "tools")])
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "conftest",
               f"--rootdir={test.parent}", f"--config-file={ROOT / 'pyproject.toml'}",
               f"--basetemp={test.parent / 'run'}", str(test)]  # fmt: skip
    done = subprocess.run(
        command, cwd=_SYSTEM_TESTS, env={**environment, "PYTHONPATH": path}, capture_output=True,
        text=True, timeout=_LIMIT_S, check=False,
    )  # fmt: skip
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_a_recording_plays_again_and_is_a_test_that_passes(page, tmp_path):
    panel = page.region("Recording")
    page.press("Record")
    page.press("EN reset")
    page.has_no_session()
    page.run(STAYS_CONNECTED.read_text(encoding="utf-8"))
    page.has_session("eth0")
    page.press("cable out")
    page.has_session("wl0")
    page.press("cable out")
    page.has_session("eth0")
    page.press("Stop recording")
    with page.page.expect_download() as download:
        page.press("Download")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    page.press("Play")
    expect(panel.get_by_role("status")).to_have_text("The recording was played to its end.")
    assert "world.ethernet.unplug()" in file.read_text(encoding="utf-8")
    _passes(file)
