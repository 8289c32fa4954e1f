# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Step `python`: the virtual environment, with the packages that a command needs."""

import hashlib
import platform
import re
import shutil
import sys
from pathlib import Path

from setup import paths
from setup.problem import Problem
from setup.report import Report
from setup.shell import require_space, run_logged, tail


def _text(requirements: Path) -> bytes:
    """The text of a requirements file and of the files that it includes."""
    try:
        text = requirements.read_bytes()
    except OSError as error:
        raise Problem(
            f"{requirements} cannot be read.",
            f"{error.strerror}.",
            f"restore it: git checkout -- {requirements.name}",
        ) from error
    included = re.findall(r"^-r (\S+)$", text.decode(), re.MULTILINE)
    return b"\0".join([text, *(_text(requirements.parent / name) for name in included)])


def location(requirements: Path) -> Path:
    """The environment's folder; other requirements or another Python have another folder."""
    text = _text(requirements)
    base = f"{platform.python_implementation()} {platform.python_version()} {sys.base_prefix}"
    digest = hashlib.sha256(text + base.encode() + platform.machine().encode()).hexdigest()
    return paths.cache() / f"venv-{digest[:12]}"


def interpreter(environment: Path) -> Path:
    """The Python of an environment."""
    return environment / "bin" / "python"


def _retarget(work: Path, final: Path) -> None:
    # Scripts name their interpreter by its full path, which changes with the rename.
    for script in (work / "bin").iterdir():
        if script.is_symlink() or not script.is_file():
            continue
        content = script.read_bytes()
        if b"\0" not in content[:1024] and bytes(work) in content:
            script.write_bytes(content.replace(bytes(work), bytes(final)))


def build(final: Path, requirements: Path, log: Path) -> None:
    """Makes the environment in another folder, renamed when it is complete. Raises Problem."""
    with paths.whole_directory(final) as work:
        if run_logged([sys.executable, "-m", "venv", str(work)], log, timeout_s=300) != 0:
            require_space(log, work)
            raise Problem(
                "The virtual environment could not be made.",
                f"python3 -m venv failed; the end of {log}:\n{tail(log, 4)}",
                "on Debian: sudo apt-get install python3-venv; then run the same command again.",
            )
        command = [str(interpreter(work)), "-m", "pip", "install", "--no-input",
                   "--disable-pip-version-check", "-r", str(requirements)]  # fmt: skip
        if run_logged(command, log, timeout_s=900) != 0:
            require_space(log, work)
            raise Problem(
                f"The Python packages of {requirements} could not be installed.",
                f"pip failed (no network?); the end of {log}:\n{tail(log, 4)}",
                "repair that (pip's own settings and proxies count), then run it again.",
            )
        _retarget(work, final)


def ensure(report: Report, requirements: Path, *, dry_run: bool = False) -> Path:
    """The step: returns the folder of a complete environment. Raises Problem."""
    final = location(requirements)
    name = requirements.relative_to(paths.ROOT)
    if interpreter(final).exists():
        return final
    if dry_run:
        report.line(f"[python ] would make {final} from {name}")
        return final
    with paths.locked("python", paths.cache(), report.line):
        if interpreter(final).exists():
            return final
        paths.sweep(paths.cache())
        # Its interpreter is gone (an upgrade of the system's Python), so it is made anew.
        shutil.rmtree(final, ignore_errors=True)
        log = paths.cache() / "logs" / "python.log"
        with report.step("python", f"virtual environment with {name}"):
            build(final, requirements, log)
    return final
