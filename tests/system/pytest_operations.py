# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The calls and the example of docs/operations.md: reports, watchdog, crash reports."""

import json
import pathlib
import re

import pytest
from heard import heard

SERVER_CONNECTED = 5
_DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
_PAGE = (_DOCS / "operations.md").read_text()
_SOURCE = (_DOCS / "examples" / "health.py").read_text()
_SCRIPTS = re.findall(r"```python\n(.*?)```", _PAGE, re.DOTALL)


@pytest.fixture
def example(device):
    """The board with the example in its file system."""
    device.repl.run(f"with open('health.py', 'w') as f: f.write({_SOURCE!r})")
    return device


@pytest.fixture
def online(example):
    """The same, connected."""
    assert example.connect(example.ethernet()) == SERVER_CONNECTED
    return example


def _restarted(device, dut):
    dut.expect(re.compile(rb"MicroPython"), timeout=60)
    device.repl.enter(30)
    device.prepare()


def test_every_call_of_the_table(online):
    calls = re.findall(r"^\| `([\w.]+\(\))` \|", _PAGE, re.MULTILINE)
    assert len(calls) == 9
    online.repl.run("import gc, machine")
    for call in calls:
        assert online.repl.value(f"{call} is not None") is True, call
    words = re.findall(r"`(machine\.[A-Z]\w+)`", _PAGE)
    assert words and all(isinstance(online.repl.value(word), int) for word in words)
    line = re.search(r"`imp.diag.counters\(\)` \| (.*) \|", _PAGE)[1]
    assert set(re.findall(r"`(\w+)`", line)) == set(online.repl.value("imp.diag.counters()"))
    assert online.repl.value("imp.diag.lastattempt()['cause']") is None


def test_every_script_of_the_page(online, world):
    assert len(_SCRIPTS) == 4
    for script in _SCRIPTS:
        online.repl.run(script, timeout=20)
    topic, payload, _ = world.broker.wait_for("imp/*/agent/health")
    assert json.loads(payload)["counters"]["successes"] == 1
    seen = len(world.broker.messages)
    world.broker.publish(topic.replace("agent/health", "device/health?"), b"null")
    online.repl.run("settle()")
    world.broker.wait_for("imp/*/agent/health", since=seen)


def test_a_report(online, world):
    online.repl.run("import health\nhealth.every(1)")
    topic, payload, _ = world.broker.wait_for("imp/*/agent/health")
    report = json.loads(payload)
    assert report["version"] == online.repl.value("imp.diag.version()")
    assert report["last"]["name"] == "SERVER_CONNECTED" and report["rssi"] is None
    assert report["heap"] > 32768
    since = len(world.broker.messages)
    online.repl.run("until(lambda: False, 2500)")
    world.broker.wait_for(topic, since=since)
    # Offline it is quiet, and goes on afterwards.
    assert online.connect(online.wifi(key="wrong-wrong")) == 1
    since = len(world.broker.messages)
    assert online.connect(online.wifi()) == SERVER_CONNECTED
    online.repl.run("until(lambda: False, 1500)")
    report = json.loads(world.broker.wait_for(topic, since=since)[1])
    assert report["counters"]["attempts"] == 3 and report["counters"]["successes"] == 2
    assert isinstance(report["rssi"], int)


def test_a_report_before_the_first_attempt(example):
    report = example.repl.value("__import__('health').report()")
    assert report["last"]["name"] is None and report["counters"]["attempts"] == 0


def test_a_program_that_stands_still_is_reset(online, dut):
    online.repl.run(
        "import health\nwatchdog = health.Watchdog(wdt_s=2, each_s=0.5)\n"
        "for _ in range(8): settle(500); watchdog.alive()\n"
    )
    assert online.repl.value("server.isconnected()") is True
    online.repl.send("while True: time.sleep_ms(10)")
    _restarted(online, dut)
    online.repl.run("import machine")
    assert online.repl.value("machine.reset_cause() == machine.WDT_RESET") is True


def test_a_board_that_stays_offline_is_reset(online, world, dut):
    online.repl.run(
        "import health\nwatchdog = health.Watchdog(wdt_s=60, offline_s=3, each_s=0.5)\n"
        "until(lambda: watchdog.alive() or False, 5000)\n"
    )
    assert online.repl.value("server.isconnected()") is True
    online.repl.run("server.disconnect()")
    _restarted(online, dut)


def test_a_crash_is_sent_once(online, world, dut):
    online.repl.run("import health\nhealth.send_crash()")
    online.repl.send("health.run(lambda: 1 // 0)")
    _restarted(online, dut)
    online.repl.send("import health\nhealth.run(lambda: later)")  # the first one is kept
    _restarted(online, dut)
    online.repl.run("import health\nhealth.send_crash()")  # offline, so it stays
    assert online.connect(online.ethernet()) == SERVER_CONNECTED
    online.repl.run("health.send_crash()\nhealth.send_crash()\nserver.error('end')", timeout=30)
    assert online.repl.value("server.flush(20)", timeout=30) is True
    errors = [json.loads(p) for t, p, _ in heard(world) if t.endswith("/error")]
    assert len(errors) == 2 and "ZeroDivisionError" in errors[0] and errors[1] == "end"


def test_a_crash_report_that_was_cut_short(online, world):
    online.repl.run("with open('crash.txt', 'w') as f: f.write('\"Trace')")
    online.repl.run("import health, os\nhealth.send_crash()", timeout=20)
    assert "cut short" in json.loads(world.broker.wait_for("imp/*/error")[1])
    assert "crash.txt" not in online.repl.value("os.listdir()")
