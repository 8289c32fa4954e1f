# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Command lines: what stands between AT and the carriage return (ITU-T V.250, 5.2 to 5.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE_MAX = 559  # characters (AT manual, 1.4)
COMMANDS_MAX = 39
SEPARATORS = " ;"  # between commands


@dataclass(frozen=True)
class Command:
    """One command: `name` in capitals, `op` one of "", "?", "=" and "=?", what follows `=`."""

    name: str
    op: str = ""
    text: str = ""

    @property
    def arguments(self) -> list[str]:
        """The parameters after `=`, without their quotes."""
        fields, field, quoted = [], "", False
        for char in self.text:
            if char == '"':
                quoted = not quoted
            elif char == "," and not quoted:
                fields.append(field)
                field = ""
            else:
                field += char
        return [*fields, field]


class SyntaxProblem(Exception):
    """The line cannot be taken apart."""


_BASIC = re.compile(r"(&?[A-Z])(\d*)", re.IGNORECASE)
_S_PARAMETER = re.compile(r"S(\d+)(=|\?)(\d*)", re.IGNORECASE)
_EXTENDED = re.compile(r"([+^$*][A-Z0-9]+)(=\?|=|\?)?", re.IGNORECASE)


def _until_semicolon(line: str, start: int) -> int:
    quoted = False
    for i in range(start, len(line)):
        if line[i] == '"':
            quoted = not quoted
        elif line[i] == ";" and not quoted:
            return i
    return len(line)


def _extended(line: str, start: int) -> tuple[Command, int]:
    end = _until_semicolon(line, start)
    match = _EXTENDED.match(line, start, end)
    if match is None:
        raise SyntaxProblem(line[start:end])
    text = line[match.end() : end].strip()
    op = match.group(2) or ""
    if text and op != "=":
        raise SyntaxProblem(line[start:end])
    return Command(match.group(1).upper(), op, text), end + 1


def first(line: str, start: int = 0) -> tuple[Command, int]:
    """The command that begins at `start`, and where the next one does. Raises SyntaxProblem."""
    if line[start] in "+^$*":
        return _extended(line, start)
    if line[start] in "Dd":
        return Command("D", "=", line[start + 1 :].strip()), len(line)
    if match := _S_PARAMETER.match(line, start):
        return Command("S" + match.group(1), match.group(2), match.group(3)), match.end()
    if match := _BASIC.match(line, start):
        return Command(match.group(1).upper(), "=", match.group(2)), match.end()
    raise SyntaxProblem(line[start:])


def split(line: str) -> list[Command]:
    """The commands in `line`, which is what follows AT. Raises SyntaxProblem."""
    commands, i = [], 0
    while i < len(line):
        if line[i] in SEPARATORS:
            i += 1
        else:
            command, i = first(line, i)
            commands.append(command)
    return commands
