# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Command lines and answers as they may be shown: without PINs, user names and passwords.

A command line shows what is known to be harmless. At the first command that has a secret, or that
the simulator does not know, the rest of the line is hidden: a mistyped command has its secret too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .call import NUMBER
from .commands import TABLE
from .syntax import SEPARATORS, Command, SyntaxProblem, first

STARS = "***"
# PIN and PUK, PPP credentials, lock, new password (3GPP TS 27.007, 8.3, 7.4, 7.5; AT manual,
# 8.2.15). The simulator does not know all of them; boards may send them all the same.
SECRET = ("+CPIN", "+CGAUTH", "+CLCK", "+CPWD")
_NAMES = sorted({name for name, _ in TABLE if name[0] == "+"} | {*SECRET}, key=len, reverse=True)
# What parameters without a secret consist of.
_PLAIN = re.compile(r'[\w.,":/*#-]*', re.ASCII)
# Answers to the read commands of SECRET that tell a state. A PIN has digits only.
_STATE = re.compile(r"\+CPIN: [A-Z -]+2?|\+CLCK: [01]")
_SECRET_ANSWER = re.compile(rf"(AT)?({'|'.join(map(re.escape, SECRET))})[:=]? ?", re.IGNORECASE)
_WORD = re.compile(r'"([^"]*)"?|([^",;:=? ]+)')
_SHORTEST = 4  # of a secret that is looked for in other lines; a PIN has no fewer digits


def _harmless(command: Command) -> bool:
    if command.name in SECRET and command.op == "=":
        return False
    if command.name == "D":
        return NUMBER.fullmatch(command.text) is not None
    known = (command.name, command.op) in TABLE
    return known and _PLAIN.fullmatch(command.text) is not None


def _name(text: str) -> str:
    """The name that `text` begins with, and its `=`; "" if none is known."""
    for name in _NAMES:
        if text[: len(name)].upper() == name:
            return text[: len(name) + (text[len(name) : len(name) + 1] == "=")]
    return ""


def command(line: str) -> tuple[str, list[str]]:
    """A command line, which begins with AT, as it may be shown, and the words that were hidden."""
    at = 2
    while at < len(line):
        end = at + 1
        if line[at] not in SEPARATORS:
            try:
                found, end = first(line, at)
            except SyntaxProblem:
                found = Command("")
            if not _harmless(found):
                name = _name(line[at:])
                return line[:at] + name + STARS, words(line[at + len(name) :])
        at = end
    return line, []


def words(text: str) -> list[str]:
    """Those of `text` that are long enough for a secret."""
    found = (quoted or bare for quoted, bare in _WORD.findall(text))
    return [word for word in found if len(word) >= _SHORTEST]


def answer(text: str) -> str:
    """A line from the modem as it may be shown, but for secrets() of other lines."""
    # A control character, blank or quote in the name hides nothing from a reader.
    letters = re.sub(r"[^A-Z]", "", text.upper())
    if _STATE.fullmatch(text) or not any(name[1:] in letters for name in SECRET):
        return text
    match = _SECRET_ANSWER.match(text)
    return (match.group() if match else "") + STARS


def without(text: str, secrets: Iterable[str]) -> str:
    """`text` with stars for each of `secrets`, of which short ones do not count. Digits within a
    longer number are another number."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST and secret in text:
            pattern = re.escape(secret)
            text = re.sub(rf"(?<!\d){pattern}(?!\d)" if secret.isdigit() else pattern, STARS, text)
    return text
