# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A script of the page's editor: whether a board can run it, and how it is pasted."""

import subprocess
import tempfile
from pathlib import Path

from setup.problem import Problem

LONGEST_BYTES = 100000
_CHECK_S = 10.0
_NAME = "script.py"  # in what is said of it
_INTERRUPT, _PASTE, _END = b"\x03", b"\x05", b"\x04"


def _refuse(why: str) -> Problem:
    return Problem("The script was not started.", "", why)


def check(code: str, mpy_cross: Path, folder: Path) -> bytes:
    """The script's bytes, with spaces for tabs. Raises Problem when a board cannot run it."""
    data = code.replace("\r\n", "\n").replace("\t", "    ").encode("utf-8", "replace")
    if len(data) > LONGEST_BYTES:
        raise _refuse(f"it is too long: the limit is {LONGEST_BYTES} bytes.")
    if any(c < 32 and c != 10 for c in data):
        raise _refuse("it has a control character in it.")
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".py") as file:
        file.write(data)
        file.flush()
        command = [str(mpy_cross), "-s", _NAME, "-o", "/dev/null", file.name]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_CHECK_S, check=False)
        except subprocess.TimeoutExpired:
            raise _refuse(f"its check did not end within {_CHECK_S:.0f} s.") from None
    if done.returncode != 0:
        # "-s" is for tracebacks; a syntax error has the name of the file.
        words = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
        words = words.replace(file.name, _NAME)
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        raise _refuse(", ".join(lines[-2:])[:300])
    return data


def pasted(data: bytes) -> bytes:
    """The keys that interrupt what runs and paste the script at the prompt."""
    body = data.strip(b"\n").replace(b"\n", b"\r")
    return _INTERRUPT + _INTERRUPT + _PASTE + body + b"\r" + _END
