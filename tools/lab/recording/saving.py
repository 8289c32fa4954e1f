# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Writes a test to the folder of the system tests."""

import contextlib
import os
from pathlib import Path

from lab.recording.export import check_name
from setup import paths
from setup.problem import Problem, from_oserror

FOLDER = paths.ROOT / "tests" / "system"


def save(text: str, name: str, folder: Path = FOLDER) -> Path:
    """Writes the file pytest_recorded_NAME.py, whole or not at all, and never over another one;
    returns its path. Raises Problem."""
    check_name(name)
    final = folder / f"pytest_recorded_{name}.py"
    work = folder / f".unfinished-{final.name}-{os.getpid()}"
    try:
        work.write_text(text, encoding="utf-8")
        os.link(work, final)  # unlike a rename, it fails where there is one
    except FileExistsError:
        raise Problem(
            f"There is a {final.name} already.",
            f"a test is never written over another one: {final}",
            "choose another name, or remove that file first.",
        ) from None
    except OSError as error:
        raise from_oserror(error) from error
    finally:
        with contextlib.suppress(OSError):
            work.unlink()
    return final


def command(name: str) -> str:
    """What runs the saved test."""
    return f"./tools/cw test --only system -k pytest_recorded_{name}.py"
