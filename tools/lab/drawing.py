# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The map and the attempts as SVG and HTML, from a snapshot. The board's text is escaped."""

from html import escape

from lab.model import State

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
_WORDS = {"ok": "ok", "dark": "off", "cut": "cut", "faulty": "faulty"}
_STAGES = ("HARDWARE", "LINK", "ADDRESS", "CLOCK", "RESOLVE", "DIAL", "PROXY", "TLS", "SESSION")

CSS = """
body { --lab-paper: #fff; } body.body--dark { --lab-paper: #1d1d1d; color-scheme: dark; }
.lab-map { width: 100%; max-width: 720px; height: auto; font: 13px sans-serif; }
.lab-map text { fill: currentColor; text-anchor: middle; }
.lab-map .small { font-size: 11px; }
.lab-map rect { fill: var(--lab-paper); stroke-width: 2; }
.lab-map line { stroke-width: 2; }
.lab-map .ok { stroke: #2e8b57; } .lab-map .dark { stroke: #888; stroke-dasharray: 2 5; }
.lab-map .cut { stroke: #d1495b; stroke-dasharray: 7 5; }
.lab-map .faulty { stroke: #d98a00; stroke-dasharray: 12 3; }
.lab-map .session { stroke: #2979d9; stroke-width: 6; stroke-dasharray: none; }
.lab-bar { display: flex; height: 1.3em; background: #8882; border-radius: 3px; overflow: hidden; }
.lab-bar div { min-width: 1px; overflow: hidden; white-space: nowrap; font-size: 11px;
  color: #fff; padding-left: 2px; }
.lab-attempt { margin-bottom: .8em; overflow-wrap: anywhere; }
.lab-good { color: #2e8b57; font-weight: bold; } .lab-bad { color: #d1495b; font-weight: bold; }
.lab-small { font-size: 12px; opacity: .8; }
.lab-0 { background: #5b6f8f; } .lab-1 { background: #2979d9; } .lab-2 { background: #00838f; }
.lab-3 { background: #8a6d3b; } .lab-4 { background: #6a4fb3; } .lab-5 { background: #2e7d4f; }
.lab-6 { background: #a0527a; } .lab-7 { background: #b3541e; } .lab-8 { background: #55606e; }
.lab-now { background: repeating-linear-gradient(45deg, #777 0 6px, #999 6px 12px); }
.lab-lines { white-space: pre-wrap; overflow-wrap: anywhere; font: 12px monospace; }
"""


def _line_class(state: State, part: str) -> str:
    if state.session and part in (state.session, "broker"):
        return "session"
    return "dark" if state.power != "on" else state.parts[part]["state"]


def _node(x: int, y: int, name: str, words: str, kind: str) -> str:
    return (
        f'<rect x="{x - 70}" y="{y - 24}" width="140" height="48" rx="6" class="{kind}"/>'
        f'<text x="{x}" y="{y - 3}">{escape(name)}</text>'
        f'<text x="{x}" y="{y + 14}" class="small">{escape(words)}</text>'
    )


def map_svg(state: State) -> str:
    """The board, what it is connected to, and the state of each line, in words too."""
    x, y = _BOARD
    lines, nodes = [], []
    for part, (px, py, name) in _PLACES.items():
        kind = _line_class(state, part)
        lines.append(f'<line x1="{x}" y1="{y}" x2="{px}" y2="{py}" class="{kind}"/>')
        found = state.parts[part]
        words = _WORDS[found["state"]]
        if found["faults"]:
            words = ", ".join(f.removeprefix(f"{part}-") for f in found["faults"])
        words = words if len(words) <= 24 else f"{words[:23]}…"
        if kind == "session":
            words = f"session · {words}"[:24]
        nodes.append(_node(px, py, name, words, found["state"]))
    board = {"on": "ok", "off": "dark", "crashed": "cut"}[state.power]
    nodes.append(_node(x, y, "board", f"power {state.power}", board))
    label = "The board and its networks"
    return (
        f'<svg class="lab-map" viewBox="0 0 640 300" role="img" aria-label="{label}">'
        f"{''.join(lines)}{''.join(nodes)}</svg>"
    )


def _segment(name: str, ms: int, whole_ms: int) -> str:
    number = _STAGES.index(name) if name in _STAGES else len(_STAGES) - 1
    share = 100 * ms / whole_ms
    words = escape(f"{name} {ms} ms")
    return (
        f'<div class="lab-{number}" style="width:{share:.2f}%" title="{words}">'
        f"{escape(name) if share > 12 else ''}</div>"
    )


def _attempt(attempt: dict, axis_ms: int) -> str:
    done_ms = sum(ms for _, ms in attempt["stages"])
    bars = [_segment(name, ms, axis_ms) for name, ms in attempt["stages"]]
    if attempt["running"]:
        share = 100 * (attempt["ms"] - done_ms) / axis_ms
        bars.append(f'<div class="lab-now" style="width:{share:.2f}%"></div>')
        verdict = "<b>under way</b>"
    else:
        kind = "good" if attempt["ok"] else "bad"
        verdict = f'<span class="lab-{kind}">{escape(str(attempt["result"]))}</span>'
    cause = f": {escape(attempt['cause'])}" if attempt["cause"] else ""
    stages = " · ".join(f"{name} {ms}" for name, ms in attempt["stages"])
    return (
        f'<div class="lab-attempt">{escape(attempt["interface"])} {verdict}, {attempt["ms"]} ms'
        f'{cause}<div class="lab-bar">{"".join(bars)}</div>'
        f'<div class="lab-small">{escape(stages)}</div></div>'
    )


def attempts_html(state: State) -> str:
    """The attempts, the newest first, on one axis, which the longest of them fills."""
    if not state.attempts:
        return "No attempt yet: run the script."
    axis_ms = max(1, *(attempt["ms"] for attempt in state.attempts))
    rows = "".join(_attempt(attempt, axis_ms) for attempt in state.attempts)
    return f'{rows}<div class="lab-small">The axis is {axis_ms} ms long.</div>'


def lines_html(lines: list[str]) -> str:
    """Lines of text, the newest first."""
    return f'<div class="lab-lines">{escape(chr(10).join(reversed(lines)))}</div>'
