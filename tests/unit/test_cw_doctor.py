# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw doctor: the table of a board's answer, and answers that cannot be read."""

import io
import json

import pytest
from board_stand_in import BoardStandIn

import commands
from commands import doctor
from setup import paths
from setup.problem import Problem
from setup.report import Report

NOW_S = 1_800_000_000
EPOCH_2000_S = 946_684_800

FOUND = {
    "board": "LILYGO T-SIM7600 with ESP32",
    "micropython": "1.25.0",
    "build": "v1.25.0 on 2026-11-22",
    "platform": "esp32",
    "version": paths.version(),
    "links": {"Wi-Fi": "there, not in use", "Ethernet": "not on this board", "cellular": "in use"},
    "modem": {"status": "on", "operator": "Net", "rssi": -71, "sim": "ready"},
    "keysource": "nvs-plain",
    "clock": NOW_S - EPOCH_2000_S + 3,
    "built": 700_000_000,
    "epoch": 2000,
    "stored": {"wificonfig": ["key", "ssid"], "cellconfig": None, "cloud": ["url", "ca"]},
    "connected": False,
    "lastattempt": {
        "interface": "wl0",
        "name": "NO_WIFI",
        "ms": 2221,
        "cause": "Wi-Fi reason 202",
        "stages": [["HARDWARE", 4], ["LINK", 2217]],
    },
    "counters": {"attempts": 2, "successes": 1, "losses": 1, "lastloss": "reset by peer"},
}


def table(**changes):
    return dict(doctor.rows({**FOUND, **changes}, NOW_S))


def test_table():
    lines = table()
    assert lines["board"] == "LILYGO T-SIM7600 with ESP32"
    assert lines["firmware"] == f"connectwith {paths.version()}"
    assert lines["MicroPython"] == "1.25.0 (v1.25.0 on 2026-11-22)"
    assert lines["link Ethernet"] == "not on this board"
    assert lines["modem"] == "status on, operator Net, rssi -71, sim ready"
    assert lines["clock"] == "2027-01-15 08:00:03 UTC, 3 s ahead of this computer's"
    assert lines["stored wificonfig"] == "key, ssid"
    assert lines["stored cellconfig"] == "nothing"
    assert lines["broker"] == "last attempt, over wl0: NO_WIFI, Wi-Fi reason 202"
    assert lines["stages"] == "HARDWARE 4 ms, LINK 2217 ms"
    assert lines["since boot"] == "2 attempts, 1 successes, 1 lost; last loss: reset by peer"


@pytest.mark.parametrize("version", ["0.0.9", None])
def test_firmware_and_tool_of_different_versions(version):
    text = table(version=version)["firmware"]
    assert (version or "before 0.1.0") in text and f"this tool is {paths.version()}" in text
    assert "./tools/cw flash" in text


def test_board_without_links():
    nowhere = dict.fromkeys(FOUND["links"], "not on this board")
    lines = table(links=nowhere, modem=None, lastattempt=None)
    assert [lines[f"link {name}"] for name in nowhere] == ["not on this board"] * 3
    assert "modem" not in lines


def test_modem_that_is_silent_or_has_a_locked_sim():
    assert table(modem={})["modem"] == "cannot be told while it is not in use"
    locked = {"status": "on", "sim": "SIM PIN", "pintries": 2}
    assert table(modem=locked)["modem"] == "status on, sim SIM PIN, pintries 2"


def test_table_of_a_board_that_has_done_nothing_yet():
    lines = table(clock=12, lastattempt=None, modem={})
    assert lines["clock"] == "not set"
    assert lines["broker"] == "not tried since the boot (--connect does)"
    assert lines["modem"] == "cannot be told while it is not in use"
    assert "stages" not in lines and "modem" not in table(modem=None)


def test_broker_while_connected_and_while_trying():
    assert table(connected=True)["broker"] == "reached: there is a session"
    trying = {**FOUND["lastattempt"], "name": None, "cause": None}
    assert table(lastattempt=trying)["broker"] == "attempt over wl0 in progress"


@pytest.mark.parametrize(("epoch", "shift"), [(2000, EPOCH_2000_S), (1970, 0)])
def test_clock_of_either_epoch(epoch, shift):
    lines = table(clock=NOW_S - shift - 60, epoch=epoch, built=NOW_S - shift - 9999)
    assert lines["clock"].endswith("60 s behind this computer's")


def run(*answers, arguments=()):
    _, options = commands.parse(["doctor", "--port", "", *arguments])
    text = io.StringIO()
    with BoardStandIn(*answers) as board:
        options.port = board.port
        status = doctor.run(options, Report(text))
    return status, text.getvalue(), board.codes


def test_what_a_program_of_the_user_prints_is_in_nobodys_way():
    noise = 'temperature 21\n{"mine": 1}\n{"keysource" broken\n'
    status, text, codes = run((noise + json.dumps(FOUND) + "\nmore\n", ""))
    assert status == 0 and "NO_WIFI" in text
    assert codes == [doctor.SCRIPT.read_text()]


def test_nothing_but_the_document_with_json(capsys):
    status, text, _ = run((json.dumps(FOUND), ""), arguments=["--json"])
    assert status == 0 and text == ""
    assert json.loads(capsys.readouterr().out) == FOUND


def test_connect_is_asked_for_and_its_failure_is_the_status():
    status, _, codes = run(("", ""), (json.dumps(FOUND), ""), arguments=["--connect"])
    assert status == 1 and "server.connect(" in codes[0]
    assert "connect(" not in run((json.dumps(FOUND), ""))[2][0].replace("isconnected(", "")
    connected = json.dumps({**FOUND, "connected": True})
    assert run(("", ""), (connected, ""), arguments=["--connect"])[0] == 0


@pytest.mark.parametrize(
    ("answer", "arguments", "what"),
    [
        (("hello\n", ""), [], "answer cannot be read"),
        (("", "RuntimeError: no server is set: see"), ["--connect"], "no broker"),
    ],
)
def test_boards_that_say_something_else(answer, arguments, what):
    with pytest.raises(Problem, match=what):
        run(answer, arguments=arguments)


@pytest.mark.parametrize(
    ("version", "what"),
    [
        (("", "ImportError: no module named '_connectwith'"), "not this version of connectwith"),
        (("0.0.1\n", ""), "not this version of connectwith"),
        ((f"{paths.version()}\n", ""), "not expected"),
    ],
)
def test_exception_of_the_board_is_blamed_on_its_firmware_only_if_that_differs(version, what):
    trace = 'Traceback (most recent call last):\n  File "links.py", line 7\nAttributeError: x\n'
    with pytest.raises(Problem, match=what) as caught:
        run(("", trace), version)
    assert "AttributeError: x" in caught.value.why
    assert 'File "links.py", line 7' in caught.value.__cause__.__notes__[0]


def test_each_interface_that_was_tried():
    last = {**FOUND["lastattempt"], "tries": {"eth0": "NO_LINK", "wl0": "NO_WIFI"}}
    lines = table(lastattempt={**last, "note": "the broker refused a subscription"})
    assert lines["tried eth0"] == "NO_LINK" and lines["tried wl0"] == "NO_WIFI"
    assert lines["note"] == "the broker refused a subscription"
    assert "note" not in table(lastattempt=last)
