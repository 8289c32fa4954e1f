# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Set-up of the sources: checks, refusals, and no partial results."""

import dataclasses
import io
import os
import subprocess

import pytest
from cw_sources import Shelf, git_repository, make_lock

from setup import debian, paths, sources
from setup.lock import read_lock, sha256_of
from setup.problem import Problem, from_oserror
from setup.report import Report


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and no MICROPYTHON_DIR."""
    monkeypatch.setenv("CONNECTWITH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MICROPYTHON_DIR", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An archive with three tiny sources; apt is never asked."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    shelf = Shelf(folder)
    monkeypatch.setattr(debian, "SourceArchive", lambda *_: shelf)
    return shelf


@pytest.fixture
def report():
    return Report(io.StringIO())


def leftovers(cache):
    """Everything below the cache that is neither finished nor a log nor a lock."""
    return [p for p in cache.rglob("*") if ".unfinished-" in str(p)]


def test_first_run_composes_a_tree_with_patched_libraries(cache, shelf, report):
    tree = sources.ensure(report, lock=make_lock(shelf.folder))
    assert tree.git_tag == "v1.0"
    assert (tree.path / "py/mpconfig.h").read_text() == "pinned\n"
    assert (tree.path / "lib/uzlib/a.c").read_text() == "a\n"
    assert (tree.path / "lib/lwip/src/file.c").read_text() == "int patched;\n"
    assert (tree.path / "lib/mbedtls/library/aes.c").exists()
    assert not leftovers(cache)


def test_second_run_fetches_nothing_and_says_nothing(cache, shelf, report):
    lock = make_lock(shelf.folder)
    first = sources.ensure(report, lock=lock)
    shelf.fetched.clear()
    quiet = Report(io.StringIO())
    assert sources.ensure(quiet, lock=lock) == first
    assert shelf.fetched == []
    assert quiet.stream.getvalue() == ""


def test_wrong_hash_of_a_download_is_refused_with_both_hashes(cache, shelf, report):
    lock = make_lock(shelf.folder)
    good = lock.sources[0].files[0]
    (shelf.folder / good.name).write_bytes(b"something else")
    with pytest.raises(Problem) as caught:
        sources.ensure(report, lock=lock)
    assert good.sha256 in caught.value.why
    assert caught.value.why.count(good.sha256) == 1 and len(caught.value.why) > 2 * 64
    assert "delete it" in caught.value.next_step
    assert not (cache / "archives" / good.name).exists()
    assert not (cache / "src").exists()
    assert not leftovers(cache)


def test_wrong_hash_is_never_answered_by_git(cache, shelf, tmp_path, report):
    commit = git_repository(tmp_path / "upstream", "v1.0")
    lock = make_lock(shelf.folder, f"file://{tmp_path / 'upstream'}", commit)
    (shelf.folder / lock.sources[0].files[0].name).write_bytes(b"altered on its way")
    with pytest.raises(Problem, match="not the pinned file"):
        sources.ensure(report, lock=lock)


def test_truncated_archive_in_the_cache_is_refused(cache, shelf, report):
    lock = make_lock(shelf.folder)
    name = lock.sources[0].files[0].name
    (cache / "archives").mkdir(parents=True)
    whole = (shelf.folder / name).read_bytes()
    (cache / "archives" / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Problem, match="not the pinned file") as caught:
        sources.ensure(report, lock=lock)
    assert f"rm '{cache / 'archives' / name}'" in caught.value.next_step


def test_archive_put_there_by_hand_is_used(cache, shelf, report):
    lock = make_lock(shelf.folder)
    (cache / "archives").mkdir(parents=True)
    for file in lock.sources[0].files:
        (shelf.folder / file.name).rename(cache / "archives" / file.name)
    sources.ensure(report, lock=lock)
    assert "micropython" not in shelf.fetched


def test_a_file_that_the_archive_did_not_give_is_named(cache, shelf, report, monkeypatch):
    lock = make_lock(shelf.folder)
    patches = lock.sources[1].files[1].name
    (shelf.folder / patches).unlink()
    with pytest.raises(Problem) as caught:
        sources.download(lock.sources[1], shelf)
    assert patches in caught.value.what
    assert not (cache / "archives" / lock.sources[1].files[0].name).exists()


def test_version_gone_from_debian_falls_back_to_git(cache, shelf, tmp_path, report):
    commit = git_repository(tmp_path / "upstream", "v1.0")
    lock = make_lock(shelf.folder, f"file://{tmp_path / 'upstream'}", commit)
    (shelf.folder / lock.sources[0].files[0].name).unlink()
    tree = sources.ensure(report, lock=lock)
    assert (tree.path / "py/mpconfig.h").read_text() == "from git\n"
    said = report.stream.getvalue()
    assert "no longer has micropython 1.0-1" in said
    assert "trying git" in said


def test_moved_tag_is_refused_with_both_commits(cache, tmp_path, shelf, report):
    actual = git_repository(tmp_path / "upstream", "v1.0")
    pinned = "1" * 40
    source = make_lock(shelf.folder, f"file://{tmp_path / 'upstream'}", pinned).sources[0]
    with pytest.raises(Problem) as caught:
        sources.clone(source.pin, cache / "src" / "x", tmp_path / "log")
    assert actual in caught.value.why and pinned in caught.value.why
    assert not (cache / "src" / "x").exists() and not leftovers(cache)


def test_no_apt_and_no_network_says_what_to_do(cache, tmp_path, shelf, report, monkeypatch):
    lock = make_lock(shelf.folder)  # its git address leads nowhere
    for file in shelf.folder.glob("*.xz"):
        file.unlink()
    with pytest.raises(Problem) as caught:
        sources.ensure(report, lock=lock)
    assert "cannot be fetched" in caught.value.what
    assert "MICROPYTHON_DIR" in caught.value.next_step
    assert str(cache / "archives") in caught.value.next_step
    assert not leftovers(cache)


def test_no_apt_and_no_git(cache, tmp_path, shelf, report, monkeypatch):
    source = make_lock(shelf.folder).sources[0]
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match="cannot be fetched") as caught:
        sources.clone(source.pin, cache / "src" / "x", tmp_path / "log")
    assert "install git" in caught.value.next_step


def test_interrupted_unpacking_leaves_nothing_and_can_be_repeated(
    cache, shelf, report, monkeypatch
):
    lock = make_lock(shelf.folder)

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sources, "_apply_patches", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sources.ensure(report, lock=lock)
    assert not list((cache / "src").glob("lwip-*")) and not leftovers(cache)
    tree = sources.ensure(report, lock=lock)
    assert (tree.path / "lib/lwip/src/file.c").read_text() == "int patched;\n"


def test_what_a_killed_run_left_is_swept(cache, shelf, report):
    lock = make_lock(shelf.folder)
    dead = cache / "src" / ".unfinished-lwip-12345678-abc"
    (dead / "half").mkdir(parents=True)
    sources.ensure(report, lock=lock)
    assert not dead.exists()


def test_patch_that_does_not_apply_is_a_problem(cache, shelf, report):
    lock = make_lock(shelf.folder)
    lwip = lock.sources[1]
    # The archive of mbedTLS has no src/file.c for lwIP's patch.
    wrong = dataclasses.replace(lwip, files=(lock.sources[2].files[0], lwip.files[1]))
    (cache / "archives").mkdir(parents=True)
    for file in wrong.files:
        (cache / "archives" / file.name).write_bytes((shelf.folder / file.name).read_bytes())
    with pytest.raises(Problem, match="does not apply"):
        sources.unpack(wrong, cache / "src" / "x", cache / "log")
    assert not (cache / "src" / "x").exists()


def test_users_checkout_is_filled_in_by_an_overlay_and_not_written_to(
    cache, shelf, report, tmp_path, monkeypatch
):
    lock = make_lock(shelf.folder)
    checkout = tmp_path / "checkout"
    for folder in ("py", "lib/lwip", "lib/mbedtls/library", "lib/littlefs"):
        (checkout / folder).mkdir(parents=True)
    (checkout / "py/mpconfig.h").write_text("mine\n")
    (checkout / "lib/mbedtls/library/aes.c").write_text("mine\n")
    before = sorted((p, p.lstat().st_mtime_ns) for p in checkout.rglob("*"))
    monkeypatch.setenv("MICROPYTHON_DIR", str(checkout))
    tree = sources.ensure(report, lock=lock)
    assert tree.git_tag is None and tree.checkout == checkout
    assert (tree.path / "py/mpconfig.h").read_text() == "mine\n"
    assert (tree.path / "lib/lwip/src/file.c").read_text() == "int patched;\n"
    # It had an mbedTLS of its own.
    assert (tree.path / "lib/mbedtls/library/aes.c").read_text() == "mine\n"
    assert (tree.path / "lib/littlefs").is_dir()
    assert shelf.fetched == ["lwip"]
    assert sorted((p, p.lstat().st_mtime_ns) for p in checkout.rglob("*")) == before


def test_complete_checkout_is_used_as_it_is(cache, shelf, report, tmp_path, monkeypatch):
    checkout = tmp_path / "checkout"
    for name in ("py/mpconfig.h", "lib/lwip/a", "lib/mbedtls/a"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("mine\n")
    monkeypatch.setenv("MICROPYTHON_DIR", str(checkout))
    assert sources.ensure(report, lock=make_lock(shelf.folder)).path == checkout
    assert shelf.fetched == []


def test_micropython_dir_that_is_none_is_named(cache, shelf, report, tmp_path, monkeypatch):
    monkeypatch.setenv("MICROPYTHON_DIR", str(tmp_path))
    with pytest.raises(Problem, match="is not a MicroPython tree"):
        sources.ensure(report, lock=make_lock(shelf.folder))


def test_dry_run_touches_nothing(cache, shelf, report):
    assert sources.ensure(report, dry_run=True, lock=make_lock(shelf.folder)) is None
    assert not cache.exists()
    assert "would have lwip 1.0" in report.stream.getvalue()


def test_the_lock_file_of_the_project_is_whole():
    lock = read_lock(paths.LOCK_FILE)
    assert [s.name for s in lock.sources] == ["micropython", "lwip", "mbedtls"]
    for source in lock.sources:
        assert len(source.git_commit) == 40 and source.git_url.startswith("https://")
        assert all(int(file.sha256, 16) for file in source.files)
        assert len(source.files) == (2 if source.patched else 1)
    assert lock.library.package == "micropython" and lock.library.git_tag == "v1.25.0"
    assert [file.name[-14:] for file in lock.library.files] == [".debian.tar.xz"]


@pytest.mark.parametrize("text", ["", "[debian", '[debian]\nsuite = "trixie"\n'])
def test_damaged_lock_file_is_a_problem(tmp_path, text):
    (tmp_path / "sources.lock").write_text(text)
    with pytest.raises(Problem, match="cannot be used"):
        read_lock(tmp_path / "sources.lock")


def test_lock_file_cannot_lead_out_of_the_cache(tmp_path):
    text = paths.LOCK_FILE.read_text().replace('name = "lwip', 'name = "../lwip', 1)
    (tmp_path / "sources.lock").write_text(text)
    with pytest.raises(Problem, match="cannot be used"):
        read_lock(tmp_path / "sources.lock")


@pytest.fixture
def tiny_disk(tmp_path):
    """A folder with room for a few kilobytes."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a small file system needs root with the right to mount one")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_while_unpacking(tiny_disk, shelf, report, tmp_path, monkeypatch):
    monkeypatch.setenv("CONNECTWITH_CACHE", str(tiny_disk))
    lock = make_lock(shelf.folder)
    big = tmp_path / "shelf/making/mbedtls-1.0/big"
    big.write_bytes(b"\0" * 500_000)  # packs to a few hundred bytes
    packed = shelf.folder / "mbedtls_1.0.orig.tar.xz"
    tar = ["tar", "-cJf", str(packed), "-C", str(big.parent.parent), "mbedtls-1.0"]
    subprocess.run(tar, check=True)
    file = dataclasses.replace(lock.sources[2].files[0], sha256=sha256_of(packed))
    source = dataclasses.replace(lock.sources[2], files=(file,))
    sources.download(source, shelf)
    with pytest.raises(OSError) as caught:
        sources.unpack(source, tiny_disk / "src" / "x", tmp_path / "log")
    problem = from_oserror(caught.value)
    assert "No space left" in problem.what and "CONNECTWITH_CACHE" in problem.next_step
    assert not (tiny_disk / "src" / "x").exists() and not leftovers(tiny_disk)
