# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Plots as SVG, light and dark; equal figures give equal files."""

from pathlib import Path

# matplotlib writes colours into the elements, so only !important goes before them.
_DARK = """@media (prefers-color-scheme: dark) {
 [style*="fill: #ffffff"] { fill: #0d1117 !important }
 [style*="stroke: #000000"] { stroke: #e6edf3 !important }
 text { fill: #e6edf3 }
}"""


def pyplot():
    """matplotlib's pyplot, with the same ids in each run, and with text as text."""
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
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("</style>", f"\n{_DARK}</style>", 1), encoding="utf-8")
