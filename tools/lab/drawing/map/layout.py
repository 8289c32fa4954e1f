# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Where things stand on the map: once for wide pages, once for those of a telephone.

Wide: networks in a column on the left, the board in the middle, servers on the right. A bus, "the
internet", leads from the networks' outer sides around the board to the servers. Tall: the same,
with rows for columns. The modem has its mast between itself and the bus.
"""

from dataclasses import dataclass, replace

from lab.drawing.map.words import MAST, NETWORKS, SERVERS

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
    """A place. line: the one that has the state: from the board to a network, from the modem to
    its mast, or from the bus to a server. way: all that frames pass, away from the board, to or
    from the internet. word, session: where the words of the line stand; None: no room."""

    box: Box
    line: tuple[Point, Point]
    bus: tuple[Point, ...]
    way: tuple[Point, ...]
    word: Point
    session: Point | None

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
    internet, board = Box(215, 8, 150, 32), Box(238, 60, 104, 362)
    top, left, right = internet.middle[1], 8, 372
    spots = {}
    for part, y, height in zip(NETWORKS, (60, 140, 220, 300), (68, 68, 68, 48), strict=True):
        box = Box(22, y, 150, height)
        x, y = (box.x + box.w + board.x) / 2, box.middle[1]
        line = ((board.x, y), (box.x + box.w, y))
        bus = ((box.x, y), (left, y), (left, top), (internet.x, top))
        spots[part] = Spot(box, line, bus, (*line, *bus), (x, y - 11), (x, y + 20))
    box = Box(22, 374, 150, 48)
    x, y = box.middle
    line, bus = ((x, 348), (x, box.y)), ((box.x, y), (left, y), (left, top), (internet.x, top))
    _put_mast(spots, Spot(box, line, bus, (), (x + 34, 365), (x - 36, 365)))
    for part, y in zip(SERVERS, (70, 170, 270, 370), strict=True):
        box = Box(446, y, 128, 48)
        x, y = (right + box.x) / 2, box.middle[1]
        bus = ((internet.x + internet.w, top), (right, top), (right, y))
        line = ((right, y), (box.x, y))
        spots[part] = Spot(box, line, bus, (*bus, *line), (x, y - 11), (x, y + 20))
    tunnel = ((510, 318), (510, 370))
    x = board.middle[0]
    rows = ((x, 134), (x, 152), (x, 222), (x, 282), (x, 300))
    return Layout("wide", (580, 430), board, internet, spots, tunnel, (7, 4), (x, 200), rows, 98)


def _tall() -> Layout:
    internet, board = Box(139, 4, 82, 26), Box(14, 228, 330, 74)
    left, low, pitch = 6, 320, 84
    top = internet.middle[1]
    spots = {}
    for column, (part, y) in enumerate(zip(NETWORKS, (76, 76, 76, 120), strict=True)):
        box = Box(14 + pitch * column, y, 78, 168 - y)
        x = box.middle[0]
        near = internet.x if x < internet.middle[0] else internet.x + internet.w
        line, bus = ((x, board.y), (x, 168)), ((x, y), (x, top), (near, top))
        spots[part] = Spot(box, line, bus, (*line, *bus), (x + 8, 192), (x + 8, 210))
    box = Box(266, 40, 78, 54)
    x = box.middle[0]
    line, bus = ((x, 120), (x, 94)), ((x, box.y), (x, top), (internet.x + internet.w, top))
    _put_mast(spots, Spot(box, line, bus, (), (x + 8, 111), None))
    for column, part in enumerate(SERVERS):
        box = Box(14 + pitch * column, 378, 78, 52)
        x = box.middle[0]
        bus, line = ((internet.x, top), (left, top), (left, low), (x, low)), ((x, low), (x, box.y))
        spots[part] = Spot(box, line, bus, (*bus, *line), (x + 8, 342), (x + 8, 360))
    proxy, broker = spots["proxy"].box.middle[0], spots["broker"].box.middle[0]
    tunnel = ((proxy, 430), (proxy, 440), (broker, 440), (broker, 430))
    x, y = board.x + 190, board.y
    rows = ((board.x + 12, y + 42), (board.x + 12, y + 60), (x + 12, y + 42), (x - 6, y + 60))
    return Layout(
        "tall", (358, 448), board, internet, spots, tunnel, (0, 16), (x, y + 37), rows, 150
    )


def _put_mast(spots: dict[str, Spot], mast: Spot) -> None:
    """Between the modem and the internet."""
    modem = spots["modem"]
    spots[MAST] = mast
    way = (*modem.line, modem.box.middle, *mast.line, mast.box.middle, *mast.bus)
    spots["modem"] = replace(modem, bus=(), way=way)


LAYOUTS = (_wide(), _tall())
