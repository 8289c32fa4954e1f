# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Values as Python's source has them, in the form that ruff leaves as it is.

No text gets out of its literal: each character that is not printable is escaped, and so is each
quote that could end it.
"""

from collections.abc import Iterator

from lab.recording.items import DEVICE

LINE_MAX = 99  # as in pyproject.toml


def columns(text: str) -> int:
    """How wide it is; what is not ASCII may be twice as wide as a letter."""
    return sum(1 if char < "\x7f" else 2 for char in text)


def literal(value: object) -> str:
    """A value on one line."""
    if not isinstance(value, (str, bytes)):
        return repr(value)
    prefix, text, units = _split(value)
    return prefix + _quoted(text, units)


def topic(value: str, device: str) -> str:
    """A topic on one line. device: what is to be put in place of DEVICE, as a name in Python."""
    if DEVICE not in value:
        return literal(value)
    units = [
        f"{{{device}}}" if char == DEVICE else unit * 2 if char in "{}" else unit
        for char, unit in zip(value, _split(value)[2], strict=True)
    ]
    return "f" + _quoted(value, units)


def block(value: str | bytes) -> str:
    """A value as a text of several lines; a long line of it is broken by a backslash."""
    prefix, text, units = _split(value)
    lines = [f'{prefix}"""\\']
    line = ""
    for index, unit in enumerate(units):
        last = index == len(units) - 1
        if unit == '"' and (last or text[index - 1 : index] == '"'):
            unit = '\\"'
        if text[index] == "\n":
            lines.append(_ended(line))
            line = ""
            continue
        if columns(line + unit) > LINE_MAX - 4:
            lines.append(line + "\\")
            line = ""
        line += unit
    lines.append(line + '"""')
    return "\n".join(lines)


def _ended(line: str) -> str:
    """A line without a blank at its end."""
    return line[:-1] + "\\x20" if line.endswith(" ") else line


def _split(value: str | bytes) -> tuple[str, str, list[str]]:
    """The prefix, the characters, and each of them as it stands in a literal. Quotes stand as they
    are."""
    if isinstance(value, bytes):
        text = value.decode("latin-1")
        return "b", text, [char if char in "'\"" else repr(char.encode("latin-1"))[2:-1]
                           for char in text]  # fmt: skip
    return "", value, list(_units(value))


def _units(text: str) -> Iterator[str]:
    for char in text:
        plain = char.isprintable() and char != "\\"
        yield char if plain else ascii(char)[1:-1]


def _quoted(text: str, units: list[str]) -> str:
    """With the quotes that need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join("\\" + unit if unit == quote else unit for unit in units) + quote
