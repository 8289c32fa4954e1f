# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The drawings of the pages: light and dark, within their frame, and true to the code."""

import re
import xml.etree.ElementTree as xml

import pytest

from commands import demo
from setup import paths

DRAWINGS = sorted((paths.ROOT / "docs" / "drawings").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
# The mean width of a character in DejaVu Sans, the widest of the fonts, at 14 px.
WIDEST_PX = 8.4


def texts(path):
    return [element for element in xml.parse(path).iter(f"{SVG}text")]


def test_there_are_drawings():
    assert {path.stem for path in DRAWINGS} >= {"layers", "attempt", "demo"}


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_each_has_a_dark_variant_and_a_title(path):
    text = path.read_text(encoding="utf-8")
    assert "@media (prefers-color-scheme: dark)" in text
    light, _, dark = text.partition("@media")
    style = light.partition("<style>")[2]
    coloured = set(re.findall(r"\.(\w+) \{[^}]*#", style))
    assert coloured and coloured == set(re.findall(r"\.(\w+) \{[^}]*#", dark))
    root = xml.fromstring(text)
    assert root.find(f"{SVG}title").text and root.find(f"{SVG}desc").text


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_no_text_leaves_its_frame(path):
    whole = float(xml.parse(path).getroot().get("width"))
    for element in texts(path):
        x, width = float(element.get("x")), WIDEST_PX * len(element.text)
        left = x - {"middle": width / 2, "end": width}.get(element.get("text-anchor"), 0)
        assert left >= 0 and left + width <= whole, element.text


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_page_shows_it(path):
    pages = [paths.ROOT / "README.md", *(paths.ROOT / "docs").glob("*.md")]
    assert any(f"drawings/{path.name})" in page.read_text(encoding="utf-8") for page in pages)


def test_the_attempt_has_the_stages_of_the_core_in_their_order():
    header = (paths.ROOT / "firmware/connectwith/core/attempt.h").read_text(encoding="utf-8")
    stages = re.findall(
        r"X\((\w+)\)", header.partition("ATTEMPT_STAGES(X)")[2].partition("\n\n")[0]
    )
    drawn = [t.text for t in texts(DRAWINGS[0].with_name("attempt.svg"))]
    assert len(stages) == 9 and [text for text in drawn if text in stages] == stages


def test_the_demo_has_the_results_of_the_demo():
    results = {attempt.expected for attempt in demo.expected_attempts()}
    drawn = [t.text for t in texts(DRAWINGS[0].with_name("demo.svg"))]
    shown = [text for text in drawn if text in results]
    assert shown == [attempt.expected for attempt in demo.expected_attempts()]
