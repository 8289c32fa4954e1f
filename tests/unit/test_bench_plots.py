# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The plots of docs/figures.md: whether a legend or a label lies on what is drawn."""

import re
import types
import xml.etree.ElementTree as xml

import bench_programs  # noqa: F401
import pause
import picture
import plots
import pytest
from figures import Cell, Row

SVG = "{http://www.w3.org/2000/svg}"
STAGES = {"Wi-Fi": [["LINK", 150], ["TLS", 20]], "Ethernet": [["LINK", 100], ["TLS", 500]]}


def box(element):
    """Left, top, right and bottom of the paths below an element, as far as they are absolute."""
    points = [
        (float(x), float(y))
        for path in element.iter(f"{SVG}path")
        for x, y in re.findall(r"[ML] ([\d.]+) ([\d.]+)", path.get("d", ""))
    ]
    return tuple(f(values) for f in (min, max) for values in zip(*points, strict=True))


def gaps():
    counts = [0] * (len(pause.EDGES_MS) - 1)
    return {name: [n + 1 for n, _ in enumerate(counts)] for name in ("ours", "mqtt_as", "idle")}


@pytest.mark.parametrize(("draw", "data"), [(plots.stages, STAGES), (plots.pauses, gaps())])
def test_the_legend_is_above_the_axes(tmp_path, draw, data):
    draw(data, tmp_path / "plot.svg")
    groups = {g.get("id"): g for g in xml.parse(tmp_path / "plot.svg").iter(f"{SVG}g")}
    top_of_axes = box(groups["patch_2"])[1]  # the background of the axes
    assert box(groups["legend_1"])[3] < top_of_axes


def test_equal_figures_give_equal_files(tmp_path):
    for name in ("one.svg", "two.svg"):
        plots.stages(STAGES, tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def pauses(*values):
    cells = {"ours": Cell([values[0]]), "mqtt_as": Cell([values[1]], bound=True)}
    return [types.SimpleNamespace(rows=[Row("longest pause of a 1 ms Timer: DNS", "ms", cells)])]


@pytest.mark.parametrize("ms", [1.0, 1.95, 3.0, 4.76, 5.0, 6.0, 90.0])
def test_no_value_lies_on_a_bar_or_on_the_line(ms):
    root = xml.fromstring(picture.longest(pauses(ms, 5000.0)))
    line = picture._x(5.0)
    bars = [r for r in root.iter(f"{SVG}rect") if r.get("height") == "16"]
    texts = {t.text: float(t.get("x")) for t in root.iter(f"{SVG}text")}
    assert len(bars) == 2 and texts["> 5 s"] + picture._VALUE < picture._WIDTH
    value = next(x for text, x in texts.items() if text.endswith(" ms") and text[-4] != "1"
                 and x > picture._LEFT and "." in text)  # fmt: skip
    assert value > float(bars[0].get("x")) + float(bars[0].get("width"))
    assert not value < line < value + picture._VALUE


def test_nothing_is_drawn_of_nothing():
    assert picture.longest([]) == ""
