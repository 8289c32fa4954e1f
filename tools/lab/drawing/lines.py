# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Lines of text."""

from html import escape


def html(lines: list[str]) -> str:
    """Lines of text, the newest first."""
    return f'<div class="lab-lines">{escape(chr(10).join(reversed(lines)))}</div>'
