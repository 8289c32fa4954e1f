# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The CSS of all drawings. Its colours are those of page/page.css, and more of drawings.css."""

from pathlib import Path

from lab.drawing.map.words import NETWORKS, SERVERS

_FILES = sorted(Path(__file__).parent.rglob("*.css"))
_FLOWS = ",".join(f".map-flows-{part} .map-flow-{part}" for part in (*NETWORKS, *SERVERS))
_LEASES = ",".join(f".map-flows-dhcp.map-flows-{part} .map-lease-{part}" for part in NETWORKS)

_ON_TRAFFIC = f"""
{_FLOWS} {{ opacity: 1; animation-play-state: running; }}
{_LEASES} {{ stroke-width: 3; }}
"""
CSS = "".join(file.read_text(encoding="utf-8") for file in _FILES) + _ON_TRAFFIC
