# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a script on a board prints: shown under the script's own name, and without cw's notes.

A note is what cw's own code on the board says, between two control characters.
"""

import codecs
import io
import re
from typing import TextIO

from commands.script_files import FOLDER

_BEGIN, _END = "\x1e", "\x1f"
_NOTE = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*){_END}")
_LONGEST_NOTE = 1000
_PLACE = f'File "{FOLDER}/'
_OWN_LINE = re.compile(r'^  File "<stdin>", line \d+, in <module>\n', re.MULTILINE)
_BANNER = re.compile(r"MicroPython v[^\n]*\n(?:Type [^\n]*\n)?>>> ")
_BEGUN = re.compile("MicroPython v|raw REPL;")
_RAW_BANNER = re.compile(r"raw REPL; CTRL-B to exit\n>")


def traceback_of(text: str) -> str:
    """A traceback as it is when the board runs the script by itself."""
    return _OWN_LINE.sub("", text.replace(_PLACE, 'File "')).rstrip()


class Output:
    """Shows a board's text and lines about it in one stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rest = ""
        self._in_line = False

    def text(self, text: str) -> list[str]:
        """Shows what the board has printed; gives the notes in it. No text: what was held back
        as the possible beginning of the script's place is shown."""
        whole = self._rest + text
        notes = _NOTE.findall(whole)
        whole = _NOTE.sub("", whole).replace(_PLACE, 'File "')
        keep = self._unfinished(whole, bool(text))
        self._rest = whole[len(whole) - keep :]
        self._write(whole[: len(whole) - keep])
        return notes

    def line(self, text: str) -> None:
        """Shows a line that is not the board's."""
        self.text("")
        self._write(("\n" if self._in_line else "") + text + "\n")

    def _write(self, text: str) -> None:
        if text:
            self._in_line = not text.endswith("\n")
            self._stream.write(text)
            self._stream.flush()

    @staticmethod
    def _unfinished(text: str, goes_on: bool) -> int:
        """How many characters at the end may become a note, or the place of the script."""
        at = text.rfind(_BEGIN)
        if at >= 0 and len(text) - at < _LONGEST_NOTE:
            return len(text) - at
        if not goes_on:
            return 0
        return next((n for n in range(len(_PLACE) - 1, 0, -1) if text.endswith(_PLACE[:n])), 0)


class Boot:
    """The output of a board that starts, up to the prompt. `soft`: within the raw REPL."""

    def __init__(self, soft: bool) -> None:
        self.soft = soft
        utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._decoder = io.IncrementalNewlineDecoder(utf8, translate=True)
        self._rest = ""
        self.done = False

    def feed(self, data: bytes) -> str:
        """The text of boot.py that this piece completes."""
        return self.feed_text(self._decoder.decode(data))

    def feed_text(self, text: str) -> str:
        """The same, of text."""
        self._rest += text
        found = (_RAW_BANNER if self.soft else _BANNER).search(self._rest)
        if found:
            self.done = True
            shown, self._rest = self._rest[: found.start()], ""
            return shown
        # The prompt may begin in the line that is not complete, and takes three lines.
        *lines, last = self._rest.split("\n")
        begun = next((i for i, line in enumerate(lines) if _BEGUN.search(line)), len(lines))
        self._rest = "\n".join([*lines[begun:], last])
        return "".join(f"{line}\n" for line in lines[:begun])
