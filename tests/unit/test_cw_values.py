# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Values of options that are refused in one line, before any work begins."""

import argparse
import math

import pytest

import commands
from commands import values
from setup.problem import Problem


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["soak", "--boards", "0"], "--boards: '0' is not a whole number from 1 to 100"),
        (["soak", "--seconds", "-5"], "--seconds: '-5' is not a number of seconds from 0"),
        (["soak", "--hours", "nan"], "--hours: 'nan' is not a number of hours"),
        (["soak", "--minutes", "inf"], "--minutes: 'inf' is not a number of minutes"),
        (["soak", "--first-round", "0"], "--first-round: '0' is not a whole number"),
        (["soak", "--seed", "one"], "--seed: 'one' is not a whole number"),
        (["soak", "--output", __file__], "is a file, not a folder"),
        (["fleet", "--output", f"{__file__}/figures"], "is a file, not a folder"),
        (["fleet", "--boards", "1001"], "--boards: '1001' is not a whole number from 1 to 1000"),
        (["fleet", "--outage", "-1"], "--outage: '-1' is not a number of seconds"),
        (["fleet", "--limit", "0"], "--limit: '0' is not a number of seconds from 1"),
        (["fuzz", "mqtt", "--replay", "/nosuch"], "--replay: '/nosuch' is no file"),
        (["fuzz", "mqtt", "--replay", "/"], "--replay: '/' is no file"),
        (["fuzz", "--minutes", "-1"], "--minutes: '-1' is not a number of minutes"),
        (["run", "x.py", "--timeout", "abc"], "--timeout: 'abc' is not a number of seconds"),
        (["run", "x.py", "--stay", "1e9"], "--stay: '1e9' is not a number of seconds"),
        (["mutate", "--sample", "0"], "--sample: '0' is not a whole number"),
    ],
)
def test_bad_value_is_refused_in_one_line(arguments, told):
    with pytest.raises(Problem) as caught:
        commands.parse(arguments)
    assert told in caught.value.what and "\n" not in caught.value.what
    assert caught.value.status == 2


def test_limits_belong_to_the_range():
    assert [values.count(1, 3)(text) for text in ("1", "3")] == [1, 3]
    assert [values.seconds(1, 2.5)(text) for text in ("1", "2.5")] == [1.0, 2.5]
    for text in ("0", "4", "1.5", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            values.count(1, 3)(text)
    with pytest.raises(argparse.ArgumentTypeError):
        values.seconds(0, math.inf)("nan")


def test_folder_for_output_is_not_made_before_there_is_output(tmp_path):
    folder = tmp_path / "a" / "b"
    assert values.output_folder(str(folder)) == folder
    assert not folder.parent.exists()


def test_folder_or_file_without_permission(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(values.os, "access", lambda *_: False)  # root may do everything
    for convert, name in ((values.output_folder, "a/b"), (values.file, "file")):
        with pytest.raises(argparse.ArgumentTypeError, match="by this user"):
            convert(str(tmp_path / name))
