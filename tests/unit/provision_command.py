# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw provision with a command line of its own, for its files of tests."""

import io

import pytest

import commands
from commands import provision
from setup.problem import Problem
from setup.report import Report


def run(*arguments):
    """Its exit status and its output."""
    _, options = commands.parse(["provision", *map(str, arguments)])
    text = io.StringIO()
    status = provision.run(options, Report(text))
    return status, text.getvalue()


def problem(*arguments):
    """The Problem that it raises."""
    with pytest.raises(Problem) as caught:
        run(*arguments)
    return caught.value
