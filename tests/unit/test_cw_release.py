# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw release: the trees that it accepts, its files, and the effect of a failed board."""

import json
import re
import subprocess

import pytest
from test_cw_build import BOARD, bench, problem  # noqa: F401 - `bench` is a fixture

from commands import boards, flash, freshness, release
from setup import paths
from setup.lock import sha256_of


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A repository whose VERSION is the release 0.2.0, tagged so."""
    top = tmp_path / "project"
    top.mkdir()
    git = ["git", "-C", str(top), "-c", "user.name=t", "-c", "user.email=t@example.org"]

    def run(*words):
        subprocess.run([*git, *words], check=True, capture_output=True)

    (top / "VERSION").write_text("0.2.0\n")
    run("init", "-q")
    run("add", ".")
    run("commit", "-qm", "1")
    run("tag", "v0.2.0")
    monkeypatch.setattr(paths, "ROOT", top)
    monkeypatch.setattr(freshness, "PAGES", ())
    return top, run


def test_a_tagged_and_clean_tree_is_a_release(tree):
    top, git = tree
    assert release.label(False) == "0.2.0"
    (top / "notes.txt").write_text("a file that git does not know\n")
    assert release.label(False) == "0.2.0"


def test_a_page_that_is_not_of_this_code_is_refused(tree, monkeypatch):
    monkeypatch.setattr(freshness, "PAGES", (freshness.Page("page.md", ("VERSION",), "cw page"),))
    with pytest.raises(release.Problem, match="not of this code") as caught:
        release.label(False)
    assert "page.md is not there" in caught.value.why and "cw page" in caught.value.why
    assert release.label(True).startswith("0.2.0+g")


def test_changes_are_refused(tree):
    top, git = tree
    (top / "VERSION").write_text("0.2.0 \n")
    with pytest.raises(release.Problem, match="changes that are not committed") as caught:
        release.label(False)
    assert "--unreleased" in caught.value.next_step
    assert re.fullmatch(r"0\.2\.0\+g[0-9a-f]{10}\.dirty", release.label(True))


@pytest.mark.parametrize("version, tags", [("0.3.0", "v0.2.0"), ("0.3.0-dev", "v0.3.0-dev")])
def test_a_tag_that_is_not_the_version_is_refused(tree, version, tags):
    top, git = tree
    (top / "VERSION").write_text(f"{version}\n")
    git("commit", "-qam", "2")
    git("tag", "-f", tags)
    with pytest.raises(release.Problem, match="no release") as caught:
        release.label(False)
    assert version in caught.value.why and tags in caught.value.why
    assert re.fullmatch(re.escape(version) + r"\+g[0-9a-f]{10}", release.label(True))


def test_it_is_refused_before_anything_is_built(bench, monkeypatch):  # noqa: F811
    monkeypatch.setattr(release, "_git", lambda *words: " M VERSION\n")
    assert "changes" in problem(bench, "release").what
    assert bench.calls == []


def test_images_sums_and_manifest(bench):  # noqa: F811
    status, text = bench.run("release", "--unreleased")
    every = boards.every()
    assert status == 0 and f"{len(every)} of {len(every)} boards" in text
    folder = paths.BUILD / "release"
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True)
    assert done.returncode == 0
    manifest = json.loads((folder / "manifest.json").read_text())
    version = manifest["version"]
    assert version.startswith(f"{paths.version()}+g") and version in text
    assert (manifest["micropython"], manifest["esp_idf"]) == ("v1.28.0", "v5.5.1")
    names = {"SHA256SUMS", "manifest.json"}
    for board, entry in zip(every, manifest["boards"], strict=True):
        assert (entry["board"], entry["chip"]) == (board.name, board.chip)
        assert entry["image"]["name"] == f"connectwith-{version}-{board.name}.bin"
        assert entry["image"]["offset"] == board.flash_offset
        assert entry["application"]["offset"] == board.application.offset
        for part in ("image", "application"):
            file = folder / entry[part]["name"]
            assert file.stat().st_size == entry[part]["size"] == 1_500_000
            assert sha256_of(file) == entry[part]["sha256"]
            names.add(file.name)
    assert {file.name for file in folder.iterdir()} == names
    sums = (folder / "SHA256SUMS").read_text()
    assert len(sums.splitlines()) == len(names) - 1 and "manifest.json" in sums


def test_the_image_of_a_release_can_be_flashed(bench):  # noqa: F811
    bench.run("release", "--unreleased", "--board", BOARD)
    (image,) = (paths.BUILD / "release").glob(f"connectwith-*-{BOARD}.bin")
    assert flash.choose(BOARD, image) == (boards.find(BOARD), image)


def test_which_board_failed_and_why(bench):  # noqa: F811
    bench.run("release", "--unreleased", "--board", BOARD)
    bench.config(broken=[BOARD])
    status, text = bench.run("release", "--unreleased")
    count = len(boards.every())
    assert status == 1 and f"{count - 1} of {count} boards" in text
    assert f"FAILED {BOARD}" in text and "unknown type name" in text
    names = [file.name for file in (paths.BUILD / "release").iterdir()]
    assert not any(BOARD in name for name in names), "no image of an earlier version"
    assert any("WAVESHARE_ESP32_S3_ETH" in name for name in names)
    listed = json.loads((paths.BUILD / "release" / "manifest.json").read_text())["boards"]
    assert BOARD not in {entry["board"] for entry in listed} and len(listed) == count - 1
