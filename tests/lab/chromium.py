# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The system's Chromium without a window, by Playwright. It reaches this machine only."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Playwright

# Debian's, Ubuntu's, Google's.
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium: apt-get install chromium"
# Chromium asks its maker for updates and lists. These requests end as a name that does not exist.
_ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


def program() -> str | None:
    """The path of a Chromium, or None."""
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)


def _as_a_users(folder: Path) -> str:
    """A program that starts Chromium for root. With the right to it, Chromium puts some of its
    threads before all other programs, which the browser of a user cannot do."""
    file = folder / "chromium"
    command = f"setpriv --inh-caps=-sys_nice --bounding-set=-sys_nice -- {program()}"
    file.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    file.chmod(0o700)
    return str(file)


def _launch(playwright: Playwright, home: str) -> Browser:
    is_root = os.geteuid() == 0
    how: dict[str, Any] = {
        "executable_path": _as_a_users(Path(home)) if is_root else program(),
        # Containers have a small /dev/shm, or none.
        "args": [_ONLY_HERE, "--disable-dev-shm-usage"],
        "env": {**os.environ, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home},
    }
    try:
        # The sandbox refuses to start as root.
        return playwright.chromium.launch(chromium_sandbox=not is_root, **how)
    except Error as error:
        if is_root or "No usable sandbox" not in str(error):
            raise
    # A container that lets nobody make one. The page is this project's, and no other is reached.
    return playwright.chromium.launch(chromium_sandbox=False, **how)


@contextlib.contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """A browser with an empty profile, which is gone after the block. Needs program()."""
    with tempfile.TemporaryDirectory(prefix="lab-chromium-", ignore_cleanup_errors=True) as home:
        browser = _launch(playwright, home)
        try:
            yield browser
        finally:
            browser.close()


def processes(browser: Browser) -> list[int]:
    """The process IDs of the browser, which comes first, and of all its parts."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return [each["id"] for each in sorted(found, key=lambda each: each["type"] != "browser")]
