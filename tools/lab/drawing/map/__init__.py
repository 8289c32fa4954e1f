# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The map: the board, the networks around it, and the servers beyond them, with what each is like.

What flows is not in the drawing: classes of the element around it show it, so that the moving dots
do not begin again at each change.
"""

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
    return " ".join(f"map-flows-{part}" for part in parts_ if part in flows)


def _session(layout: Layout, route: tuple[str, ...]) -> tuple[Point, ...]:
    """The way of the session, from the board to the broker."""
    network, server = (layout.spots[part] for part in route)
    beyond = (server.box.middle, *layout.tunnel) if route[1] == "proxy" else ()
    return network.way + server.way + beyond


def _under(layout: Layout, board: words.Centre, shown: tuple[words.Place, ...]) -> str:
    """All that lies under the places."""
    spots = {place.part: layout.spots[place.part] for place in shown}
    drawn = parts.path("map-bus", *(spot.bus for spot in spots.values()))
    if board.route and spots.keys() >= set(board.route):
        way = _session(layout, board.route)
        drawn += parts.path("map-tube", way) + parts.path("map-tube-inside", way)
    drawn += "".join(parts.wire(spots[place.part], place) for place in shown)
    flows = (parts.path(f"map-flow map-flow-{p}", spot.way) for p, spot in spots.items())
    return drawn + "".join(flows)


def _drawing(layout: Layout, board: words.Centre, shown: tuple[words.Place, ...]) -> str:
    width, height = layout.size
    networks = [place.part for place in shown if place.part in words.NETWORKS]
    places = "".join(parts.spot(layout, layout.spots[place.part], place) for place in shown)
    return (
        f'<svg class="map-{layout.name}" viewBox="0 0 {width} {height}" role="group"'
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
