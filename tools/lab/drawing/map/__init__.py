# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The map: the board, the networks around it, and the servers beyond them, with what each is like.

What flows is not in the drawing: classes of the element around it show it, so that the moving dots
do not begin again at each change.
"""

from collections.abc import Iterator
from functools import lru_cache
from html import escape

from lab.drawing.map import parts, words
from lab.drawing.map.layout import LAYOUTS, Layout, Point
from lab.model import BoardView, LabView

__all__ = ["svg", "traffic"]


def traffic(board: BoardView) -> str:
    """The classes for what flows now."""
    parts_ = (*words.NETWORKS, *words.SERVERS, "dhcp")
    flows = {part for part in parts_ if board.traffic.get(part)}
    if "broker" in flows and "proxy" in words.route(board):
        flows = flows - {"broker"} | {"proxy"}
    return " ".join(f"lab-flows-{part}" for part in parts_ if part in flows)


def _session(layout: Layout, route: tuple[str, ...]) -> Iterator[Point]:
    network, server = (layout.spots[part] for part in route)
    yield from network.line
    yield from network.bus
    yield from server.bus
    yield from server.line
    if route[1] == "proxy":
        yield from layout.tunnel


def _under(layout: Layout, board: words.Centre, shown: tuple[words.Place, ...]) -> str:
    """All that lies under the places."""
    spots = {place.part: layout.spots[place.part] for place in shown}
    drawn = parts.path("lab-bus", *(spot.bus for spot in spots.values()))
    if board.route and spots.keys() >= set(board.route):
        way = list(_session(layout, board.route))
        drawn += parts.path("lab-tube", way) + parts.path("lab-tube-inside", way)
    drawn += "".join(parts.wire(spots[place.part], place) for place in shown)
    for part, spot in spots.items():
        way = [*spot.line, *spot.bus] if part in words.NETWORKS else [*spot.bus, *spot.line]
        drawn += parts.path(f"lab-flow lab-flow-{part}", way)
    return drawn


def _drawing(layout: Layout, board: words.Centre, shown: tuple[words.Place, ...]) -> str:
    width, height = layout.size
    networks = [place.part for place in shown if place.part in words.NETWORKS]
    places = "".join(parts.spot(layout, layout.spots[place.part], place) for place in shown)
    return (
        f'<svg class="lab-map-{layout.name}" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(words.sentence(board, shown))}">{_under(layout, board, shown)}'
        f"{parts.internet(layout.internet)}{places}{parts.board(layout, board, networks)}</svg>"
    )


# Every page draws the same at each change of anything.
@lru_cache(maxsize=16)
def _drawings(board: words.Centre, shown: tuple[words.Place, ...]) -> str:
    drawings = "".join(_drawing(layout, board, shown) for layout in LAYOUTS)
    return f'<div class="lab-map">{drawings}</div>'


def svg(lab: LabView, board: BoardView) -> str:
    """The board's surroundings twice, for wide pages and for narrow ones. CSS shows one of them.

    Each place has its part as data-part.
    """
    return _drawings(words.centre(board), words.places(lab, board))
