# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Step `sources`: MicroPython, lwIP and mbedTLS as pinned, checked, unpacked and put together.

micropython-lib is optional: all of it by git, or the part in Debian's package of MicroPython.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from setup import debian, paths
from setup.lock import Lock, LockedFile, Pin, Source, check, read_lock
from setup.problem import Problem
from setup.report import Report
from setup.shell import capture, require_space, run_logged, tail

LINKED = ("lwip", "mbedtls")
# micropython-lib in MicroPython's tree, and Debian's patch that has a part of it.
_LIBRARY = "micropython-lib"
_LIBRARY_PATCH = "patches/mip.patch"
_LIBRARY_README = "Modules of micropython-lib that Debian's source package of MicroPython has.\n"
# The time limit for reaching a repository that can be done without.
_PROBE_S = 20.0
# No prompt for a password, which would wait for ever on a machine without a person.
NO_PROMPT = {"GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True)
class Tree:
    """A MicroPython tree that can be built.

    `ident` tells it from others; `checkout` is where MicroPython's own files really are; `git_tag`
    is the version of the pinned tree, and None for a tree of the user's.
    """

    path: Path
    ident: str
    checkout: Path
    git_tag: str | None


def _archives() -> Path:
    return paths.cache() / "archives"


def _missing_files(source: Source) -> list[LockedFile]:
    """Checks the files in the cache; returns the missing ones."""
    lacking = []
    for file in source.files:
        path = _archives() / file.name
        if path.exists():
            check(path, file)
        else:
            lacking.append(file)
    return lacking


def download(source: Source, archive: debian.SourceArchive) -> None:
    """Brings a source's files into the cache. Each is checked before it gets its name there.

    Raises Problem; then nothing of this download is in the cache.
    """
    lacking = _missing_files(source)
    if not lacking:
        return
    _archives().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unfinished-get-", dir=_archives()) as name:
        into = Path(name)
        archive.fetch(source.package, source.debian_version, not source.patched, into)
        for file in source.files:
            if not (into / file.name).exists():
                raise Problem(
                    f"Debian's archive did not give {file.name}.",
                    f"it is a file of {source.package} {source.debian_version} in the lock.",
                    "git is tried instead.",
                )
            check(into / file.name, file)
        for file in source.files:
            (into / file.name).replace(_archives() / file.name)


def _tar(file: Path, into: Path, log: Path) -> None:
    into.mkdir()
    command = ["tar", "-x", "--no-same-owner", "-f", str(file), "-C", str(into)]
    if run_logged(command, log, timeout_s=600) != 0:
        require_space(log, into)
        raise Problem(
            f"{file.name} could not be unpacked.",
            f"tar failed; the end of {log}:\n{tail(log, 4)}",
            "look whether tar, xz and bzip2 are installed, then run the same command again.",
        )


def _only_folder(work: Path) -> Path:
    folders = [entry for entry in work.iterdir() if entry.is_dir()]
    if len(folders) != 1:
        raise Problem(
            f"An archive holds {len(folders)} folders instead of one.",
            "it is not a source archive of the expected kind.",
            "look at tools/sources.lock: is it the right file?",
        )
    return folders[0]


def _apply_patches(debian_folder: Path, tree: Path, log: Path) -> None:
    # Format "3.0 (quilt)" of dpkg-source(1): the patches of the series in its order, with -p1.
    patches = debian_folder / "patches"
    series = (patches / "series").read_text(encoding="utf-8").splitlines()
    names = [line.split()[0] for line in series if line.strip() and not line.startswith("#")]
    for name in names:
        _apply_patch(patches / name, tree, log)


def _apply_patch(patch: Path, tree: Path, log: Path) -> None:
    command = ["patch", "-p1", "-s", "-t", "-N", "--no-backup-if-mismatch",
               "-d", str(tree), "-i", str(patch)]  # fmt: skip
    if run_logged(command, log, timeout_s=60) == 0:
        return
    require_space(log, tree)
    raise Problem(
        f"Debian's patch {patch.name} does not apply to {tree.name}.",
        f"patch failed; the end of {log}:\n{tail(log, 4)}",
        "look at tools/sources.lock: do the two archives belong together?",
    )


def unpack(source: Source, final: Path, log: Path) -> None:
    """Unpacks a source from checked files in the cache into `final`, whole or not at all."""
    files = [_archives() / file.name for file in source.files]
    for file, locked_file in zip(files, source.files, strict=True):
        check(file, locked_file)
    with paths.whole_directory(final) as work:
        upstream, packaging = work / ".upstream", work / ".packaging"
        _tar(files[0], upstream, log)
        tree = _only_folder(upstream)
        if source.patched:
            _tar(files[1], packaging, log)
            _apply_patches(_only_folder(packaging), tree, log)
            shutil.rmtree(packaging)
        for entry in list(tree.iterdir()):
            entry.rename(work / entry.name)
        shutil.rmtree(upstream)


def clone(pin: Pin, final: Path, log: Path, *, by_hand: str = "") -> None:
    """A clone at the pinned tag whose commit id is checked. Raises Problem.

    by_hand: what else a user without a network can do.
    """
    with paths.whole_directory(final) as work:
        clone_into(pin, work, log, by_hand=by_hand)


def clone_into(pin: Pin, work: Path, log: Path, *, by_hand: str = "") -> None:
    """The same, into an empty folder."""
    other = f"{by_hand}; or " if by_hand else ""
    if shutil.which("git") is None:
        raise Problem(
            f"{pin.name} {pin.tag} cannot be fetched.",
            "neither apt nor git can be used here.",
            f"{other}install git, then run the same command again.",
        )
    # --config, because an end-of-line conversion would change the files of the commit.
    command = ["git", "clone", "-q", "--config", "core.autocrlf=false",
               "--config", "advice.detachedHead=false", "--depth", "1",
               "--branch", pin.tag, pin.url, str(work)]  # fmt: skip
    if run_logged(command, log, env=NO_PROMPT, timeout_s=3600) != 0:
        require_space(log, work)
        raise Problem(
            f"{pin.name} {pin.tag} cannot be fetched.",
            f"git clone of {pin.url} failed (no network?); the end of {log}:\n{tail(log, 3)}",
            f"{other}connect to a network, then run the same command again.",
        )
    commit = (capture(["git", "-C", str(work), "rev-parse", "HEAD"]) or "").strip()
    if commit != pin.commit:
        raise Problem(
            f"The tag {pin.tag} of {pin.url} is not the pinned commit.",
            f"it is {commit or 'unreadable'}, tools/sources.lock says {pin.commit}.",
            "do not build it; find out why upstream's tag has moved.",
        )


def ensure_source(
    source: Source, archive: debian.SourceArchive, report: Report, log: Path
) -> Path:
    """The folder of one pinned source; fetches and unpacks it if needed."""
    final = paths.cache() / "src" / f"{source.name}-{source.digest}"
    from_git = paths.cache() / "src" / f"{source.name}-{source.git_commit[:8]}"
    for ready in (final, from_git):
        if ready.is_dir():
            return ready
    with report.step("sources", f"{source.name} {source.version}"):
        try:
            download(source, archive)
        except Problem as problem:
            if "not the pinned file" in problem.what:
                raise
            report.line(f"[sources] {problem.what} Why: {problem.why}")
            report.line(f"[sources] trying git: {source.git_url} at {source.git_tag}")
            names = " and ".join(file.name for file in source.files)
            by_hand = f"put {names} into {_archives()}; or name a checkout with MICROPYTHON_DIR="
            clone(source.pin, from_git, log, by_hand=by_hand)
            return from_git
        unpack(source, final, log)
    return final


def answers(pin: Pin) -> bool:
    """Whether the repository can be reached and has the tag."""
    command = ["git", "ls-remote", "--exit-code", pin.url, f"refs/tags/{pin.tag}"]
    return shutil.which("git") is not None and capture(command, _PROBE_S) is not None


@contextmanager
def _or_without(report: Report) -> Iterator[None]:
    """Reports a Problem and goes on, unless what was fetched is not what the lock pins."""
    try:
        yield
    except Problem as problem:
        if "not the pinned" in problem.what:
            raise
        report.line(f"[sources] {problem.what} Why: {problem.why}")


def _library_of_debian(source: Source, final: Path, log: Path) -> None:
    """Unpacks the modules that Debian adds by a patch; whole or not at all."""
    with paths.whole_directory(final) as work:
        packaging, tree = work / ".packaging", work / ".tree"
        _tar(_archives() / source.files[0].name, packaging, log)
        tree.mkdir()
        _apply_patch(_only_folder(packaging) / _LIBRARY_PATCH, tree, log)
        for entry in list((tree / "lib" / _LIBRARY).iterdir()):
            entry.rename(work / entry.name)
        # MicroPython's makefiles look for this file before they use the folder.
        (work / "README.md").write_text(_LIBRARY_README, encoding="utf-8")
        shutil.rmtree(packaging)
        shutil.rmtree(tree)


def ensure_library(
    source: Source, archive: debian.SourceArchive, report: Report, log: Path
) -> Path | None:
    """micropython-lib by git, or Debian's part of it, or None: a board can do without it.

    It is asked for once; `cw clean --all` forgets the answer. Raises Problem if what was fetched
    is not what the lock pins.
    """
    whole = paths.cache() / "src" / f"{_LIBRARY}-{source.git_commit[:8]}"
    part = paths.cache() / "src" / f"{_LIBRARY}-debian-{source.digest}"
    none = paths.cache() / "src" / f"{_LIBRARY}-none-{source.digest}"
    for ready in (whole, part, none):
        if ready.is_dir():
            return None if ready == none else ready
    with report.step("sources", f"{_LIBRARY} {source.git_tag}"):
        if answers(source.pin):
            with _or_without(report):
                clone(source.pin, whole, log)
                return whole
        else:
            report.line(f"[sources] {source.git_url} cannot be reached: trying Debian, which has "
                        "requests and mip of it")  # fmt: skip
        with _or_without(report):
            download(source, archive)
            _library_of_debian(source, part, log)
            return part
        with paths.whole_directory(none):
            report.line("[sources] the virtual board is built without it; ./tools/cw clean --all, "
                        "then ./tools/cw setup, tries again")  # fmt: skip
    return None


def empty(folder: Path) -> bool:
    """Whether a folder is missing or has nothing in it (a submodule not checked out)."""
    return not folder.is_dir() or next(folder.iterdir(), None) is None


def overlay(checkout: Path, libraries: dict[str, Path], final: Path) -> None:
    """A folder of links that looks like `checkout` with its empty libraries filled in.

    The user's checkout is never written to.
    """
    with paths.whole_directory(final) as work:
        for entry in checkout.iterdir():
            if entry.name != "lib":
                (work / entry.name).symlink_to(entry)
        (work / "lib").mkdir()
        for entry in (checkout / "lib").iterdir():
            if entry.name not in libraries:
                (work / "lib" / entry.name).symlink_to(entry)
        for name, target in libraries.items():
            (work / "lib" / name).symlink_to(target)


def user_checkout(text: str) -> Path:
    """The folder that MICROPYTHON_DIR names. Raises Problem."""
    checkout = Path(text).expanduser().absolute()
    if not (checkout / "py" / "mpconfig.h").is_file():
        raise Problem(
            f"MICROPYTHON_DIR={text} is not a MicroPython tree.",
            f"{checkout / 'py' / 'mpconfig.h'} is not there.",
            "give the top folder of a MicroPython checkout, or leave MICROPYTHON_DIR unset.",
        )
    return checkout


def _compose(checkout: Path, libraries: dict[str, Path], git_tag: str | None) -> Tree:
    parts = [str(checkout), *(f"{name}={path}" for name, path in sorted(libraries.items()))]
    # A new or missing file at the top of a checkout needs another overlay.
    parts += sorted(os.listdir(checkout)) + sorted(os.listdir(checkout / "lib"))
    ident = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
    final = paths.cache() / "tree" / f"micropython-{ident}"
    if not final.is_dir():
        overlay(checkout, libraries, final)
    return Tree(final, ident, checkout, git_tag)


def ensure(report: Report, *, dry_run: bool = False, lock: Lock | None = None) -> Tree | None:
    """The step: a complete MicroPython tree, pinned or around MICROPYTHON_DIR. Raises Problem."""
    lock = lock or read_lock(paths.LOCK_FILE)
    given = os.environ.get("MICROPYTHON_DIR")
    checkout = user_checkout(given) if given else None
    needed = [s for s in lock.sources if s.name != "micropython" or checkout is None]
    if checkout is not None:
        needed = [s for s in needed if empty(checkout / "lib" / s.name)]
    has_library = checkout is not None and not empty(checkout / "lib" / _LIBRARY)
    library = None if has_library else lock.library
    if dry_run:
        for source in (*needed, library) if library else needed:
            report.line(f"[sources] would have {source.name} {source.version} in {paths.cache()}")
        return None
    log = paths.cache() / "logs" / "sources.log"
    folders: dict[str, Path] = {}
    paths.use(paths.cache())
    with paths.locked("sources", paths.cache(), report.line):
        paths.sweep(_archives())
        paths.sweep(paths.cache() / "src")
        paths.sweep(paths.cache() / "tree")
        _archives().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-apt-", dir=_archives()) as work:
            archive = debian.SourceArchive(Path(work), lock.suite, log)
            for source in needed:
                folders[source.name] = ensure_source(source, archive, report, log)
            found = ensure_library(library, archive, report, log) if library else None
        libraries = {name: folders[name] for name in LINKED if name in folders}
        if found is not None:
            libraries[_LIBRARY] = found
        if checkout is None:
            return _compose(folders["micropython"], libraries, f"v{lock.sources[0].version}")
        if libraries:
            return _compose(checkout, libraries, None)
    ident = hashlib.sha256(str(checkout).encode()).hexdigest()[:8]
    return Tree(checkout, ident, checkout, None)
