# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The map: the board, what it is connected to, and the state of each line, in words too."""

from html import escape

from lab.model import BoardView, LabView

# What stands where: x, y and the words. The board is in the middle.
_BOARD = (320, 150)
_PLACES = {
    "ap": (90, 40, "Wi-Fi home"),
    "cafe": (90, 113, "Wi-Fi cafe"),
    "ethernet": (90, 187, "Ethernet"),
    "modem": (90, 260, "modem"),
    "dns": (550, 60, "DNS"),
    "sntp": (550, 150, "SNTP"),
    "broker": (550, 240, "broker"),
}
_INTERFACES = {"wl0": "ap", "eth0": "ethernet", "cell0": "modem", "cell1": "modem",
               "wifi": "ap", "ethernet": "ethernet", "cell": "modem"}  # fmt: skip


def _line_class(lab: LabView, board: BoardView, part: str) -> str:
    if board.session and part in (_INTERFACES.get(board.session), "broker"):
        return "session"
    return "off" if board.power != "on" else lab.parts[part][0]


def _node(x: int, y: int, name: str, words: str, kind: str) -> str:
    return (
        f'<rect x="{x - 70}" y="{y - 24}" width="140" height="48" rx="6" class="{kind}"/>'
        f'<text x="{x}" y="{y - 3}">{escape(name)}</text>'
        f'<text x="{x}" y="{y + 14}" class="small">{escape(words)}</text>'
    )


def svg(lab: LabView, board: BoardView) -> str:
    """The drawing. The board's text is escaped."""
    x, y = _BOARD
    lines, nodes = [], []
    for part, (px, py, name) in _PLACES.items():
        kind = _line_class(lab, board, part)
        lines.append(f'<line x1="{x}" y1="{y}" x2="{px}" y2="{py}" class="{kind}"/>')
        words, made = lab.parts[part]
        if made:
            words = ", ".join(f.removeprefix(f"{part}-") for f in made)
        words = words if len(words) <= 24 else f"{words[:23]}…"
        if kind == "session":
            words = f"session · {words}"[:24]
        nodes.append(_node(px, py, name, words, lab.parts[part][0]))
    power = {"on": "ok", "off": "off", "crashed": "cut"}[board.power]
    nodes.append(_node(x, y, board.name, f"power {board.power}", power))
    label = "The board and its networks"
    return (
        f'<svg class="lab-map" viewBox="0 0 640 300" role="img" aria-label="{label}">'
        f"{''.join(lines)}{''.join(nodes)}</svg>"
    )
