# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw fuzz: a broken target is reported and its input kept; named files of corpora stay."""

import io
import sys

import pytest

import commands
from commands import fuzz, fuzz_targets
from setup import paths
from setup.problem import Problem
from setup.report import Report

# Says what libFuzzer says, and breaks if its seed is 2.
FUZZER = r"""
import sys
options = dict(word[1:].split("=", 1) for word in sys.argv[1:] if word.startswith("-"))
err = sys.stderr
err.write("INFO: Running with entropic power schedule\n")
err.write("#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 38Mb\n")
err.write("#4096\tpulse  cov: 30 ft: 50 corp: 7/80b lim: 5 exec/s: 2048 rss: 38Mb\n")
if options["seed"] == "2":
    with open(options["artifact_prefix"] + "crash-1", "wb") as file:
        file.write(b"x")
    sys.exit(77)
err.write("#9000\tDONE   cov: 31 ft: 50 corp: 8/90b lim: 5 exec/s: 2048 rss: 38Mb\n")
"""


@pytest.fixture(autouse=True)
def stand_in(tmp_path, monkeypatch):
    """A target that is no fuzzer, and folders of its own."""
    program = tmp_path / "fuzzer.py"
    program.write_text(FUZZER)
    monkeypatch.setattr(fuzz_targets, "program", lambda target: [sys.executable, str(program)])
    monkeypatch.setattr(fuzz_targets, "WORK", tmp_path / "work")
    monkeypatch.setattr(paths, "LOGS", tmp_path / "logs")


def test_figures_are_read_and_told():
    told = []
    result = fuzz_targets.run("nic", 1, 1, lambda r: told.append(r.executions), every_s=0)
    assert (result.executions, result.edges, result.corpus) == (9000, 31, 8)
    assert result.status == 0 and result.crash is None
    assert told == [2, 4096, 9000]


def test_what_breaks_a_target_is_kept_and_can_be_replayed():
    result = fuzz_targets.run("nic", 1, 2, lambda result: None)
    assert result.status == 77 and result.crash is not None
    assert result.crash.name == "nic-crash-1" and result.crash.read_bytes() == b"x"
    out = io.StringIO()
    fuzz.show_failure(result, Report(out))
    assert f"./tools/cw fuzz nic --replay {result.crash}" in out.getvalue()


def test_only_the_input_of_this_run_counts():
    fuzz_targets.run("nic", 1, 2, lambda result: None)
    assert fuzz_targets.run("nic", 1, 1, lambda result: None).crash is None


def test_a_merged_corpus_keeps_names_and_drops_what_adds_nothing(tmp_path):
    reached, committed = tmp_path / "reached", tmp_path / "committed"
    reached.mkdir()
    committed.mkdir()
    (committed / "by-hand.bin").write_bytes(b"named, and not reached")
    (committed / "whole.bin").write_bytes(b"one")
    (committed / ("0" * 40)).write_bytes(b"adds nothing any more")
    (reached / ("1" * 40)).write_bytes(b"one")
    (reached / ("2" * 40)).write_bytes(b"two")
    fuzz_targets._take_over(reached, committed)
    assert sorted(file.name for file in committed.iterdir()) == [
        "2" * 40, "by-hand.bin", "whole.bin",
    ]  # fmt: skip


@pytest.mark.parametrize("line", [["fuzz", "nicc"], ["fuzz", "--replay", __file__]])
def test_mistakes(line):
    _, options = commands.parse(line)
    with pytest.raises(Problem):
        fuzz._chosen(options)


def test_every_target_has_its_files():
    sources = fuzz_targets.SOURCES
    assert {f.stem for f in (sources / "targets").glob("*.py")} - {"choices"} == set(
        fuzz_targets.PYTHON_TARGETS
    )
    assert {f.stem[5:] for f in sources.glob("fuzz_*.c")} == set(fuzz_targets.C_TARGETS)
    for name in fuzz_targets.TARGETS:
        assert any((fuzz_targets.CORPORA / name).iterdir())
