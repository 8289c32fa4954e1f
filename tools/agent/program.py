# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The user's file: a Python program with a function `agent(device, server)`."""

import importlib.util
import sys
import traceback
from pathlib import Path

from agent.agents import Setup
from setup.problem import Problem

_EXAMPLE = "def agent(device, server): ..."


def load(name: str) -> Setup:
    """Runs the file and returns its function `agent`. Raises Problem."""
    path = Path(name).absolute()
    spec = importlib.util.spec_from_file_location("agent_program", path)
    why = "its name does not end in .py" if spec is None or spec.loader is None else ""
    try:
        path.open("rb").close()
    except OSError as error:
        why = f"the system says: {error.strerror}"
    if spec is None or spec.loader is None or why:
        next_step = f"give the path of a file with: {_EXAMPLE}"
        raise Problem(f"{name} cannot be read.", f"{why}.", next_step, 2)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))  # for what lies beside it
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        traceback.print_exc()
        raise Problem(
            f"{name} has raised an exception.",
            f"{type(error).__name__}: {error}",
            "repair it; the lines above say where.",
        ) from error
    setup = getattr(module, "agent", None)
    if not callable(setup):
        raise Problem(
            f"{name} has no function 'agent'.",
            "that function is called once for each device.",
            f"define it: {_EXAMPLE}",
        )
    return setup
