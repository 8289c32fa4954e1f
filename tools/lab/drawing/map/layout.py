# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Where things stand on the map: once for wide pages, once for those of a telephone.

Wide: networks in a column on the left, the board in the middle, servers on the right. A bus, "the
internet", leads from the networks' outer sides around the board to the servers. Tall: the same,
with rows for columns.
"""

from dataclasses import dataclass

from lab.drawing.map.words import NETWORKS, SERVERS

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    w: float
    h: float

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.w / 2, self.y + self.h / 2


@dataclass(frozen=True)
class Spot:
    """A place. line: the one that has the state, from the board to a network, or from the bus to a
    server. bus: between the internet and that line or the network, away from the board. word,
    session: where the words of the line stand."""

    box: Box
    line: tuple[Point, Point]
    bus: tuple[Point, ...]
    word: Point
    session: Point

    @property
    def mark(self) -> Point:
        """The middle of the line."""
        (x1, y1), (x2, y2) = self.line
        return (x1 + x2) / 2, (y1 + y2) / 2


@dataclass(frozen=True)
class Layout:
    """name: of its CSS class. tunnel: from the proxy to the broker. pin: from a line's end at the
    board to the name of the interface. rows: of the board's words."""

    name: str
    size: tuple[int, int]
    board: Box
    internet: Box
    spots: dict[str, Spot]
    tunnel: tuple[Point, ...]
    pin: Point
    lamp: Point
    rows: tuple[Point, ...]
    row_width: float


def _wide() -> Layout:
    internet, board = Box(215, 8, 150, 32), Box(238, 64, 104, 324)
    top, left, right = internet.middle[1], 8, 372
    spots = {}
    for row, part in enumerate(NETWORKS):
        box = Box(22, 64 + 84 * row, 150, 72)
        y = box.middle[1]
        bus = ((box.x, y), (left, y), (left, top), (internet.x, top))
        x = (box.x + box.w + board.x) / 2
        line = ((board.x, y), (box.x + box.w, y))
        spots[part] = Spot(box, line, bus, (x, y - 11), (x, y + 20))
    for row, part in enumerate(SERVERS):
        box = Box(446, 76 + 84 * row, 128, 48)
        y = box.middle[1]
        bus = ((internet.x + internet.w, top), (right, top), (right, y))
        x = (right + box.x) / 2
        spots[part] = Spot(box, ((right, y), (box.x, y)), bus, (x, y - 11), (x, y + 20))
    x, y = spots["proxy"].box.middle[0], spots["proxy"].box.y + 48
    tunnel = ((x, y), (x, spots["broker"].box.y))
    x = board.middle[0]
    rows = ((x, 124), (x, 142), (x, 242), (x, 308), (x, 326))
    return Layout("wide", (580, 396), board, internet, spots, tunnel, (7, 4), (x, 221), rows, 98)


def _tall() -> Layout:
    internet, board = Box(139, 4, 82, 26), Box(14, 196, 330, 74)
    left, low, pitch = 6, 288, 84
    top = internet.middle[1]
    spots = {}
    for column, part in enumerate(NETWORKS):
        box = Box(14 + pitch * column, 44, 78, 92)
        x = box.middle[0]
        near = internet.x if x < internet.middle[0] else internet.x + internet.w
        line = ((x, board.y), (x, box.y + box.h))
        spots[part] = Spot(
            box, line, ((x, box.y), (x, top), (near, top)), (x + 8, 160), (x + 8, 178)
        )
    for column, part in enumerate(SERVERS):
        box = Box(14 + pitch * column, 346, 78, 52)
        x = box.middle[0]
        bus = ((internet.x, top), (left, top), (left, low), (x, low))
        spots[part] = Spot(box, ((x, low), (x, box.y)), bus, (x + 8, 310), (x + 8, 328))
    proxy, broker = spots["proxy"].box, spots["broker"].box
    y = broker.y + broker.h
    tunnel = ((proxy.middle[0], y), (proxy.middle[0], y + 10),
              (broker.middle[0], y + 10), (broker.middle[0], y))  # fmt: skip
    x, y = board.x + 190, board.y
    left = board.x + 12
    rows = ((left, y + 42), (left, y + 60), (x + 12, y + 42), (x - 6, y + 60))
    return Layout(
        "tall", (358, 416), board, internet, spots, tunnel, (0, 16), (x, y + 37), rows, 150
    )


LAYOUTS = (_wide(), _tall())
