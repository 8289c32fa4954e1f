# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw mutate: the choice of tests for a change, its detection, and the restored file.

What cosmic-ray does is not tested here: its package is not in the environment of the tests.
"""

import io
import types

import pytest

from commands import mutants, mutate
from commands.mutants import Mutant
from setup.report import Report

MODULE = """\
X = 1


def outer():
    def inner():
        return X

    return inner()


class C:
    @property
    def p(self):
        return 2
"""


@pytest.fixture
def tree(tmp_path):
    """A checkout with one module and two tests of it."""
    modules, tests = tmp_path / "modules", tmp_path / "tests" / "unit"
    (modules / "package").mkdir(parents=True)
    tests.mkdir(parents=True)
    (modules / "package" / "a.py").write_text(MODULE)
    (modules / "package" / "__init__.py").write_text("")
    (tests / "conftest.py").write_text("import sys\nsys.path.append('modules')\n")
    (tests / "helper.py").write_text("from package import a\n")
    (tests / "test_near.py").write_text(
        "from package import a\ndef test(): assert a.outer() == 1\n"
    )
    (tests / "test_by_helper.py").write_text(
        "import helper\ndef test(): assert helper.a.C().p == 2\n"
    )
    (tests / "test_other.py").write_text("import os\ndef test(): pass\n")
    return tmp_path


def test_tests_that_use_modules_are_found(tree):
    found = mutants.unit_tests(tree / "modules", tree / "tests" / "unit")
    assert found == ["test_by_helper.py", "test_near.py"]


@pytest.mark.parametrize(
    ("line", "tests"),
    [(1, ["quick", "slow", "user"]), (4, ["slow"]), (6, ["slow", "user"]), (8, ["slow"]),
     (13, ["quick"]), (14, ["quick"])],
)  # fmt: skip
def test_who_is_shown_a_change(line, tests):
    record = {
        "calls": {"slow": {"a.py": [4, 5]}, "quick": {"a.py": [12]}, "user": {"a.py": [0, 5]},
                  "other": {"b.py": [4]}},
        "seconds": {"slow": 9.0, "quick": 1.0, "user": 10.0, "other": 0.1},
    }  # fmt: skip
    assert mutants.Reach(record).tests("a.py", line, MODULE) == tests


@pytest.fixture
def copy(tree, tmp_path_factory):
    return mutate.Copy(tmp_path_factory.mktemp("copies"), tree)


@pytest.mark.parametrize(
    ("change", "by"),
    [(("return X", "return X + 1"), "test_near.py::test"), (("return 2", "return 3"), "")],
)
def test_a_change_is_noticed_and_taken_back(tree, copy, change, by):
    mutant = Mutant("package/a.py", 6, "", *change, MODULE.replace(*change))
    assert copy.try_out(mutant, ["test_near.py"]) == by
    assert (copy.root / "modules" / "package" / "a.py").read_text() == MODULE
    assert (tree / "modules" / "package" / "a.py").read_text() == MODULE


def test_a_change_that_no_test_runs_is_left(copy):
    assert copy.try_out(Mutant("package/a.py", 6, "", "", "", "no Python"), []) == ""
    assert copy.try_out(Mutant("package/a.py", 6, "", "", "", "1 +"), ["test_near.py"])


def test_a_run_of_all_is_recorded(tree, copy, monkeypatch):
    (tree / "modules" / "connectwith").mkdir()
    monkeypatch.setattr(copy, "try_out", lambda mutant, names: "noticed")
    source = mutate.paths.ROOT / "tools" / "commands"
    commands = copy.root / "tools" / "commands"
    commands.mkdir(parents=True)
    (commands / "__init__.py").write_text("")
    (commands / "mutation_map.py").write_bytes((source / "mutation_map.py").read_bytes())
    results = tree / "results"
    reach = mutate._explore([copy], results, Report(io.StringIO()))
    assert reach.tests("package/a.py", 6, MODULE) == ["test_near.py"]
    assert reach.tests("package/a.py", 14, MODULE) == ["test_by_helper.py"]
    assert sorted(reach.tests("package/a.py", 1, MODULE)) == ["test_by_helper.py", "test_near.py"]
    monkeypatch.setattr(mutate, "_record", lambda *_: 1 / 0)  # not asked again
    assert mutate._explore([copy], results, Report(io.StringIO())).tests(
        "package/a.py", 6, MODULE
    ) == ["test_near.py"]


def test_failing_tests_are_told_before_anything(tree, copy):
    (copy.root / "tests" / "unit" / "test_near.py").write_text(
        "from package import a\ndef test(): assert 0\n"
    )
    with pytest.raises(mutate.Problem, match="without any change"):
        mutate._explore([copy], tree / "results", Report(io.StringIO()))


def test_what_is_left_is_kept_whole(tmp_path):
    file = tmp_path / "seed-1.json"
    with pytest.raises(mutate.Problem, match="no earlier run"):
        mutate._left(file)
    mutant = Mutant("a.py", 1, "NumberReplacer", "x = 1", "x = 2", "")
    mutate._save(file, types.SimpleNamespace(seed=1), 3, [mutant])
    assert mutate._left(file) == [["a.py", "x = 1", "x = 2"]]
