# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Plots as SVG that is the same for the same figures, for the programs that measure."""

from pathlib import Path


def pyplot():
    """matplotlib's pyplot. Without this, ids would be others each time; text stays text."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "connectwith", "svg.fonttype": "none"})
    from matplotlib import pyplot as plots

    return plots


def save(figure, file: Path) -> None:
    """Writes a plot, without date and version, and closes it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None, "Creator": None})
    pyplot().close(figure)
