# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The pieces of the map's SVG: places, the board, lines and their marks. Texts are escaped."""

from collections.abc import Iterable
from html import escape

from lab.drawing.map.layout import Box, Layout, Point, Spot
from lab.drawing.map.words import MAST, SERVERS, STATES, Centre, Place

_CHAR = 6.4  # px, of a text of 12 px
# In a square of 16, without what is filled.
_ICONS = {
    "ap": "M1 6a10 10 0 0 1 14 0M3.5 9a6.5 6.5 0 0 1 9 0M6 12a3 3 0 0 1 4 0",
    "cafe": "M1 6a10 10 0 0 1 14 0M3.5 9a6.5 6.5 0 0 1 9 0M6 12a3 3 0 0 1 4 0",
    "ethernet": "M1 3h14v10h-3v2h-8v-2h-3zM5 3v4M8 3v4M11 3v4",
    "modem": "M3 1h7l3 3v11h-10zM5 8h6v4h-6zM8 8v4",
    "mobile": "M4 15l4-10 4 10M5.5 11h5M3.5 8a6 6 0 0 1 0-7M12.5 8a6 6 0 0 0 0-7",
}
_MARKS = {
    "slow": '<circle r="6"/><path d="M0-3.5V0H3"/>',
    "faulty": '<path d="M0-6.5L6.5 5.5H-6.5Z M0-2V1.5M0 3.4V3.8"/>',
    "cut": '<circle r="7" class="map-halo"/><path d="M-4.5-4.5L4.5 4.5M-4.5 4.5L4.5-4.5"/>',
    "off": '<circle r="5"/>',
}
_LAMPS = {
    "on": '<circle r="5" class="map-lit"/>',
    "off": '<circle r="5"/>',
    "crashed": '<circle r="6"/><path d="M-3-3L3 3M-3 3L3-3"/>',
}
_ROWS = ("map-name map-row", "map-row", "map-state map-row", "map-row", "map-row")
_INTERFACES = {"ap": "wl0", "cafe": "wl0", "ethernet": "eth0", "modem": "cell0"}


def fit(text: str, width: float) -> str:
    """The text, or its beginning, for so many px."""
    most = int(width / _CHAR)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _text(at: Point, text: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text x="{at[0]:g}" y="{at[1]:g}"{name}>{escape(text)}</text>' if text else ""


def path(kind: str, *lines: Iterable[Point]) -> str:
    """One path of these lines, each through its points."""
    ways = ("M" + "L".join(f"{x:g} {y:g}" for x, y in points) for points in lines if points)
    drawn = "".join(ways)
    return drawn and f'<path d="{drawn}" class="{kind}"/>'


def _rect(box: Box, kind: str, radius: float = 6) -> str:
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.w:g}" height="{box.h:g}"'
        f' rx="{radius:g}" class="{kind}"/>'
    )


def internet(box: Box) -> str:
    """The bus's name."""
    x, y = box.middle
    return f"{_rect(box, 'map-internet', box.h / 2)}{_text((x, y + 4), 'the internet', 'map-mid')}"


def wire(spot: Spot, place: Place) -> str:
    """The line that has the state, its mark and its words."""
    (x, y), state = spot.mark, place.line
    kind = f"map-wire{' map-linked' if place.linked else ''}"
    mark = _MARKS.get(state, "")
    marked = f'<g class="map-mark" transform="translate({x:g} {y:g})">{mark}</g>' if mark else ""
    words = _text(spot.word, STATES[state], "map-state")
    told = "session" if place.session else ""
    session = _text(spot.session, told, "map-session") if spot.session else ""
    return (
        f'<g class="map-line map-is-{state}">{path(kind, spot.line)}{marked}{words}{session}</g>'
    )


def _lease(x: float, y: float, width: float, place: Place) -> str:
    box = Box(x, y, width, 18)
    words = _text((x + width / 2, y + 13), f"DHCP {place.dhcp}", "map-mid map-state")
    return (
        f'<g class="map-is-{place.dhcp_state}">'
        f"{_rect(box, f'map-lease map-lease-{place.part}', 9)}{words}</g>"
    )


def _icon(part: str, x: float, y: float) -> str:
    if part not in _ICONS:
        return ""
    return f'<path class="map-icon" transform="translate({x:g} {y:g})" d="{_ICONS[part]}"/>'


def _about(at: Point, place: Place, width: float) -> str:
    """Its faults, or what it is for."""
    return _text(at, fit(place.faults, width)) + _text(at, place.role, "map-quiet")


def _in_wide(box: Box, place: Place) -> str:
    left, right, width = box.x + 9, box.x + box.w - 9, box.w - 18
    if place.part in SERVERS:
        name = _text((left, box.y + 20), place.name, "map-name")
        return name + _about((left, box.y + 38), place, width)
    drawn = _icon(place.part, left, box.y + 6)
    drawn += _text((left + 24, box.y + 19), place.name, "map-name")
    if place.dhcp:
        drawn += _about((left, box.y + 37), place, width)
        drawn += _lease(left - 1, box.y + 44, 78, place)
        return drawn + _text((right, box.y + 57), "".join(place.detail), "map-end")
    first, second = (*place.detail, "", "")[:2]
    if place.part == MAST:
        first, second = second, first
    drawn += _text((right, box.y + 19), fit(first, 68), "map-end")
    words = " · ".join(filter(None, (second, place.faults)))
    return drawn + _text((left, box.y + 38), fit(words, width))


def _in_tall(box: Box, place: Place) -> str:
    left, width = box.x + 6, box.w - 8
    drawn = _text((left, box.y + 19), place.name, "map-name")
    if place.part in SERVERS:
        return drawn + _about((left, box.y + 37), place, width)
    if place.dhcp:
        drawn += _about((left, box.y + 37), place, width)
        drawn += _text((left, box.y + 55), "".join(place.detail))
        return drawn + _lease(box.x + 2, box.y + 69, box.w - 4, place)
    first, second = (*place.detail, "", "")[:2]
    if place.part == MAST:
        drawn += _icon(place.part, box.x + box.w - 21, box.y + 5)
        rows = (first, place.faults or second)
    else:
        rows = (" · ".join(filter(None, (first, place.faults))),)
    for row, text in enumerate(rows):
        drawn += _text((left, box.y + 35 + 14 * row), fit(text, width))
    return drawn


def spot(layout: Layout, at: Spot, place: Place) -> str:
    """A place. What does not fit into it is not drawn."""
    inside = (_in_wide if layout.name == "wide" else _in_tall)(at.box, place)
    box = at.box
    clip = f'x="{box.x:g}" y="{box.y:g}" width="{box.w:g}" height="{box.h:g}"'
    view = f'viewBox="{box.x:g} {box.y:g} {box.w:g} {box.h:g}"'
    title = escape(place.title)
    return (
        f'<g class="map-place map-is-{place.state}" data-part="{escape(place.part)}" role="button"'
        f' tabindex="0" aria-label="{title}"><title>{title}</title>{_rect(box, "map-box")}'
        f"<svg {clip} {view}>{inside}</svg></g>"
    )


def _board_rows(view: Centre, number: int) -> tuple[str, ...]:
    power = view.power if view.power == "crashed" else f"power {view.power}"
    over = ("session", f"over {view.session}") if view.session else ("no", "connection")
    return (view.name, view.device, power, *(over if number > 4 else (" ".join(over),)))


def board(layout: Layout, view: Centre, networks: Iterable[str]) -> str:
    """The board, with its lamp, its words, and the names of its interfaces."""
    box, (x, y), words = layout.board, layout.lamp, _board_rows(view, len(layout.rows))
    rows = "".join(
        _text(at, fit(text, layout.row_width), kind)
        for at, text, kind in zip(layout.rows, words, _ROWS, strict=False)
    )
    pins = "".join(
        _text((at[0] + layout.pin[0], at[1] + layout.pin[1]), _INTERFACES[part], "map-pin")
        for part in networks
        for at in layout.spots[part].line[:1]
    )
    lamp = f'<g class="map-mark" transform="translate({x:g} {y:g})">{_LAMPS[view.power]}</g>'
    return (
        f'<g class="map-power-{view.power}"><title>{escape(view.name)}: power {view.power}</title>'
        f"{_rect(box, 'map-box map-board', 8)}{rows}{pins}{lamp}</g>"
    )
