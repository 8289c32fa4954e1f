# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The example of docs/porting.md: fallback to cellular, and a network that is learnt."""

import json
import pathlib
import re
import textwrap

import pytest
from heard import heard

_DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
_SOURCE = (_DOCS / "examples" / "fallback_manager.py").read_text()

_PRELUDE = """
from fallback_manager import FallbackManager
from connectwith import connection
events = []
def begin(nics, **options):
    global manager
    manager = FallbackManager(nics, **options)
    manager.on_connect = events.append
    manager.on_disconnect = lambda reason: events.append(reason)
    connection.get().retry_ms = 3000
def came(count, limit_ms=60000):
    until(lambda: len(events) >= count, limit_ms)
    settle()
    return events
"""


@pytest.fixture
def example(device, cellular):
    """The board with the example in its file system, and a modem."""
    device.repl.run(f"with open('fallback_manager.py', 'w') as f: f.write({_SOURCE!r})")
    device.repl.run(_PRELUDE)
    return device


@pytest.fixture
def nics(example, cellular):
    """Wi-Fi first, then cellular."""
    return [example.wifi(), {"interface": "cell0", "cellconfig": cellular}]


def _logged(world):
    return [json.loads(p) for topic, p, _ in heard(world) if topic.endswith("/log")]


def test_every_snippet_of_the_page_is_of_the_example():
    snippets = re.findall(r"```python\n(.*?)```", (_DOCS / "porting.md").read_text(), re.DOTALL)
    assert len(snippets) >= 5
    for formatted in snippets:
        # ruff leaves two lines between functions, in pages, too; in the class there is one.
        snippet = formatted.replace("\n\n\n", "\n\n")
        assert textwrap.indent(snippet, "    ") in _SOURCE or snippet in _SOURCE, snippet


def test_wifi_first(example, nics, world):
    example.repl.run(f"begin({nics!r})\nmanager.log('before')\nmanager.connect()")
    assert example.repl.value("came(1)", timeout=70) == ["wl0"]
    world.broker.wait_for("imp/*/log")
    assert _logged(world) == ["before"]


def test_cellular_and_back(example, nics, world):
    world.wifi["home"].off()
    example.repl.run(f"begin({nics!r}, timeout=10, better=3)\nmanager.connect()")
    assert example.repl.value("came(1)", timeout=70) == ["cell0"]
    assert world.broker.wait_for("imp/*/log")[1].startswith(b'"wl0: NO_WIFI, ')
    # Cellular is tried again and again as long as there is no Wi-Fi.
    assert example.repl.value("came(2)", timeout=70)[1] == "cell0"
    world.wifi["home"].on()
    example.repl.run("until(lambda: 'wl0' in events, 60000)", timeout=70)
    assert example.repl.value("events[-1]") == "wl0"
    example.repl.run("settle(4000)", timeout=20)  # from the best one nothing leads away
    assert example.repl.value("(events[-1], server.isconnected())") == ("wl0", True)


def test_a_network_is_learnt_and_used_after_a_reboot(example, nics, world):
    example.repl.run(f"begin({nics!r})\nmanager.connect()")
    assert example.repl.value("came(1)", timeout=70) == ["wl0"]
    cafe = example.wifi("cafe")
    example.repl.run(f"manager.learn({cafe!r})")
    assert example.repl.value("came(2)", timeout=70) == ["wl0", "wl0"]
    ssid = world.wifi["cafe"].ssid
    connected = "[i['connectedssid'] for i in imp.net.info()['interface'] if i['type'] == 'wifi']"
    assert example.repl.value(connected) == [ssid]
    example.reboot()
    example.repl.run(_PRELUDE)
    example.repl.run(f"begin({nics!r})\nmanager.connect()")
    assert example.repl.value("came(1)", timeout=70) == ["wl0"]
    assert example.repl.value(connected) == [ssid]
    example.repl.run("manager.forget()\nmanager.connect()")
    assert example.repl.value("came(2)", timeout=70) == ["wl0", "wl0"]
    assert example.repl.value(connected) == [world.wifi["home"].ssid]


def test_a_network_that_does_not_work_is_not_learnt(example, nics, world):
    example.repl.run(f"begin({nics!r}, timeout=10)\nmanager.connect()")
    assert example.repl.value("came(1)", timeout=70) == ["wl0"]
    example.repl.run(f"manager.learn({example.wifi(key='wrong-wrong')!r})")
    assert example.repl.value("came(2)", timeout=70) == ["wl0", "wl0"]
    example.repl.run("manager.learn({'interface': 'wl0', 'wificonfg': {}})")
    assert example.repl.value("came(3)", timeout=70) == ["wl0"] * 3
    assert example.repl.value("imp.getuserconfiguration()") is None
    world.broker.wait_for("imp/*/log")
    assert example.repl.value("server.flush(20)", timeout=30) is True
    first, second = _logged(world)
    assert first == "wl0: NO_WIFI, Wi-Fi reason 202: wrong key"
    assert second.startswith("NIC refused: wificonfg")


def test_a_loss_begins_anew(example, nics, world):
    example.repl.run(f"begin({nics!r}, timeout=10)\nmanager.connect()")
    assert example.repl.value("came(1)", timeout=70) == ["wl0"]
    world.wifi["home"].off()
    assert example.repl.value("came(3)", timeout=70) == ["wl0", 1, "cell0"]


def test_all_have_failed_and_then_one_works(example, nics, world):
    world.broker.stop()
    example.repl.run(f"begin({nics[:1]!r}, timeout=2, retry=1)\nmanager.connect()\nsettle(4000)")
    assert example.repl.value("events") == []
    example.repl.run("for n in range(60): manager.log(n)")
    world.broker.start()
    assert example.repl.value("came(1)", timeout=70) == ["wl0"]
    assert example.repl.value("server.flush(20)", timeout=30) is True
    assert len(_logged(world)) == 50 and "59" in _logged(world)


def test_what_is_stored_by_somebody_else_is_no_nic(example, nics):
    for stored in ("b'no NIC'", "b'[1]'"):
        example.repl.run(f"imp.setuserconfiguration({stored})\nevents.clear()")
        example.repl.run(f"begin({nics!r})\nmanager.connect()")
        assert example.repl.value("came(1)", timeout=70) == ["wl0"]


def test_the_use_that_the_page_shows(example, nics, world):
    (code,) = re.findall(r"```py\n(.*?)```", (_DOCS / "porting.md").read_text(), re.DOTALL)
    for shown, real in (
        ('{"ssid": "depot", "key": "…"}', nics[0]["wificonfig"]),
        ('{"apn": "internet"}', nics[1]["cellconfig"]),
    ):
        assert code.count(shown) == 1
        code = code.replace(shown, repr(real))
    example.repl.run(code)
    example.repl.run("until(server.isconnected, 60000)", timeout=70)
    topic = world.broker.wait_for("imp/*/status")[0].replace("status", "device/network")
    world.broker.publish(topic, json.dumps(example.wifi("cafe")))
    example.repl.run("until(imp.getuserconfiguration, 60000)", timeout=70)
    stored = json.loads(example.repl.value("imp.getuserconfiguration()"))
    assert stored["wificonfig"]["ssid"] == world.wifi["cafe"].ssid
