# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The stubs of the API: a difference from the frozen modules is found in both directions."""

import ast
import shutil
from pathlib import Path

import pytest
from connectwith.settings import nic

from commands import lint_stubs

ROOT = Path(__file__).resolve().parents[2]
STUBS = ROOT / "docs" / "stubs"
# Complete blocks of a NIC, with each key that the stubs have.
BLOCKS = {
    "_WifiConfig": ("wl0", "wificonfig", {"ssid": "home", "key": "secret99"}),
    "_StaticConfig": (
        "eth0",
        "staticconfig",
        {
            "ip": "10.0.0.2",
            "netmask": "255.255.255.0",
            "gateway": "10.0.0.1",
            "dns": ("10.0.0.1", "10.0.0.3"),
        },
    ),
    "_ProxyConfig": (
        "wifi",
        "proxyconfig",
        {
            "type": 0,
            "address": "proxy",
            "port": 8080,
            "username": "u",
            "password": "p",
        },
    ),
    "_CellConfig": (
        "cell",
        "cellconfig",
        {"apn": "a", "username": "u", "password": "p", "auth": "pap", "pin": "1234"},
    ),
}


@pytest.fixture
def tree(tmp_path):
    """A copy of what is compared."""
    for folder in ("modules", "docs/stubs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "VERSION", tmp_path)
    return tmp_path


def test_they_agree(tree):
    assert lint_stubs.complaints(tree) == []


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("modules/server.py", "def flush(timeout)", "def flush(timeout_s)", "server.pyi: flush"),
        ("modules/server.py", "timeout=None", "timeout=60", "server.pyi: connect"),
        ("modules/server.py", "def restart(", "def reset(", "server.pyi: lacks reset"),
        ("modules/server.py", "Returns at once.", "Waits.", "server.pyi: connectwith: docstring"),
        ("modules/server.py", '"aio"', '"later"', "server.pyi: lacks later"),
        ("modules/nv.py", "every reset", "no reset", "nv.pyi: module: docstring"),
        ("modules/connectwith/results.py", "SIM_ERROR = 9", "SIM_ERROR = 8", "server.pyi: SIM_E"),
        ("modules/connectwith/api/aio.py", "async def connect(", "def connect(", "aio.pyi: conn"),
        ("modules/connectwith/api/imp_net.py", "UNKNOWN = -1", "", "imp_net.pyi: has UNKNOWN, "),
        (
            "modules/connectwith/api/imp_device.py",
            "def rssi(",
            "def _rssi(",
            "imp.pyi: has rssi, ",
        ),
        (
            "modules/connectwith/local/interfaces.py",
            "def send(self, address",
            "def send(self, host",
            "interfaces.pyi: Udp.send: (self, address, port, data), in",
        ),
        ("docs/stubs/imp.pyi", "net = imp_net", "", "imp.pyi: lacks net"),
        ("docs/stubs/imp.pyi", "def wakeup(", "def wake_up(", "imp.pyi: lacks wakeup"),
        ("docs/stubs/server.pyi", "dayofweek: int", "day: int", "server.pyi: sleepuntil: (hour"),
        ("docs/stubs/agent.pyi", ", callback: ", ", *, callback: ", "agent.pyi: on: (name, *, "),
        (
            "docs/stubs/pyproject.toml",
            'version = "',
            'version = "1',
            "pyproject.toml: its version",
        ),
    ],
)
def test_a_difference_is_found(tree, file, before, after, said):
    text = (tree / file).read_text()
    assert before in text
    (tree / file).write_text(text.replace(before, after))
    bad = lint_stubs.complaints(tree)
    assert any(line.startswith("docs/stubs/") and said in line for line in bad), bad


@pytest.mark.parametrize("name", ["modules/led.py", "modules/connectwith/api/imp_led.py"])
def test_a_new_module_needs_a_stub(tree, name):
    (tree / name).write_text("def blink():\n    pass\n")
    bad = [f"{name}: no stub has its names, see FILES of lint_stubs.py"]
    assert lint_stubs.complaints(tree) == bad


def test_a_stub_of_nothing_is_found(tree):
    (tree / "docs" / "stubs" / "led.pyi").write_text("def blink() -> None: ...\n")
    bad = ["docs/stubs/led.pyi: compared with nothing, see FILES of lint_stubs.py"]
    assert lint_stubs.complaints(tree) == bad


def typed_dicts() -> dict[str, dict[str, str]]:
    """The classes of server.pyi that are types of dicts: their keys and types."""
    return {
        node.name: {key.target.id: ast.unparse(key.annotation) for key in node.body}
        for node in ast.parse((STUBS / "server.pyi").read_text()).body
        if isinstance(node, ast.ClassDef)
    }


def test_a_nic_has_the_keys_and_names_of_its_type():
    types = typed_dicts()
    for name, (interface, key, block) in BLOCKS.items():
        assert types.pop(name).keys() == block.keys()
        assert nic.normalise({"interface": interface, key: block})[key].keys() == block.keys()
    (whole,) = types.values()
    blocks = {key for keys in nic.BLOCKS for key in keys}
    assert whole.keys() == {"interface", *blocks}
    names = [name for names in nic.NAMES for name in names]
    assert whole["interface"] == f"Literal{names}".replace('"', "'")
