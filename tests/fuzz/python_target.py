# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A fuzz target in Python as a program: python_target.py NAME [option of libFuzzer]...

Coverage guides it as it does the targets in C, and the options are the same, because Atheris is
libFuzzer for Python.
"""

import importlib
import shlex
import sys
from pathlib import Path

import atheris

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Runs the target that is named first; libFuzzer reads the rest and ends the program."""
    name = sys.argv.pop(1)
    # To merge, libFuzzer starts itself again, through a shell and by this name.
    sys.argv[0] = shlex.join([sys.executable, str(Path(__file__).resolve()), name])
    sys.path += [str(HERE), str(HERE.parent / "unit"), str(HERE.parents[1] / "tools")]
    importlib.import_module("micropython_on_cpython")
    with atheris.instrument_imports(include=["connectwith", "target", "targets"]):
        target = importlib.import_module(f"targets.{name}")
    atheris.Setup(sys.argv, target.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
