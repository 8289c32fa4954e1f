# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What an editor finds with the stubs and settings of docs/editor.md, by pyright.

Pylance is pyright with an editor's interface.
"""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import lint_stubs, lint_types
from setup import paths

DOCS = paths.ROOT / "docs"
NODE = shutil.which("node")
# Device programs; the others of that folder run on the broker's side, with CPython.
EXAMPLES = ("connection_manager.py", "fallback_manager.py", "health.py", "stay_connected.py")
# Documents whose Python is whole programs.
DOCUMENTS = (paths.ROOT / "README.md", DOCS / "api.md", DOCS / "operations.md")
MY_NETWORK = 'SSID = "home"\nKEY = "secret99"\nBROKER = "broker.example"\nPORT = 8883\n'
# What the stubs of MicroPython lack. An entry without a match must be removed.
GAPS = {
    r'"StringIO" .*"IOBase_mp"': "sys.print_exception() takes every stream",
    r'"getvalue" for class "StringIO"': "MicroPython has it, see its docs/library/io.rst",
}
# How a program names the modules that are attributes of another.
INNER = {
    "connectwith/api/aio": "server.aio",
    "connectwith/api/imp_cloud": "imp.cloud",
    "connectwith/api/imp_diag": "imp.diag",
    "connectwith/api/imp_net": "imp.net",
    "connectwith/api/imp_uplink": "imp.uplink",
}
RIGHT = """\
import hardware, imp, server
from nv import nv
nic: server._NIC = {"interface": "cell", "cellconfig": {"apn": "internet", "auth": "chap"}}
server.connectwith(nic, lambda result, interface: print(result + 1, interface.upper()), 2.5)
server.connectwith({"interface": "eth0", "staticconfig": None}, timeout=60)
stored = imp.net.getcurrentconfig()
if stored:
    server.connectwith(stored)
async def main():
    if await server.aio.connectwith(nic) == server.SERVER_CONNECTED:
        nv["count"] = nv.get("count", 0) + hardware.wakereason()
    imp.cancelwakeup(imp.wakeup(0.5, main))
udp = imp.net.open({"interface": "wl0"}).openudp(lambda *datagram: print(datagram), 5000)
print(udp.send("192.168.1.2", 5000, b"") == server.SEND_ERROR_WOULDBLOCK)
for network in imp.scanwifinetworks():
    print(network["rssi"] - 1)
imp.uplink.keep(lambda event: print(event["event"] + event["interface"]), nics=[nic], failback=5)
imp.uplink.keep(order=["ethernet", "wl0"], metered=[])
print(imp.uplink.status()["candidates"][0]["penalty"] + 1)
async def changes():
    async for change in imp.uplink.changes():
        print(change["interface"].upper(), change.get("before"))
info = imp.net.info()
if "active" in info:
    print(info["interface"][info["active"]]["type"])
"""
# Each line, and a word of the error that it must have.
WRONG = {
    'server.connectwith({"interface": "wl0", "wificonfig": {"ssid": "a", "key": 5}})': "_NIC",
    'server.connectwith({"interface": "wl0", "wificonfig": {"sid": "a", "key": ""}})': "_NIC",
    'server.connectwith({"interface": "wl0", "wificonfig": {"ssid": "a"}})': "_NIC",
    'server.connectwith({"interface": "cell0", "cellconfig": {"apn": "a", "auth": "x"}})': "_NIC",
    'server.connectwith({"interface": "wl1"})': "wl1",
    'server.connectwith({"interface": "wl0"}, lambda result: None)': "callback",
    'server.connectwith({"interface": "wl0"}, timeout="60")': "timeout",
    'server.conectwith({"interface": "wl0"})': "conectwith",
    "server.connect(time=60)": "time",
    "print(server.SERVER_CONECTED)": "SERVER_CONECTED",
    "server.aio.conect()": "conect",
    "imp.wakeup('5', print)": "interval",
    "imp.sleeep(5)": "sleeep",
    "imp.net.infos()": "infos",
    "imp.uplink.keep(failbak=5)": "failbak",
    "imp.uplink.keep(order=['wifi', 5])": "order",
    "print(imp.uplink.status()['moved'])": "moved",
    "imp.cloud.configure('mqtts://broker.example', caa=b'')": "caa",
    "print(imp.diag.lastattempt()['nam'])": "nam",
    "imp.net.open({'interface': 'wl0'}).send()": "send",
    "imp.setpowersave(imp.getssid())": "state",
    "agent.send('reading', b'17')": "data",
    "hardware.millis(3)": "argument",
    "nv[3] = 4": "key",
    "machine.Pim(3)": "Pim",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder as docs/editor.md makes it, without a download."""
    folder = tmp_path_factory.mktemp("editor")
    typings = folder / "typings"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
               "--no-build-isolation", "--disable-pip-version-check", "--target", str(typings),
               str(DOCS / "stubs")]  # fmt: skip
    subprocess.run(command, check=True, timeout=300)
    lint_types.gather_stubs(folder / "gathered")
    for stubs in (folder / "gathered").iterdir():
        shutil.copytree(stubs, typings, dirs_exist_ok=True)
    shutil.rmtree(folder / "gathered")
    (settings,) = re.findall(r"```json\n(.*?)```", (DOCS / "editor.md").read_text(), re.DOTALL)
    (folder / "pyrightconfig.json").write_text(settings)
    return folder


def errors(project: Path, programs: dict[str, str]) -> list[tuple[str, int, str]]:
    """What pyright says of these files: name, line, text."""
    if NODE is None:
        pytest.skip("pyright needs node, which Debian's nodejs has")
    for file in project.glob("*.py"):
        file.unlink()
    for name, text in programs.items():
        (project / name).write_text(text)
    # Not by the package's own command, which may ask a registry for a newer version.
    program = Path(importlib.util.find_spec("pyright").origin).parent / "dist" / "index.js"
    run = subprocess.run(
        [NODE, program, "--outputjson", "--pythonpath", sys.executable, "--project", project],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    report = json.loads(run.stdout)
    assert report["summary"]["filesAnalyzed"] == len(programs), run.stderr
    return [
        (Path(found["file"]).name, found["range"]["start"]["line"] + 1, found["message"])
        for found in report["generalDiagnostics"]
        if found["severity"] == "error"
    ]


def test_programs_of_this_project_have_no_error(project):
    programs = {name: (DOCS / "examples" / name).read_text() for name in EXAMPLES}
    for document in DOCUMENTS:
        blocks = re.findall(r"```python\n(.*?)```", document.read_text(), re.DOTALL)
        assert blocks, document
        programs |= {f"{document.stem}_{n}.py": block for n, block in enumerate(blocks)}
    met = set()
    for error in errors(project, {**programs, "my_network.py": MY_NETWORK, "right.py": RIGHT}):
        gap = next((gap for gap in GAPS if re.search(gap, error[2])), None)
        assert gap, error
        met.add(gap)
    assert met == set(GAPS)


def test_every_public_name_is_there(project):
    names = []
    for stub, files in lint_stubs.FILES.items():
        module = INNER.get(stub, stub)
        if "/" not in module:
            found = lint_stubs.surface(paths.ROOT / "modules", files, ".py")
            names += [f"{module}.{name}" for name in found if ":" not in name]
    assert len(names) > 100
    text = "import agent, hardware, imp, nv, server\n" + "".join(f"print({n})\n" for n in names)
    assert errors(project, {"every.py": text}) == []


def test_mistakes_are_found(project):
    text = "import agent, hardware, imp, machine, server\nfrom nv import nv\n"
    text += "".join(f"{line}\n" for line in WRONG)
    found = {line: message for _, line, message in errors(project, {"wrong.py": text})}
    assert sorted(found) == list(range(3, 3 + len(WRONG)))
    for number, (line, word) in enumerate(WRONG.items(), start=3):
        assert word in found[number], line
