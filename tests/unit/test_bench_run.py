# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The results that ./tools/cw bench keeps, and the page that it writes."""

import argparse
import dataclasses
import json
import types

import bench_programs  # noqa: F401
import page
import pytest
import results
import run
import tables
from figures import Cell, Row

from commands import bench, freshness
from setup import paths
from setup.problem import Problem

ABOUT = {"date": "2026-01-01", "commit": "0123456789"}


class Kit:
    """A stand-in for the files of boards; there are no boards."""

    columns = ["ours", "minimal"]
    missing = {"mqtt_as": "mqtt_as cannot be fetched. git fetch failed."}

    def __init__(self, *_):
        pass


class NoWorld:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def program(measure):
    return types.SimpleNamespace(__doc__="Measures something.", measure=measure)


def rows(setting):
    setting.plots["seen"] = [1]
    cells = {"ours": Cell([2.0]), "minimal": Cell([30.0])}
    row = setting.row("pause | of <code>", "ms", cells, note="a note")
    return [row.at_most(1).below("minimal", "script", 8)]


def broken(setting):
    yield from rows(setting)
    raise OSError("the board has gone")


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Runs two programs without a world, one of which fails; takes the options of a run."""
    programs = {"pause": program(rows), "time": program(broken)}
    monkeypatch.setattr(run, "PROGRAMS", programs)
    monkeypatch.setattr(run, "World", NoWorld)
    monkeypatch.setattr(run, "Kit", Kit)
    common = {"board_binary": None, "mpy_cross": None, "columns": None, "only": None,
              "quick": False, "resume": False, "results": tmp_path}  # fmt: skip
    return lambda **options: run.run(argparse.Namespace(**{**common, **options}))


@pytest.fixture
def bench_options(measured, tmp_path):
    """The required options of the command line."""
    return ["--board-binary", "b", "--mpy-cross", "m", "--results", str(tmp_path)]


def test_a_program_that_fails_is_told_and_the_others_are_kept(measured, tmp_path):
    good, bad = measured()
    assert good.error == "" and good.rows[0].cells["mqtt_as"].text == "not to be had here"
    assert bad.error == "OSError: the board has gone" and len(bad.rows) == 1
    assert run.load(tmp_path, "pause") == good
    assert json.loads((tmp_path / "time.json").read_text())["error"] == bad.error


def test_resume_measures_only_what_is_missing(measured, monkeypatch, capsys):
    measured()
    monkeypatch.setitem(run.PROGRAMS, "pause", program(broken))
    monkeypatch.setitem(run.PROGRAMS, "time", program(rows))
    assert [result.error for result in measured(resume=True)] == ["", ""]
    assert "pause: measured already" in capsys.readouterr().err
    # Without --resume everything is measured anew.
    assert measured()[0].error


@pytest.mark.parametrize("change", ["digest", "quick"])
def test_resume_takes_nothing_of_other_code_or_of_a_quick_run(measured, monkeypatch, change):
    measured(quick=change == "quick")
    if change == "digest":
        other = dataclasses.replace(freshness.FIGURES, sources=("modules",))
        monkeypatch.setattr(run, "FIGURES", other)
    monkeypatch.setitem(run.PROGRAMS, "pause", program(broken))
    assert measured(resume=True)[0].error


def test_a_damaged_result_is_none(tmp_path):
    (tmp_path / "pause.json").write_text("{")
    assert run.load(tmp_path, "pause") is None
    assert run.load(tmp_path, "time") is None


@pytest.mark.parametrize("options", [["--quick"], ["--columns", "ours"]])
def test_no_page_of_less_than_a_whole_run(options):
    needed = ["--page", "--board-binary", "b", "--mpy-cross", "m"]
    with pytest.raises(Problem, match="whole run only"):
        run.main([*needed, *options])


def test_no_page_while_a_program_has_failed(measured, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "write", lambda *_: pytest.fail("a page was written"))
    with pytest.raises(Problem, match="whole run only") as caught:
        run.main(["--page", "--board-binary", "b", "--mpy-cross", "m",
                  "--results", str(tmp_path)])  # fmt: skip
    assert "time" in caught.value.why and "pause" not in caught.value.why


def test_the_page_shows_what_was_measured(measured, tmp_path):
    text = page.text_of(tmp_path, measured(only=["pause"]), ABOUT)
    assert freshness.FIGURES.mark(paths.ROOT) in text.splitlines()
    assert "| pause \\| of &lt;code&gt; [ms] | 2.00 | not to be had here | 30.0 |" in text
    assert "≤ 1 **NO**; ≥ 8× shorter than script: 15.0× yes" in text
    assert "1 of 2 bars hold." in text and "* a note." in text
    assert "mqtt_as could not be fetched: mqtt_as cannot be fetched" in text


def test_the_long_run_has_its_place_on_the_page(tmp_path):
    result = run.Result("endurance", "0" * 64, False, ["ours"], {}, 1.0,
                        [Row("leaks", "", {"ours": Cell([0.0])})], {})  # fmt: skip
    assert "./tools/cw soak" not in page.text_of(tmp_path, [result], ABOUT)
    (tmp_path / "docs" / "figures").mkdir(parents=True)
    soak = tmp_path / "docs" / "figures" / "soak.json"
    document = {"title": "Soak", "command": "./tools/cw soak --seed 1", "date": "2026-01-01",
                "rows": [["attempts", 5000, "a note"]]}  # fmt: skip
    soak.write_text(json.dumps(document))
    text = page.text_of(tmp_path, [result], ABOUT)
    assert "### Soak\n\n`./tools/cw soak --seed 1`, 2026-01-01:" in text
    assert "| attempts | 5000 | a note |" in text and "soak.svg" not in text
    soak.with_suffix(".svg").write_text("<svg/>")
    assert "![Soak](figures/soak.svg)" in page.text_of(tmp_path, [result], ABOUT)


def test_a_page_of_kept_results_is_the_page_of_the_run(measured, tmp_path):
    whole = measured(only=["pause"])
    whole[0].rows[0].cells["minimal"] = Cell([10.0, 30.0, 40.0], bound=True)
    file = tmp_path / "kept.json"
    results.keep(file, whole, ABOUT)
    again, about = results.kept(file)
    assert page.text_of(tmp_path, again, about) == page.text_of(tmp_path, whole, ABOUT)
    assert again[0].rows[0].cells["minimal"].values == []


def test_the_page_is_that_of_the_kept_results():
    found, about = results.kept(paths.ROOT / results.KEPT)
    text = (paths.ROOT / freshness.FIGURES.path).read_text(encoding="utf-8")
    assert text == page.text_of(paths.ROOT, found, about), "run ./tools/cw bench --kept"


def test_the_page_begins_with_a_picture_and_ten_rows():
    text = (paths.ROOT / freshness.FIGURES.path).read_text(encoding="utf-8")
    opening = text.partition("\n## ")[0]
    assert opening.count("![") == 1
    table = opening.partition("|---")[2].partition("\n\n")[0]
    assert len(table.splitlines()) == 1 + 10


def test_the_terminal_shows_the_same(measured, capsys):
    tables.show(measured())
    shown = capsys.readouterr().out
    assert "[ms]" in shown and "failed: OSError: the board has gone" in shown


def test_every_program_has_its_section_and_can_be_asked_for():
    assert list(page._SECTIONS) == list(run.PROGRAMS) == list(bench.NAMES)


@pytest.mark.parametrize(("quick", "status"), [(False, 1), (True, 0)])
def test_a_missed_bar_shows_in_the_exit_status_of_a_whole_run(bench_options, quick, status):
    assert run.main([*bench_options, "--only", "pause", *(["--quick"] if quick else [])]) == status


def test_a_failed_program_always_shows_in_it(bench_options):
    assert run.main([*bench_options, "--quick"]) == 1
