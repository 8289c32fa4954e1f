# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Code for the raw REPL of a real board, whose flash is its owner's. It prints sentences."""

import ast

from lab.desk.notes import ON_BOARD

# Once after each boot.
_NOTES = """\
import sys
if "lab_notes" not in sys.modules:
    try:
        import imp
        imp.diag
    except (ImportError, AttributeError):
        print("Attempts do not show: the firmware of this board is not connectwith.")
    else:
        names = {{"__name__": "lab_notes"}}
        exec({source!r}, names)
        sys.modules["lab_notes"] = type("lab_notes", (), {{"pauses": names["pauses"]}})
        del names
"""
NETWORK_CHECK = """\
try:
    import my_network
except ImportError:
    print("my_network is a file of the virtual boards: write your SSID, key and broker into the "
        "script in place of it.")
"""


def notes() -> str:
    """Runs lab_notes.py from memory."""
    return _NOTES.format(source=short((ON_BOARD / "lab_notes.py").read_text(encoding="utf-8")))


def short(source: str) -> str:
    """The same program without comments and docstrings, which would fill the board's heap."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            if ast.get_docstring(node, clean=False) is not None:
                node.body[:1] = [] if len(node.body) > 1 else [ast.Pass()]
    return ast.unparse(tree)
