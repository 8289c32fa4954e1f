# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The command line of cw: help, mistakes, and errors without a traceback."""

import io
import os
import re
import signal
import subprocess
import sys

import pytest

import commands
from commands import clean, script_files
from setup import paths
from setup.problem import Problem
from setup.report import Report

CW = paths.ROOT / "tools" / "cw"


def cw(*arguments, env=None, limit_s=30):
    """Runs the launcher as a user would."""
    return subprocess.run(
        [sys.executable, str(CW), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        timeout=limit_s,
    )


def test_version():
    done = cw("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"connectwith \d+\.\d+\.\d+(-dev)?\n", done.stdout)
    changelog = (paths.ROOT / "CHANGELOG.md").read_text()
    version = paths.version()
    released = re.findall(r"^## (?:\[?(\d+\.\d+\.\d+)\]? - \d{4}-\d\d-\d\d)$", changelog, re.M)
    # Work goes on under the number of the next release; a release stands in the changelog.
    assert "## Unreleased" in changelog
    if version.endswith("-dev"):
        assert version.removesuffix("-dev") not in released
    else:
        assert version == released[0]
    # The image's description has 32 bytes for it (esp_app_desc_t).
    assert len(version) < 32


@pytest.mark.parametrize(
    ("closed", "said"), [("<&-", "said\n"), (">&-", ""), ("<&- >&-", ""), ("<&- >&- 2>&-", "")]
)
def test_closed_streams(closed, said, tmp_path):
    (tmp_path / "null").touch()
    program = (
        "import sys; sys.path.insert(0, 'tools'); import commands\n"
        "class Module:\n IN_ENVIRONMENT = False\n"
        " def run(options, report):\n"
        "  report.line('said'); print(sys.stdin.read(), file=sys.stderr)\n"
        "  return open(sys.argv[1]).fileno()\n"
        "commands.modules = lambda: {'clean': Module}\n"
        "commands.parse = lambda argv: ('clean', None)\n"
        "sys.exit(commands.main([]))"
    )
    command = ["sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-c", program]
    done = subprocess.run(
        [*command, str(tmp_path / "null")], cwd=paths.ROOT, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=30,
    )  # fmt: skip
    assert done.returncode > 2, "a file has not got the number of a standard stream"
    assert done.stderr.strip() == "" and done.stdout == said


def three_lines(text):
    """The words that an error's lines begin with."""
    return [line.split(":")[0].strip() for line in text.strip().splitlines()]


def test_help_names_every_command_and_variable():
    done = cw("--help")
    assert done.returncode == 0
    for word in (*commands.NAMES, "CONNECTWITH_CACHE", "MICROPYTHON_DIR", "NO_COLOR", "examples"):
        assert word in done.stdout


@pytest.mark.parametrize("name", commands.NAMES)
def test_every_command_has_help_with_examples(name):
    done = cw(name, "--help")
    assert done.returncode == 0
    assert f"./tools/cw {name}" in done.stdout.partition("examples:")[2]
    assert "--debug" in done.stdout


def test_no_command_shows_help_and_fails():
    done = cw()
    assert done.returncode == 2 and "commands:" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (["dmeo"], "'demo'"),
        (["tset"], "'test'"),
        (["demo", "--jsn"], "'--json'"),
        (["setup", "--dry-runn"], "'--dry-run'"),
        (["clean", "--al"], "'--all'"),
    ],
)
def test_mistyped_words_get_a_suggestion(arguments, suggestion):
    done = cw(*arguments)
    assert done.returncode == 2
    assert three_lines(done.stderr) == ["cw", "why", "next"]
    assert f"did you mean {suggestion}?" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["setup", "--only", "x"], ["run"], ["run", "a.py", "--stay", "-1"],
     ["run", "a.py", "--stay", "nan"], ["run", "a.py", "--timeout", "x"],
     ["run", "a.py", "--starts", "0"], ["run", "a.py", "--fault", "ap-of@5s"],
     ["run", "a.py", "--fault", "ap-off@5h"], ["run", "a.py", "--fault", "ap-off@-1s"]],
)  # fmt: skip
def test_mistakes_are_three_lines_without_traceback(arguments):
    done = cw(*arguments)
    assert done.returncode == 2
    assert three_lines(done.stderr) == ["cw", "why", "next"]


def test_unknown_arguments_of_test_are_for_pytest():
    _, options = commands.parse(["test", "--only", "unit", "-k", "cw", "-x"])
    assert options.only == ["unit"] and options.pytest_arguments == ["-k", "cw", "-x"]


def test_traceback_only_with_debug(tmp_path):
    env = {"MICROPYTHON_DIR": str(tmp_path), "CONNECTWITH_CACHE": str(tmp_path / "cache")}
    done = cw("setup", "--only", "sources", env=env)
    assert done.returncode == 1 and three_lines(done.stderr) == ["cw", "why", "next"]
    done = cw("setup", "--only", "sources", "--debug", env=env)
    assert done.returncode == 1 and "Traceback" in done.stderr


def test_cache_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    env = {"CONNECTWITH_CACHE": str(tmp_path / "file" / "cache")}
    done = cw("setup", "--only", "python", env=env)
    assert done.returncode == 1
    assert three_lines(done.stderr) == ["cw", "why", "next"] and str(tmp_path) in done.stderr


def test_python_packages_without_network(tmp_path):
    env = {
        "CONNECTWITH_CACHE": str(tmp_path),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = cw("setup", "--only", "python", env=env, limit_s=120)
    assert done.returncode == 1
    assert "could not be installed" in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.glob("venv-*")) and not list(tmp_path.glob(".unfinished-*"))


def test_interrupted_set_up_ends_cleanly(tmp_path):
    env = {**os.environ, "CONNECTWITH_CACHE": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, str(CW), "setup", "--only", "python"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env,
    )  # fmt: skip
    assert "virtual environment" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in error and "Traceback" not in error
    assert not list(tmp_path.glob("venv-*")) and not list(tmp_path.glob(".unfinished-*"))


def test_old_python_gets_a_message():
    text = CW.read_text().replace("OLDEST = (3, 11)", "OLDEST = (99, 0)")
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert done.returncode == 1
    assert "too old" in done.stderr and three_lines(done.stderr) == ["cw", "why", "next"]


def test_script_that_is_not_there_or_not_text(tmp_path):
    with pytest.raises(Problem, match="cannot be read"):
        script_files.collect([str(tmp_path / "none.py")])
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe")
    with pytest.raises(Problem, match="cannot be read") as caught:
        script_files.collect([str(tmp_path / "binary.py")])
    assert "UTF-8" in caught.value.why


def test_clean_does_not_remove_a_folder_that_is_not_ours(tmp_path):
    (tmp_path / "archives").mkdir()
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Problem, match="was not removed") as caught:
        clean.remove_cache(tmp_path, True, Report(io.StringIO()))
    assert "thesis.txt" in caught.value.why
    assert (tmp_path / "archives").exists()


def test_clean_asks_unless_told(tmp_path, monkeypatch):
    (tmp_path / "cache" / "archives").mkdir(parents=True)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(Problem, match="was not removed"):
        clean.remove_cache(tmp_path / "cache", False, Report(io.StringIO()))
    assert clean.remove_cache(tmp_path / "cache", True, Report(io.StringIO()))
    assert not (tmp_path / "cache").exists()
