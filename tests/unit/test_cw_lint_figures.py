# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The page of figures is no older than the code."""

import subprocess

import pytest

from commands import lint_figures


@pytest.fixture(params=["git", "no git"])
def tree(request, tmp_path):
    """A project with a page that is up to date."""
    for name in ("firmware/connectwith/core/a.c", "modules/server.py", "tools/cw"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one\n")
    if request.param == "git":
        subprocess.run(["git", "-C", str(tmp_path), "init", "-q"], check=True)
        (tmp_path / ".gitignore").write_text("__pycache__/\n")
    (tmp_path / "docs").mkdir()
    stamp(tmp_path)
    return tmp_path


def stamp(tree):
    text = f"# Figures\n\n{lint_figures.mark(lint_figures.digest(tree))}\n"
    (tree / "docs" / "figures.md").write_text(text)


def test_a_page_of_this_code(tree):
    assert lint_figures.complaints(tree) == []
    (tree / "tools" / "cw").write_text("two\n")
    (tree / "modules" / "__pycache__").mkdir()
    (tree / "modules" / "__pycache__" / "server.pyc").write_text("compiled\n")
    assert lint_figures.complaints(tree) == []


@pytest.mark.parametrize("name", ["firmware/connectwith/core/a.c", "modules/new.py"])
def test_code_that_has_changed_since(tree, name):
    (tree / name).write_text("two\n")
    (complaint,) = lint_figures.complaints(tree)
    assert "older than the code" in complaint and "./tools/cw bench --page" in complaint
    stamp(tree)
    assert lint_figures.complaints(tree) == []


def test_another_name_is_another_code(tree):
    (tree / "modules" / "server.py").rename(tree / "modules" / "client.py")
    assert lint_figures.complaints(tree) != []


def test_no_page_or_one_that_does_not_say(tree):
    (tree / "docs" / "figures.md").write_text("# Figures\n")
    assert "does not say" in lint_figures.complaints(tree)[0]
    (tree / "docs" / "figures.md").unlink()
    assert "is not there" in lint_figures.complaints(tree)[0]
