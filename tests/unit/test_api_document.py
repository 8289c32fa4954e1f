# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""docs/api.md and the code name the same functions with the same parameters, and constants."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "api.md"
MODULES = ROOT / "modules"
LOCAL = MODULES / "connectwith" / "local" / "interfaces.py"
# Its names are also attributes of `server`.
RESULTS = MODULES / "connectwith" / "results.py"
# Objects that calls return: their names on the page, and their classes.
OBJECTS = {"interface": "Interface", "udp": "Udp"}
# Files whose names `imp` and `server` load at the first use of one.
PARTS = {
    "imp": MODULES / "connectwith" / "api" / "imp_device.py",
    "server": MODULES / "connectwith" / "api" / "server_sleep.py",
}
# The prefix of a file's public names in the API.
FILES = {
    "server": MODULES / "server.py",
    "imp": MODULES / "imp.py",
    "imp.cloud": MODULES / "connectwith" / "api" / "imp_cloud.py",
    "imp.diag": MODULES / "connectwith" / "api" / "imp_diag.py",
    "imp.net": MODULES / "connectwith" / "api" / "imp_net.py",
    "imp.uplink": MODULES / "connectwith" / "api" / "imp_uplink.py",
    "agent": MODULES / "agent.py",
    "hardware": MODULES / "hardware.py",
    "server.aio": MODULES / "connectwith" / "api" / "aio.py",
}


def signature(function: ast.FunctionDef | ast.AsyncFunctionDef, method: bool) -> str:
    """The parameters as in a call of the documentation: names and defaults."""
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    defaults = [ast.unparse(d) for d in arguments.defaults]
    plain = len(names) - len(defaults)
    shown = names[:plain] + [f"{n}={d}" for n, d in zip(names[plain:], defaults, strict=True)]
    return ", ".join(shown[1:] if method else shown)


def functions(prefix: str, body: list[ast.stmt], methods: bool = False) -> Iterator[str]:
    """Public functions, those of namespaces (classes without instances) included."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
            static = any(ast.unparse(d) == "staticmethod" for d in node.decorator_list)
            yield f"{prefix}.{node.name}({signature(node, methods and not static)})"
        elif isinstance(node, ast.ClassDef) and node.name[0] != "_" and not node.bases:
            yield from functions(f"{prefix}.{node.name}", node.body, methods=True)


def constants(prefix: str, body: list[ast.stmt]) -> Iterator[str]:
    """Public constants: upper-case names that are assigned."""
    for node in body:
        if isinstance(node, ast.Assign):
            names = [t.id for t in node.targets if isinstance(t, ast.Name)]
        elif isinstance(node, ast.ClassDef) and node.name[0] != "_":
            yield from constants(f"{prefix}.{node.name}", node.body)
            continue
        else:
            continue
        yield from (f"{prefix}.{n}" for n in names if n.isupper() and n[0] != "_")


def parse(name: str) -> list[ast.stmt]:
    files = [FILES[name], *([PARTS[name]] if name in PARTS else [])]
    return [node for file in files for node in ast.parse(file.read_text()).body]


@pytest.fixture(scope="module")
def document() -> str:
    return DOCUMENT.read_text()


def methods_of_objects() -> Iterator[str]:
    for node in ast.parse(LOCAL.read_text()).body:
        for name, of in OBJECTS.items():
            if isinstance(node, ast.ClassDef) and node.name == of:
                yield from functions(name, node.body, methods=True)


def test_functions_and_parameters_are_those_of_the_code(document):
    said = set(re.findall(r"^### `(?:await )?(\w[\w.]*\(.*\))`$", document, re.M))
    there = {f for name in FILES for f in functions(name, parse(name))}
    there |= set(methods_of_objects())
    assert said - there == set(), "only in docs/api.md"
    assert there - said == set(), "not in docs/api.md"


def test_constants_are_those_of_the_code(document):
    said = set(re.findall(r"`((?:server|imp|hardware)(?:\.[a-z]+)?\.[A-Z][A-Z0-9_]+)`", document))
    names = ("server", "imp", "imp.net", "hardware")
    there = {c for name in names for c in constants(name, parse(name))}
    there |= set(constants("server", ast.parse(RESULTS.read_text()).body))
    assert said - there == set(), "only in docs/api.md"
    assert there - said == set(), "not in docs/api.md"


def test_every_function_has_a_docstring():
    def check(name: str, body: list[ast.stmt]) -> None:
        for node in body:
            if getattr(node, "name", "_")[0] == "_":
                continue
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                assert ast.get_docstring(node), f"{name}.{node.name}"
            if isinstance(node, ast.ClassDef):
                check(f"{name}.{node.name}", node.body)

    for name in FILES:
        check(name, parse(name))
