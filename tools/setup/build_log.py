# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Finds the errors in a build log of make, ninja, CMake, compilers and linkers.

ninja repeats the command line of a failed step, some kilobytes with options such as -Wno-error=x
and files such as error.c.obj. So the word "error" alone proves nothing: the errors of each program
are found by the form of their line.
"""

import re
from collections.abc import Iterator

LINE_LIMIT = 200  # the characters of an error that are shown; more would hide the other lines

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\x1b\]8;.*?(?:\x1b\\|\x07)")
# ninja's progress lines, which begin with [12/345], and the command lines that it repeats.
_ECHOED = re.compile(r"^\[\d+/\d+\] |^(?:ccache )?\S+(?: \S+)* -[co] |^&& |^cd \S+ && ")
# GCC, Clang, GNU as: FILE:LINE:COLUMN: error: TEXT.
_COMPILER = re.compile(r"^[^\s:][^:]*:\d+:(?:\d+:)? (?:fatal |internal compiler )?[Ee]rror: \S")
# The compilers' drivers: cc1: fatal error: TEXT, riscv32-esp-elf-gcc: error: TEXT.
_DRIVER = re.compile(
    r"^(?:\S*/)?(?:cc1(?:plus)?|as|[\w.-]*(?:gcc|g\+\+|clang)): (?:fatal )?error: "
)
_LINKER = re.compile(
    r"undefined reference to |multiple definition of |region [`'].+' overflowed by "
    r"|section [`'].+' will not fit in region |\bld(?:\.\w+)?: cannot (?:find|open) "
    r"|dangerous relocation: |relocation truncated to fit"
)
# The errors of Kconfig, ESP-IDF, the component manager and MicroPython's make, too.
_OTHERS = re.compile(
    r"^(?:kconfiglib\.|esp_kconfiglib\.|kconfgen:? ).*[Ee]rror|^\S*KconfigError: "
    r"|^\S+:\d+: (?:error|syntax error): |^ERROR: \S|^ninja: error: |^fatal: \S"
    r"|^(?:Makefile|\S+\.mk):\d+: \*\*\* |^Error: \S"
)
_CMAKE = re.compile(r"^CMake Error(?: at (?P<place>[^ ]+:\d+) \(.*\))?:\s*(?P<text>.*)$")
_TRACEBACK = "Traceback (most recent call last):"
# Lines that only report the failure of an earlier step.
_CONSEQUENCES = re.compile(
    r"^collect2: error: |: \*\*\* .* Error \d+$|^ninja: build stopped|^FAILED: "
    r"|failed with exit code"
)
_NO_NETWORK = re.compile(
    r"[Cc]ould not resolve host|[Nn]ame resolution|Name or service not known|Max retries exceeded"
    r"|component registry.*(?:connection|connect|internet)|connection to the component registry"
    r"|Network is unreachable|Connection (?:refused|timed out|reset)"
)


def shown(line: str) -> str:
    """A line in a bounded length, its end cut off."""
    line = " ".join(line.split())
    return line if len(line) <= LINE_LIMIT else line[: LINE_LIMIT - 3] + "..."


def _of_cmake(lines: list[str], at: int) -> str | None:
    """CMake prints the place in one line and the text, indented, in the next lines."""
    found = _CMAKE.match(lines[at])
    if found is None:
        return None
    words = [found["text"]] if found["text"] else []
    for line in lines[at + 1 : at + 8]:
        if line.strip() and not line.startswith("  "):
            break
        if line.startswith("Call Stack"):
            break
        words.append(line.strip())
        if len(" ".join(words)) > LINE_LIMIT:
            break
    text = " ".join(word for word in words if word) or "see the log"
    return f"CMake Error at {found['place']}: {text}" if found["place"] else f"CMake Error: {text}"


def _of_python(lines: list[str], at: int) -> str | None:
    """The exception with which a traceback ends."""
    if lines[at].strip() != _TRACEBACK:
        return None
    depth = len(lines[at]) - len(lines[at].lstrip())
    for line in lines[at + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            return line.strip()
    return None


def errors(text: str) -> Iterator[str]:
    """Each error of a log in its order, as one line of any length."""
    lines = [_COLOURS.sub("", line.rpartition("\r")[2]) for line in text.splitlines()]
    for at, line in enumerate(lines):
        special = _of_cmake(lines, at) or _of_python(lines, at)
        if special:
            yield special
        elif _COMPILER.search(line) or _DRIVER.search(line):
            yield line
        elif _CONSEQUENCES.search(line) or _ECHOED.search(line):
            continue
        elif _LINKER.search(line) or _OTHERS.search(line):
            yield line


def first_error(text: str) -> str:
    """The first real error, in a bounded length; else the first line that reports a failure."""
    for line in errors(text):
        return shown(line)
    for line in text.splitlines():
        if _CONSEQUENCES.search(line):
            return shown(line)
    last = [line for line in text.splitlines() if line.strip() and not line.startswith("$ ")]
    return shown(last[-1]) if last else "it said nothing"


def no_network(text: str) -> bool:
    """Whether a log reports a missing network."""
    return _NO_NETWORK.search(text) is not None
