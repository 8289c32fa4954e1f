# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Checks the includes and imports of each part against the table of CONTRIBUTING.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_MODULE = Path("firmware") / "connectwith"
_INCLUDE = re.compile(r'^\s*#\s*include\s*(<[^>]+>|"[^"]+")', re.MULTILINE)
# ISO/IEC 9899:2011, 7: the headers that core may use. It needs no math.h, locale.h and the like.
_C11 = (
    r"<(assert|ctype|errno|inttypes|limits|stdatomic|stdbool|stddef|stdint|stdio|stdlib"
    r"|string)\.h>"
)
_OURS = r'"connectwith/{}/\w+\.h"'
_CORE, _PORT, _BIND = (_OURS.format(part) for part in ("core", "port", "bind"))
# What each part may include besides C11, by the end of the file's name where that matters.
# A header of port/ is read by bind/, so it has no platform's types; *_internal.h is not.
_MAY_INCLUDE = (
    (r"core/.*", _CORE),
    (r"port/\w+_internal\.h", rf'{_CORE}|{_PORT}|"(mbedtls|lwip)/\w+\.h"'),
    (r"port/.*\.h", rf"{_CORE}|{_PORT}"),
    (r"port/\w+_(idf|bare)\.c", rf'{_CORE}|{_PORT}|"py/mphal\.h"|"(?!py/|connectwith/).*"'),
    (r"port/.*\.c", rf'{_CORE}|{_PORT}|"(?!py/|connectwith/).*"'),
    (r"bind/.*", rf'{_CORE}|{_BIND}|"connectwith/port/(?!\w+_internal)\w+\.h"|"py/\w+\.h"'),
)

# What each part of the frozen Python may import of the project. A link knows no server; the API
# knows no protocol and no link; sans-IO files import no file with I/O.
_PLATFORM = {"_connectwith", "machine", "network", "esp32"}
_IO = _PLATFORM | {"select", "socket", "ssl", "tls"}
_LINKS = {
    "connectwith.at", "connectwith.clock", "connectwith.nic", "connectwith.patience",
    "connectwith.results",
}  # fmt: skip
_SANS_IO = {"at.py", "mqtt.py", "mqtt_frame.py", "proxy.py", "results.py"}
_PROTOCOLS = {"at", "course", "dialer", "links", "loss", "mqtt", "proxy", "session"}


def include_complaints(name: str, text: str) -> list[str]:
    """What a file of the C module includes and must not. name: its path below connectwith/."""
    allowed = next((rule for pattern, rule in _MAY_INCLUDE if re.fullmatch(pattern, name)), None)
    if allowed is None:
        return [f"{_MODULE / name}: no rule says what it may include"]
    return [
        f"{_MODULE / name}: must not include {found}"
        for found in _INCLUDE.findall(text)
        if not re.fullmatch(rf"{_C11}|{allowed}", found)
    ]


def imports(text: str) -> Iterator[str]:
    """The modules that a Python file imports anywhere, "from connectwith import x" as both."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            if node.module in ("connectwith", "connectwith.links"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _forbidden(name: str, module: str) -> bool:
    """Whether the file `name`, a path below modules/, must not import `module`."""
    folder, _, file = name.rpartition("/")
    if folder == "":
        inner = module.removeprefix("connectwith.").partition(".")[0]
        return inner in _PROTOCOLS or module in _IO - {"_connectwith"}
    if folder == "connectwith/links":
        if module.startswith("connectwith."):
            return module not in _LINKS and not module.startswith("connectwith.links")
        return module in {"agent", "imp", "server", "select", "socket", "ssl", "tls"}
    if file in _SANS_IO:
        inner = module.removeprefix("connectwith.")
        return module in _IO or (inner != module and f"{inner}.py" not in _SANS_IO)
    return module in {"agent", "imp", "server"}


def import_complaints(name: str, text: str) -> list[str]:
    """What a frozen module imports and must not. name: its path below modules/."""
    bad = sorted({module for module in imports(text) if _forbidden(name, module)})
    return [f"modules/{name}: must not import {module}" for module in bad]


def list_complaints(root: Path) -> list[str]:
    """Sources of bind/ and port/ that only one of the two lists of the build has."""
    folder = root / _MODULE
    cmake = set(re.findall(r"/((?:bind|port)/\w+\.c)", (folder / "micropython.cmake").read_text()))
    make = (folder / "micropython.mk").read_text()
    bad = []
    for file in sorted([*folder.glob("bind/*.c"), *folder.glob("port/*.c")]):
        name = file.relative_to(folder).as_posix()
        bare = file.stem in ("absent", "platform_bare")
        if bare == (name in cmake):
            bad.append(f"{_MODULE / 'micropython.cmake'}: {'has' if bare else 'lacks'} {name}")
        stem = file.name.replace("_bare.c", "").replace("platform_idf.c", "platform")
        if not re.search(rf"\b{re.escape(stem)}", make):
            bad.append(f"{_MODULE / 'micropython.mk'}: lacks {name}")
    return bad


def complaints(root: Path) -> list[str]:
    """All forbidden includes and imports of the project at `root`."""
    bad = list_complaints(root)
    folder = root / _MODULE
    for file in sorted([*folder.glob("*/*.c"), *folder.glob("*/*.h")]):
        bad += include_complaints(file.relative_to(folder).as_posix(), file.read_text())
    for file in sorted((root / "modules").rglob("*.py")):
        if file.name != "manifest.py":
            name = file.relative_to(root / "modules").as_posix()
            bad += import_complaints(name, file.read_text())
    return bad
