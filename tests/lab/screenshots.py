# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Makes the pictures of the lab for the documents: ./tools/cw lab --screenshots FOLDER."""

import base64
import sys
import tempfile
from pathlib import Path

import chromium
from labs import ROOT, Lab
from pages import LabPage
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(ROOT / "tools"))

from setup.problem import Problem, exit_with

_SCRIPT = ROOT / "tools" / "lab" / "on_board" / "examples" / "6_stay_connected.py"
# By width: the most that is shown of the page's height, in CSS pixels.
_SIZES = {1280: 1600, 390: 2200}
_SCHEMES = ("light", "dark")
_QUALITIES = (85, 70, 55)  # of WebP; the best one that is small enough
_MOST_BYTES = 150_000


def _make_something_to_see(page: LabPage) -> None:
    """A session that has moved: the cable is out, and the board is connected over Wi-Fi."""
    header, _, script = _SCRIPT.read_text(encoding="utf-8").partition("\n# Stay")
    assert script, header
    page.run(f"# Stay{script}")
    page.has_session("eth0")
    page.press("cable out")
    page.has_session("wl0")


def _picture(page: LabPage, width: int) -> bytes:
    session = page.page.context.new_cdp_session(page.page)
    height = page.page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, _SIZES[width]), "scale": 1}
    how = {"format": "webp", "clip": clip, "captureBeyondViewport": True}
    for quality in _QUALITIES:
        answer = session.send("Page.captureScreenshot", {**how, "quality": quality})
        data = base64.b64decode(answer["data"])
        if len(data) <= _MOST_BYTES:
            return data
    raise Problem(
        f"A picture has {len(data)} bytes.", f"the limit is {_MOST_BYTES}.",
        f"show less of the page, in {Path(__file__).name}.",
    )  # fmt: skip


def write(browser: Browser, lab: Lab, folder: Path) -> None:
    """Writes all pictures. Raises Problem."""
    with browser.new_context() as context:
        _make_something_to_see(LabPage(context, lab))
    for width in _SIZES:
        for scheme in _SCHEMES:
            viewport = {"width": width, "height": 844}
            with browser.new_context(viewport=viewport, color_scheme=scheme) as context:
                page = LabPage(context, lab)
                page.press("Got it")
                page.has_session("wl0")
                data = _picture(page, width)
            file = folder / f"{width}-{scheme}.webp"
            file.write_bytes(data)
            print(f"{file}: {len(data) / 1000:.0f} kB", flush=True)


def main() -> int:
    folder = Path(sys.argv[1])
    if chromium.program() is None:
        raise Problem(
            "There is no browser to make pictures with.", "they are those of a real Chromium.",
            "apt-get install chromium, then run the same command again.",
        )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as logs,
        Lab(Path(logs) / "lab.log") as lab,
        sync_playwright() as driver,
        chromium.launched(driver) as browser,
    ):
        write(browser, lab, folder)
    return 0


if __name__ == "__main__":
    exit_with(main)
