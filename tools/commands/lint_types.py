# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Checks the frozen modules against the types of the ESP32 port: names, attributes and arguments
must exist.

mypy reads micropython-esp32-stubs (MicroPython 1.28 on the ESP32_GENERIC board) and our own stub
of _connectwith. Frozen code has no annotations, so most values between our own functions have no
type. The check covers names, and the use of modules (machine, network, esp32, _connectwith and
others) and of their classes. None passes as any type, because of `self.link = None` in __init__.
"""

import ast
import re
import shutil
import sys
from importlib import metadata
from pathlib import Path

from setup import paths
from setup.shell import run_logged

STUB = Path("tests") / "stubs" / "_connectwith.pyi"
_BIND = Path("firmware") / "connectwith" / "bind"
_STUBS = ("micropython-esp32-stubs", "micropython-stdlib-stubs")
# Kinds of complaints that are not about a platform's types.
_LEFT_OUT = ("assignment", "call-overload", "misc", "no-redef", "var-annotated")
# Names that the firmware has and the stubs lack. An entry without a match must be removed.
GAPS = {
    r'links/[\w/]+\.py: "type\[board\]" has no attribute "(MODEM|W5500)_\w+"': "named by pins.csv",
    r'links/w5500\.py: Unexpected keyword argument "\w+" for "LAN"': "the stubs have EMACs only",
    r'links/modem/ppp\.py: Unexpected keyword argument "\w+" for "connect" of "PPP"': "both names",
    r'failover\.py: "Job" has no attribute "left_ms"': "its own jobs have one",
}
_LINE = re.compile(r"^([^:]+):(\d+): error: (.*?)(?:  \[([\w-]+)\])?$")


def _c_names(text: str, table: str) -> set[str]:
    """The names in one table of a C file."""
    body = re.search(rf"{table}\[\] = \{{(.*?)^\}};", text, re.DOTALL | re.MULTILINE)
    names = re.findall(r"\{ MP_ROM_QSTR\(MP_QSTR_(\w+)\)", body[1]) if body else []
    return {name for name in names if name != "__name__"}


def c_module(root: Path) -> dict[str, set[str]]:
    """The names in the tables of bind/: "" for the module, then each type by its name."""
    text = (root / _BIND / "modconnectwith.c").read_text(encoding="utf-8")
    core = (root / _BIND.parent / "core" / "attempt.h").read_text(encoding="utf-8")
    exported = {"": _c_names(text, "mod_globals_table")}
    for lists, prefix in (("STAGES", "STAGE_"), ("LINKS", "LINK_"), ("RESULTS", "")):
        macro = re.search(rf"#define ATTEMPT_{lists}\(X\)((?:.*\\\n)*.*)", core)
        exported[""] |= {prefix + n for n in re.findall(r"X\((\w+)", macro[1] if macro else "")}
    for file in sorted((root / _BIND).glob("*.c")):
        text = file.read_text(encoding="utf-8")
        for name, found in re.findall(r"MP_QSTR_(\w+),\n(?:.*\n)*?\s+locals_dict, &(\w+)", text):
            exported[name] = _c_names(text, f"{found}_table")
    return exported


def stub_module(text: str) -> dict[str, set[str]]:
    """The declarations of a stub, in the same form."""
    declared: dict[str, set[str]] = {"": set()}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            declared[node.name] = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
            declared[node.name].discard("__init__")
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            declared[""].add(node.target.id)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            declared[""].add(node.name)
    return declared


def stub_complaints(root: Path) -> list[str]:
    """Names that only one of the stub and the C module has."""
    declared = stub_module((root / STUB).read_text(encoding="utf-8"))
    exported = c_module(root)
    bad = []
    for part in sorted(declared.keys() | exported.keys()):
        there, here = exported.get(part, set()), declared.get(part, set())
        dot = f"{part}." if part else ""
        bad += [f"{STUB}: lacks {dot}{name}" for name in sorted(there - here)]
        bad += [f"{STUB}: has {dot}{name}, the C module has not" for name in sorted(here - there)]
    return bad


def gather_stubs(folder: Path) -> None:
    """Copies the installed stubs to a folder: mypy ignores stubs beside real packages."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in _STUBS:
        for file in metadata.files(name) or ():
            if file.suffix == ".pyi" or file.name == "VERSIONS":
                target = folder / name / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), target)


def mypy(modules: Path, root: Path) -> str:
    """mypy's output for the modules of a folder, with the stubs of the project at `root`."""
    folder = paths.BUILD / "stubs"
    gather_stubs(folder)
    log = paths.LOGS / "lint-types.log"
    log.unlink(missing_ok=True)
    config = folder / "mypy.ini"
    search = [root / STUB.parent, root / "boards" / "LILYGO_T_SIM7600", modules]
    search += [folder / name for name in _STUBS]
    config.write_text(
        "[mypy]\nstrict_optional = false\ncheck_untyped_defs = true\n"
        f"custom_typeshed_dir = {folder / _STUBS[1]}\n"
        f"mypy_path = {':'.join(map(str, search))}\n"
    )
    command = [sys.executable, "-m", "mypy", f"--config-file={config}", "--no-site-packages",
               f"--cache-dir={paths.BUILD / 'mypy'}", "--no-error-summary", "--hide-error-context",
               "--exclude=manifest", str(modules)]  # fmt: skip
    run_logged(command, log, cwd=modules, timeout_s=300)
    return log.read_text(encoding="utf-8", errors="replace")


def judge(output: str) -> list[str]:
    """mypy's lines without the kinds that are left out and without the gaps."""
    bad = []
    met = set()
    for line in output.splitlines():
        match = _LINE.match(line)
        if match is None or "stubs/" in match[1] or match[4] in _LEFT_OUT:
            continue
        plain = f"{match[1]}: {match[3]}"
        gap = next((g for g in GAPS if re.search(g, plain)), None)
        if gap is None:
            bad.append(f"modules/{match[1]}:{match[2]}: {match[3]}")
        met.add(gap)
    return bad + [f"GAPS: nothing is left of {gap}" for gap in GAPS if gap not in met]


def complaints(root: Path) -> list[str]:
    """What is wrong with the types of the frozen modules."""
    bad = stub_complaints(root)
    output = mypy(root / "modules", root)
    if "error:" not in output:  # the gaps are always met: it has not run
        return [*bad, f"mypy did not run: {output.strip()[-300:]}"]
    return bad + judge(output)
