# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Code for the raw REPL of a real board. Nothing of it is written to the board's flash, and no
name of it stays where the user's names are.

What is large goes into a bytearray piece by piece, because a literal needs its length in memory
three times. It stands in `sys.modules` until it is used.
"""

import ast
from collections.abc import Iterator
from functools import cache

from lab.desk.notes import ON_BOARD

NOTES, SCRIPT = "lab_notes", "lab_script"
ANSWER = "lab"  # the key of a note that answers what the lab has asked
_PIECE_BYTES = 512
_MODULES = '__import__("sys").modules'
# Typed at the prompt, so that Ctrl-C and resets are those of every program.
RUN_SCRIPT = f'exec({_MODULES}.pop("{SCRIPT}"))\r'.encode()


def _hidden(code: str) -> str:
    return f"exec({code!r}, {{}})"


# Answers "there" when the notes run already, "missing", or "none" without connectwith.
ASK_NOTES = _hidden(f"""\
import sys
said = "there"
if "{NOTES}" not in sys.modules:
    try:
        import imp, server
        imp.diag
        said = "missing"
    except (ImportError, AttributeError):
        said = "none"
print('\\x1e{{"{ANSWER}":"%s"}}\\x1f' % said, end="")
""")
_START_NOTES = _hidden(f"""\
import sys
names = {{"__name__": "{NOTES}"}}
exec(sys.modules.pop("{NOTES}"), names)
sys.modules["{NOTES}"] = type("{NOTES}", (), {{"pauses": names["pauses"]}})
""")
# The text is not kept while the script runs.
_COMPILE_SCRIPT = _hidden(f"""\
import gc, sys
text = bytes(sys.modules.pop("{SCRIPT}"))
gc.collect()
sys.modules["{SCRIPT}"] = compile(text, "script.py", "exec")
""")
# Answers "there" or "missing".
ASK_NETWORK = _hidden(f"""\
said = "there"
try:
    import my_network
except ImportError:
    said = "missing"
print('\\x1e{{"{ANSWER}":"%s"}}\\x1f' % said, end="")
""")


def start_notes() -> Iterator[str]:
    """Pieces of code that run lab_notes.py from memory."""
    yield from _put(NOTES, notes())
    yield _START_NOTES


def compile_script(script: bytes) -> Iterator[str]:
    """Pieces of code after which RUN_SCRIPT runs the script."""
    yield from _put(SCRIPT, script)
    yield _COMPILE_SCRIPT


def _put(name: str, data: bytes) -> Iterator[str]:
    """Pieces of code that put `data` into the board's memory."""
    yield f'{_MODULES}["{name}"] = bytearray({len(data)})'
    for at in range(0, len(data), _PIECE_BYTES):
        piece = data[at : at + _PIECE_BYTES]
        yield f'{_MODULES}["{name}"][{at}:{at + len(piece)}] = {piece!r}'


def drop(name: str) -> str:
    """Code that frees the memory of what was put there in part."""
    return f'{_MODULES}.pop("{name}", None)'


@cache
def notes() -> bytes:
    """lab_notes.py without comments and docstrings."""
    return short((ON_BOARD / "lab_notes.py").read_text(encoding="utf-8")).encode()


def short(source: str) -> str:
    """The same program without comments and docstrings, which would fill the board's heap."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            if ast.get_docstring(node, clean=False) is not None:
                node.body[:1] = [] if len(node.body) > 1 else [ast.Pass()]
    return ast.unparse(tree)
