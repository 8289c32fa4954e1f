# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What all of the lab's drawings share: lines, and colours that can be read."""

import re
from pathlib import Path

import lab
import pytest
from lab.drawing import lines, style


def test_lines_are_no_html():
    assert "<img" not in lines.html(["<img src=x onerror=alert(1)>"])


def luminance(colour):
    """Of #rrggbb, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


PAGE = Path(lab.__file__).with_name("page") / "page.css"
GROUNDS = ("page", "paper", "inset")


def colours(dark):
    """By name: the variables of CSS for light or dark. Dark takes the place of light."""
    found = {}
    text = PAGE.read_text() + style.CSS
    for body in (r"body", r"body\.body--dark")[: 1 + dark]:
        for rules in re.findall(body + r" \{([^}]*)\}", text):
            found |= dict(re.findall(r"--lab-(\w+): (#[0-9a-f]{6});", rules))
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_can_be_read_on_the_paper_and_on_the_page(dark):
    shown = colours(dark)
    words = shown.keys() - {*GROUNDS, "line"}
    assert {"ink", "soft", "good", "warn", "bad", "faulty", "accent"} <= words
    low = {(word, ground): contrast(shown[word], shown[ground])
           for word in words for ground in GROUNDS}  # fmt: skip
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


def test_words_can_be_read_on_the_bars_of_stages():
    found = re.findall(r"\.attempt-stage-\w+ { background: (#[0-9a-f]{6});", style.CSS)
    assert len(found) == 10
    assert [colour for colour in found if contrast("#ffffff", colour) < 4.5] == []
