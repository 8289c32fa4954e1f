# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Checks the includes and imports of each part against the table of CONTRIBUTING.md, and that no
files import each other, in modules/ and in tools/."""

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

# The packages of the frozen Python, from top to bottom: each may use those below it. What is in
# none of them (results, clock, ...) may be used by all and uses none of them.
ROOMS = (
    "api",
    "local",
    "uplink",
    "connection",
    "diagnostics",
    "session",
    "outbox",
    "links",
    "settings",
)
# Forbidden, although links are below: the session is given its stream, and asks the controller
# about the link.
_NOR = {("session", "links")}

_PLATFORM = {"_connectwith", "machine", "network", "esp32"}
_IO = _PLATFORM | {"select", "socket", "ssl", "tls"}
_PUBLIC = {"agent", "hardware", "imp", "nv", "server"}
# The top packages of modules/ and tools/.
_OWN = {"connectwith", "bench", "commands", "lab", "setup", "target"}
# Modules without I/O. They import no module that has it.
_SANS_IO = {
    "connectwith.connection.proxy",
    "connectwith.links.modem.at",
    "connectwith.outbox.records",
    "connectwith.results",
    "connectwith.session.mqtt",
    "connectwith.session.mqtt_frame",
    "connectwith.uplink.policy",
}
# Without I/O, too.
_OVERWRITE = "connectwith.overwrite"
_MODEM_PARTS = {"call", "commands", "identity", "packet", "radio", "transcript"}
# What the public modules must not know.
_PROTOCOLS = (
    "connectwith.connection.dialer",
    "connectwith.connection.proxy",
    "connectwith.connection.reconnect",
    "connectwith.connection.sequence",
    "connectwith.links",
    "connectwith.session.mqtt",
    "connectwith.session.sending",
    "connectwith.session.Session",
)


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


def imports(text: str, package: str = "") -> Iterator[str]:
    """What a Python file of `package` (dotted) imports anywhere, for annotations too.

    "from connectwith.links import x" is connectwith.links.x, whether x is a module or a name in
    one, and likewise in the packages of tools/. A string that is the name of a frozen module of
    ours counts: it may be the key of a look-up in sys.modules."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\Aconnectwith(?:\.\w+)+\Z", node.value)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _origin(node, package)
            ours = module.partition(".")[0] in _OWN
            yield from (f"{module}.{a.name}" if ours else module for a in node.names)


def _origin(node: ast.ImportFrom, package: str) -> str:
    """The module that stands behind "from", with its package if it is relative."""
    if not node.level:
        return node.module or ""
    above = package.split(".")
    above = above[: len(above) + 1 - node.level]
    return ".".join([*above, node.module] if node.module else above)


def room(module: str) -> str:
    """The package that a module (dotted) or a name in it is of; "" for none."""
    part = (module.split(".") + [""])[1]
    return part if part in ROOMS else ""


def _is_back(name: str, module: str) -> bool:
    """Whether an import from one package to another goes against the order of ROOMS."""
    here, there = room(name), room(module)
    if here == there:
        # The modem must not use the two other links.
        return ".links.modem." in name and module.startswith(
            ("connectwith.links.wlan", "connectwith.links.w5500")
        )
    if not there:
        return False
    return not here or ROOMS.index(here) > ROOMS.index(there) or (here, there) in _NOR


def _forbidden(name: str, module: str) -> bool:
    """Whether the module `name` (dotted) must not import `module`."""
    inside = module.startswith("connectwith")
    if not name.startswith("connectwith"):
        return inside and module.startswith(_PROTOCOLS) or module in _IO - {"_connectwith"}
    if module in _PUBLIC or inside and _is_back(name, module):
        return True
    if name in _SANS_IO:
        return module in _IO or inside and not module.startswith((*_SANS_IO, _OVERWRITE))
    return room(name) == "links" and module in {"select", "socket", "ssl", "tls"}


def dotted(name: str) -> str:
    """The module of a file (its path below modules/), as it is imported."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def import_complaints(name: str, text: str) -> list[str]:
    """What a frozen module imports and must not. name: its path below modules/."""
    bad = sorted({module for module in imports(text) if _forbidden(dotted(name), module)})
    return [f"modules/{name}: must not import {module}" for module in bad]


def circle_complaints(folder: str, texts: dict[str, str]) -> list[str]:
    """Files that import each other, by their paths below `folder`, inside functions too.

    Some pairs are no circle: see _belongs()."""
    modules = {dotted(name): name for name in texts}
    uses: dict[str, set[str]] = {}
    for module, name in modules.items():
        package = module if name.endswith("__init__.py") else module.rpartition(".")[0]
        found = imports(texts[name], package)
        found = {f if f in modules else f.rpartition(".")[0] for f in found}
        uses[module] = {f for f in found & modules.keys() if not _belongs(module, f)} - {module}
    bad = []
    while ends := [module for module in uses if not uses[module] & uses.keys()]:
        for module in ends:
            del uses[module]
    while starts := [m for m in uses if not any(m in used for used in uses.values())]:
        for module in starts:
            del uses[module]
    if uses:
        bad.append(f"{folder}: import each other: {', '.join(sorted(uses))}")
    return bad


def _belongs(module: str, inner: str) -> bool:
    """connectwith.links is the contract of all links, and makes each at its first use; the NIC is
    one thing in two files, the second of which is loaded by need. The simulated modem is one thing
    in seven files, as sim7600.py says; six know its class for annotations only."""
    if inner == "bench.modem.sim7600":
        return module.removeprefix("bench.modem.") in _MODEM_PARTS
    if module == "connectwith.settings.nic":
        return inner == "connectwith.settings.nic_blocks"
    return module == "connectwith.links" and inner.startswith("connectwith.links.")


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


def _texts(folder: Path) -> dict[str, str]:
    """The Python files of a folder, by their paths below it."""
    files = [file for file in sorted(folder.rglob("*.py")) if file.name != "manifest.py"]
    return {file.relative_to(folder).as_posix(): file.read_text() for file in files}


def complaints(root: Path) -> list[str]:
    """All forbidden includes and imports of the project at `root`."""
    bad = list_complaints(root)
    folder = root / _MODULE
    for file in sorted([*folder.glob("*/*.c"), *folder.glob("*/*.h")]):
        bad += include_complaints(file.relative_to(folder).as_posix(), file.read_text())
    texts = _texts(root / "modules")
    for name, text in texts.items():
        bad += import_complaints(name, text)
    bad += circle_complaints("modules", texts)
    return bad + circle_complaints("tools", _texts(root / "tools"))
