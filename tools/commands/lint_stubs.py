# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Checks that the stubs of the API, which editors read, agree with the frozen modules.

Names, parameters, defaults, constants and docstrings are the same in both. Types stand in the
stubs alone, and are kept by hand.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

STUBS = Path("docs") / "stubs"
# Each stub, and the frozen files whose names are attributes of its module.
FILES = {
    "agent": ("agent",),
    "hardware": ("hardware",),
    "imp": ("imp", "connectwith/api/imp_device"),
    "nv": ("nv",),
    "server": ("server", "connectwith/results", "connectwith/api/server_sleep"),
    "connectwith/api/aio": ("connectwith/api/aio",),
    "connectwith/api/imp_cloud": ("connectwith/api/imp_cloud",),
    "connectwith/api/imp_diag": ("connectwith/api/imp_diag",),
    "connectwith/api/imp_net": ("connectwith/api/imp_net",),
    "connectwith/api/imp_uplink": ("connectwith/api/imp_uplink",),
    "connectwith/local/interfaces": ("connectwith/local/interfaces",),
    "connectwith/local/timers": ("connectwith/local/timers",),
}
# Files of the API that a program cannot reach.
_INNER = {"connectwith/api/hardware_boot"}
# Files of which only the classes of what a call returns are API.
_CLASSES = {
    "connectwith/local/interfaces": ("Interface", "Udp"),
    "connectwith/local/timers": ("Timer",),
}
_ATTRIBUTE = "an attribute"


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Names and defaults in parentheses. Removes the types of `function`.

    A parameter `**_name` is no part of the API: it takes wrong names, for a better message."""
    rest = function.args.kwarg
    if rest is not None and rest.arg.startswith("_"):
        function.args.kwarg = None
    for node in ast.walk(function.args):
        if isinstance(node, ast.arg):
            node.annotation = None
    begin = "async (" if isinstance(function, ast.AsyncFunctionDef) else "("
    return f"{begin}{ast.unparse(function.args)})"


def _loaded(function: ast.FunctionDef) -> Iterator[str]:
    """The names that the `__getattr__` of a module knows: it compares `name` with them."""
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and ast.unparse(node.left) == "name":
            values = ast.literal_eval(node.comparators[0])
            yield from (values,) if isinstance(values, str) else values


def _assigned(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """Constants with their values, and other attributes."""
    if isinstance(node, ast.ImportFrom):
        yield from ((a.name, _ATTRIBUTE) for a in node.names if a.asname == a.name)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for name in (t.id for t in targets if isinstance(t, ast.Name)):
            yield name, ast.unparse(node.value) if name.isupper() and node.value else _ATTRIBUTE


def _names(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Each public name, dotted in a class, and what both files must say of it; its docstring is an
    entry of its own."""
    for node in body:
        name = getattr(node, "name", "")
        if name == "__getattr__":
            yield from ((attribute, _ATTRIBUTE) for attribute in _loaded(node))
        elif not name:
            yield from (pair for pair in _assigned(node) if pair[0][0] != "_")
        elif name[0] != "_":
            yield f"{name}: docstring", repr(ast.get_docstring(node))
            if isinstance(node, ast.ClassDef):
                yield name, f"class ({', '.join(ast.unparse(base) for base in node.bases)})"
                yield from ((f"{name}.{inner}", said) for inner, said in _names(node.body))
            else:
                yield name, _parameters(node)


def surface(folder: Path, files: tuple[str, ...], suffix: str) -> dict[str, str]:
    """The public names of the files together; a later file wins. The first docstring."""
    trees = [ast.parse((folder / f"{name}{suffix}").read_text("utf-8")) for name in files]
    found = {"module: docstring": repr(ast.get_docstring(trees[0]))}
    for tree in trees:
        found |= dict(_names(tree.body))
    return found


def _differences(root: Path, stub: str) -> Iterator[str]:
    there = surface(root / "modules", FILES[stub], ".py")
    here = surface(root / STUBS, (stub,), ".pyi")
    if stub in _CLASSES:
        kept = ("module", *_CLASSES[stub])
        there = {n: said for n, said in there.items() if re.split("[.:]", n)[0] in kept}
    for name in sorted(there.keys() | here.keys()):
        if name not in here:
            yield f"lacks {name}"
        elif name not in there:
            yield f"has {name}, the frozen module has not"
        elif here[name] != there[name]:
            yield f"{name}: {here[name]}, in the frozen module {there[name]}"


def _unlisted(root: Path) -> Iterator[str]:
    """Files of the API, and stubs, that no row of FILES has."""
    modules, stubs = root / "modules", root / STUBS
    known = {name for names in FILES.values() for name in names} | _INNER
    for file in sorted([*modules.glob("*.py"), *modules.glob("connectwith/api/*.py")]):
        name = file.relative_to(modules).with_suffix("").as_posix()
        if file.name not in ("manifest.py", "__init__.py") and name not in known:
            yield f"modules/{name}.py: no stub has its names, see FILES of lint_stubs.py"
    for file in sorted(stubs.rglob("*.pyi")):
        if file.relative_to(stubs).with_suffix("").as_posix() not in FILES:
            yield f"{file.relative_to(root)}: compared with nothing, see FILES of lint_stubs.py"


def _version(root: Path) -> Iterator[str]:
    version = (root / "VERSION").read_text("utf-8").strip()
    if f'\nversion = "{version}"' not in (root / STUBS / "pyproject.toml").read_text("utf-8"):
        yield f"{STUBS}/pyproject.toml: its version is not that of VERSION, {version}"


def complaints(root: Path) -> list[str]:
    """Where stubs and frozen modules differ."""
    bad = [f"{STUBS}/{stub}.pyi: {said}" for stub in FILES for said in _differences(root, stub)]
    return [*bad, *_unlisted(root), *_version(root)]
