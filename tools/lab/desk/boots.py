# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Whether a board has started anew, by what its console says."""

import re

# What the chip's ROM says first; MicroPython after Ctrl-D; and the banner before the prompt.
_SIGN = re.compile(
    rb"rst:0x[0-9a-f]+ \(|MPY: soft reboot\r\n|(MicroPython [^\r\n]{1,200}\r\nType \"help\(\)\")"
)
_LONGEST_SIGN = 230


class Boots:
    """Reads a console that comes in pieces. Each boot counts once, whatever it says of itself."""

    def __init__(self) -> None:
        self._tail = b""
        self._is_told = False  # the boot that a banner belongs to has counted

    def feed(self, data: bytes) -> bool:
        """Whether a boot begins in this piece."""
        text, begins = self._tail + data, False
        end = 0
        for found in _SIGN.finditer(text):
            end = found.end()
            is_banner = found[1] is not None
            begins = begins or not (is_banner and self._is_told)
            self._is_told = not is_banner
        self._tail = text[end:][-_LONGEST_SIGN:]
        return begins

    def told(self) -> None:
        """The lab has counted this one itself."""
        self._is_told = True
