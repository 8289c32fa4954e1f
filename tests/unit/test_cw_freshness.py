# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A page is fresh as long as no source of it has changed."""

import subprocess

import pytest

from commands.freshness import Page

PAGE = Page("docs/page.md", ("code", "table.py"), "./tools/cw page")


@pytest.fixture(params=["git", "no git"])
def root(request, tmp_path):
    """A project with a page that has just been written."""
    if request.param == "git":
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        (tmp_path / ".gitignore").write_text("*.o\n")
    (tmp_path / "code" / "deep").mkdir(parents=True)
    (tmp_path / "code" / "deep" / "a.c").write_text("int a;\n")
    (tmp_path / "code" / "b.c").write_text("int b;\n")
    (tmp_path / "table.py").write_text("T = 1\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(f"# Page\n\n{PAGE.mark(tmp_path)}\n\nText.\n")
    return tmp_path


def test_fresh(root):
    (root / "other.py").write_text("no source of the page\n")
    assert PAGE.complaints(root) == []


@pytest.mark.parametrize("file", ["code/deep/a.c", "code/b.c", "table.py", "code/new.c"])
def test_a_source_that_has_changed(root, file):
    (root / file).write_text("changed\n")
    [complaint] = PAGE.complaints(root)
    assert "docs/page.md is older than" in complaint and "./tools/cw page" in complaint


def test_a_source_that_was_renamed(root):
    (root / "code" / "b.c").rename(root / "code" / "c.c")
    assert len(PAGE.complaints(root)) == 1


def test_a_page_without_its_mark_and_none_at_all(root):
    (root / "docs" / "page.md").write_text("# Page\n")
    assert "does not say" in PAGE.complaints(root)[0]
    (root / "docs" / "page.md").unlink()
    assert "is not there" in PAGE.complaints(root)[0]
