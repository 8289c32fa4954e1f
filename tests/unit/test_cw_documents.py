# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The commands of the documents exist, and so do the files of their links."""

import re
import shlex

import pytest

import commands
from commands import boards
from setup import paths

DOCUMENTS = [
    *(paths.ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((paths.ROOT / "docs").glob("*.md")),
    *sorted((paths.ROOT / "boards").glob("*/board.md")),
]
_IN_BLOCK = re.compile(r"^(?: {4,}|\$ )(?:\w+=\S* )*\./tools/cw +(.*)$", re.MULTILINE)
_IN_LINE = re.compile(r"`(?:\w+=\S* )*\./tools/cw +([^`]*)`")


def shown(document):
    """The commands that a document shows, each as its arguments."""
    text = document.read_text()
    for line in _IN_BLOCK.findall(text) + _IN_LINE.findall(text):
        yield shlex.split(line, comments=True)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(paths.ROOT)))
def test_commands_exist(document):
    for arguments in shown(document):
        name = arguments[0]
        assert name in commands.NAMES, arguments
        known = commands.parsers()[1][name].known_options()
        # A sentence may leave out what is required; a whole line is parsed to the end.
        assert all(a in known for a in arguments if a.startswith("--")), arguments
        for option, value in zip(arguments, arguments[1:], strict=False):
            virtual = (name, value) == ("test", "VIRTUAL")
            if option == "--board" and value != "B" and not virtual:
                boards.find(value)


@pytest.mark.parametrize("name", ["hardware.md", "boards.md"])
def test_whole_lines_are_understood(name):
    lines = _IN_BLOCK.findall((paths.ROOT / "docs" / name).read_text())
    assert len(lines) >= 2
    for line in lines:
        commands.parse(shlex.split(line, comments=True))


def test_first_connection_takes_nine_lines():
    text = (paths.ROOT / "docs" / "hardware.md").read_text()
    block = text.partition("first connection\n\n")[2].partition("\n\n")[0]
    assert len(block.splitlines()) == 9


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(paths.ROOT)))
def test_files_that_are_pointed_to_are_there(document):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text()):
        if "://" not in target:
            assert (document.parent / target).exists(), target
