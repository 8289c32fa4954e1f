# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`cw provision` and `cw doctor` on a board: settings stay, work, and leave no secret behind."""

import ast
import io
import json
import os
import pathlib
import subprocess
import sys

import pytest
from bench.proxy import Proxy
from secret_search import forms, found, private_number

import commands
from commands import doctor, provision
from setup.problem import Problem
from setup.report import Report

pytestmark = pytest.mark.virtual("it cuts the power and searches the flash")

_ROOT = pathlib.Path(__file__).resolve().parents[2]

# Partitions of boards/VIRTUAL, and keys in its stand-in for the chip's eFuses.
_NVS_AT, _NVS_BYTES = 0x9000, 0x6000
_EFUSE = {
    "nvs-plain": None,
    "nvs-encrypted": (0xF000 + 128, b"FKEY" + bytes(range(100, 164))),
    "efuse-hmac": (0xF000 + 64, b"HKEY" + bytes(range(32))),
}
_PASSWORD = "pass-of-the-broker-7c41"
_PROXY_LOGIN = ("device-1", "pass-of-the-proxy-52e0")
_APN_PASSWORD, _PIN, _OTHER_PIN = "pass-of-the-apn-9d3b", "48261735", "83920174"
_SOFT_RESET_S = 10


def _provision(*arguments):
    _, options = commands.parse(["provision", *map(str, arguments)])
    text = io.StringIO()
    assert provision.run(options, Report(text)) == 0
    return text.getvalue()


def _value(board, expression):
    return ast.literal_eval(board.exec(f"print(repr({expression}))", _SOFT_RESET_S).strip())


def _burn(board, source):
    """Gives a board that is off the eFuses of a key source, and an empty NVS."""
    with (board.dir / "flash.bin").open("r+b") as flash:
        flash.seek(_NVS_AT)
        flash.write(b"\xff" * _NVS_BYTES)
        if _EFUSE[source] is not None:
            at, key = _EFUSE[source]
            flash.seek(at)
            flash.write(key)


def _flash(board):
    """The image of a board that is switched off for it."""
    board.stop()
    return (board.dir / "flash.bin").read_bytes()


def _set_up(board, world, monkeypatch, proxy, pair):
    """Provisions every setting; returns the output and the secrets."""
    home = world.wifi["home"]
    monkeypatch.setenv(provision.WIFI_KEY, home.key)
    monkeypatch.setenv(provision.CLOUD_PASSWORD, _PASSWORD)
    monkeypatch.setenv(provision.PROXY_PASSWORD, _PROXY_LOGIN[1])
    said = _provision(
        "--port", board.console, "--wifi", home.ssid, "--apn", "internet.test",
        "--cloud", world.broker.url, "--ca", world.certificates.ca_file, "--username", "device-1",
        "--cert", pair.certificate, "--key", pair.key,
        "--proxy", f"proxy.test:{proxy.port}", "--proxy-username", _PROXY_LOGIN[0],
    )  # fmt: skip
    secrets = [home.key.encode(), _PASSWORD.encode(), _PROXY_LOGIN[1].encode()]
    assert not any(secret.decode() in said for secret in secrets)
    return said, [*secrets, private_number(pair.key.read_bytes())]


@pytest.mark.parametrize("source", _EFUSE)
def test_provisioned_board_connects_after_a_power_cycle(board, world, monkeypatch, source):
    board.stop()
    _burn(board, source)
    board.start()
    home = world.wifi["home"]
    pair = world.certificates.issue(f"device-{source}", "device")
    with Proxy(_PROXY_LOGIN) as proxy:
        said, secrets = _set_up(board, world, monkeypatch, proxy, pair)
        assert source in said
        image = _flash(board)
        assert found(secrets, image) == []
        # Values that are no secrets are found, unless all of NVS is encrypted.
        known = [home.ssid.encode(), b"internet.test", b"proxy.test", world.broker.host.encode()]
        assert found(known, image) == ([] if source == "nvs-encrypted" else known)
        board.start()
        # The policy of start-up: the call returns when there is a connection.
        board.exec("import server, imp; server.connect()", 40)
        assert _value(board, "server.isconnected()") is True
        assert _value(board, "imp.diag.lastattempt()['interface']") in ("wl0", "eth0")
        # The stored network, too, and not only the cable.
        board.exec(
            "server.disconnect()\n"
            "server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)\n"
            "imp.net.setserverinterfaces(['wifi'])\n"
            "import time\n"
            "ended = []; server.connect(ended.append, 30)\n"
            "while not ended: time.sleep_ms(10)",
            40,
        )
        assert _value(board, "ended") == [5]
        assert proxy.tunnels == 2
    assert _value(board, "imp.net.getcurrentconfig()['wificonfig']['ssid']") == home.ssid
    assert found(secrets, _flash(board)) == []


def test_what_a_modem_is_told_is_not_in_the_flash(board, world, monkeypatch):
    """The password of the APN, and the PIN, which stays on record when it was wrong."""
    monkeypatch.setenv(provision.WIFI_KEY, world.wifi["home"].key)
    _provision(
        "--port", board.console, "--apn", "internet",
        "--cloud", world.broker.url, "--ca", world.certificates.ca_file,
    )  # fmt: skip
    modem = world.fit_modem(board, uart=1)
    try:
        modem.sim("pin", pin=_OTHER_PIN)
        modem.power_on()
        config = {"apn": "internet", "username": "u", "password": _APN_PASSWORD, "pin": _PIN}
        nic = {"interface": "cell0", "cellconfig": config}
        board.exec(
            "import server, time\n"
            "server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)\n"
            f"ended = []; server.connectwith({nic!r}, lambda *a: ended.append(a[0]), 30)\n"
            "while not ended: time.sleep_ms(10)",
            40,
        )
        assert _value(board, "ended") == [9] and modem.pin_tries == [_PIN]
        image = _flash(board)
        assert b"pin" in image, "it is on record, sealed"
        assert found([_APN_PASSWORD.encode(), _PIN.encode()], image) == []
    finally:
        world.remove_modem(modem)


@pytest.mark.parametrize("at", [0, 0xFFC, 0x1001])
def test_the_search_finds_what_is_planted(world, at):
    secret = _PASSWORD.encode()
    key = world.certificates.issue("planted", "device").key.read_bytes()
    blank = b"\xff" * 0x2000
    for text in (secret, private_number(key)):
        assert found([text], blank) == []
        for form in forms(text):
            planted = bytearray(blank)
            planted[at : at + len(form)] = form
            assert found([text], bytes(planted)) == [text]
            # Cut in two by the border of an entry.
            planted = bytearray(blank)
            half = len(form) // 2
            planted[at : at + half] = form[:half]
            planted[at + half + 32 : at + 32 + len(form)] = form[half:]
            assert found([text], bytes(planted)) == [text]
    assert found([private_number(key)], blank + key) == [private_number(key)], "in its lines"


def test_secrets_are_in_no_command_line_and_no_file(board, world, tmp_path):
    """Watches cw and its child processes, and the folder for temporary files."""
    home = world.wifi["home"]
    work = tmp_path / "temporary"
    work.mkdir()
    environment = {
        **os.environ, "TMPDIR": str(work), provision.WIFI_KEY: home.key,
        provision.CLOUD_PASSWORD: _PASSWORD,
    }  # fmt: skip
    command = [
        sys.executable, _ROOT / "tools" / "cw", "provision", "--port", board.console,
        "--wifi", home.ssid, "--cloud", world.broker.url, "--ca", world.certificates.ca_file,
        "--username", "device-1",
    ]  # fmt: skip
    seen = set()
    with subprocess.Popen(
        [str(word) for word in command], env=environment, cwd=work, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        while process.poll() is None:
            for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    if os.getsid(int(line.parent.name)) == process.pid:
                        seen.add(line.read_bytes())
                except OSError:
                    continue  # it has ended
        said = process.stdout.read()
    assert process.returncode == 0, said
    written = b"".join(file.read_bytes() for file in work.rglob("*") if file.is_file())
    everything = b"\n".join([*seen, said, written])
    assert found([home.ssid.encode()], everything) == [home.ssid.encode()]
    assert found([home.key.encode(), _PASSWORD.encode()], everything) == []


def test_what_the_board_refuses_leaves_everything_as_it_was(board, world, monkeypatch):
    monkeypatch.setenv(provision.WIFI_KEY, world.wifi["home"].key)
    _provision("--port", board.console, "--wifi", "first")
    monkeypatch.setenv(provision.WIFI_KEY, "S3c")
    with pytest.raises(Problem) as caught:
        _provision("--port", board.console, "--wifi", "second", "--apn", "internet.test")
    assert "key:" in caught.value.why and "S3c" not in str(caught.value)
    monkeypatch.setenv(provision.WIFI_KEY, "long enough")
    with pytest.raises(Problem, match="nothing was stored") as caught:
        _provision(
            "--port", board.console, "--wifi", "third", "--cloud", "mqtts://not a host",
            "--ca", world.certificates.ca_file,
        )  # fmt: skip
    assert "url:" in caught.value.why
    stored = "__import__('connectwith.settings').settings.load_block"
    assert _value(board, f"{stored}('wificonfig')['ssid']") == "first"
    assert _value(board, f"{stored}('cellconfig')") is None


def test_several_networks_and_a_list_that_is_refused(board, monkeypatch, capsys):
    monkeypatch.setenv(provision.WIFI_KEY, "key-of-first")
    monkeypatch.setenv(provision.WIFI_KEY + "_2", "key-of-second")
    _provision("--port", board.console, "--wifi", "first", "--wifi", "second")
    monkeypatch.setenv(provision.WIFI_KEY + "_2", "S3c")
    with pytest.raises(Problem, match="nothing was stored") as caught:
        _provision("--port", board.console, "--wifi", "third", "--wifi", "fourth")
    assert "network 1: key:" in caught.value.why and "S3c" not in str(caught.value)
    said = _doctor(capsys, "--port", board.console)[1]
    assert "1 of Wi-Fi" in said and "second" not in said
    stored = "[n['ssid'] for n in __import__('connectwith.settings').settings.candidates()]"
    assert _value(board, stored) == ["first", "second"]


def _doctor(capsys, *arguments):
    _, options = commands.parse(["doctor", *map(str, arguments)])
    text = io.StringIO()
    status = doctor.run(options, Report(text))
    return status, text.getvalue() or capsys.readouterr().out


def test_doctor_tells_all_but_secrets(board, world, monkeypatch, capsys):
    home = world.wifi["home"]
    monkeypatch.setenv(provision.WIFI_KEY, home.key)
    monkeypatch.setenv(provision.CLOUD_PASSWORD, _PASSWORD)
    status, text = _doctor(capsys, "--port", board.console)
    assert status == 0
    assert "Virtual ESP32 board" in text and "nvs-plain" in text and "not set" in text
    assert "not tried since the boot" in text
    board.release()
    _provision(
        "--port", board.console, "--wifi", home.ssid, "--cloud", world.broker.url,
        "--ca", world.certificates.ca_file, "--username", "device-1",
    )  # fmt: skip
    status, text = _doctor(capsys, "--port", board.console, "--connect", "--json")
    found = json.loads(text)
    assert status == 0 and found["connected"] is True
    assert found["stored"]["wificonfig"] == ["key", "ssid"]
    assert found["stored"]["cloud"] == ["url", "username", "password", "ca"]
    assert found["lastattempt"]["name"] == "SERVER_CONNECTED"
    # doctor does not change the connection.
    before = found["counters"]
    status, text = _doctor(capsys, "--port", board.console)
    assert status == 0 and "reached: there is a session" in text
    for secret in (home.key, _PASSWORD, home.ssid, "device-1"):
        assert secret not in text
    board.release()
    assert _value(board, "__import__('imp').diag.counters()") == before


def test_doctor_says_why_there_is_no_connection(board, world, monkeypatch, capsys):
    monkeypatch.setenv(provision.WIFI_KEY, "not the key of it")
    _provision(
        "--port", board.console, "--wifi", world.wifi["home"].ssid,
        "--cloud", world.broker.url, "--ca", world.certificates.ca_file,
    )  # fmt: skip
    world.ethernet.unplug()
    status, text = _doctor(capsys, "--port", board.console, "--connect")
    assert status == 1
    assert "NO_WIFI" in text or "NO_LINK" in text
    assert "not the key" not in text


def test_doctor_of_a_modem(board, world, monkeypatch, capsys):
    modem = world.fit_modem(board, uart=1)
    try:
        _provision(
            "--port", board.console, "--apn", "internet.test",
            "--cloud", world.broker.url, "--ca", world.certificates.ca_file,
        )  # fmt: skip
        world.ethernet.unplug()
        _, text = _doctor(capsys, "--port", board.console, "--json")
        asked = len(modem.commands)
        assert "off" in json.loads(text)["modem"]["status"]
        assert modem.presses == [] and asked == 0, "a look is no touch"
        status, text = _doctor(capsys, "--port", board.console, "--connect", "--json")
        found = json.loads(text)
        assert status == 0 and found["lastattempt"]["interface"] == "cell0"
        assert found["modem"]["sim"] == "ready" and "operator" in found["modem"]
        # An issue is public: nothing in it identifies or locates the device.
        assert set(found["modem"]) <= {"status", "sim", "operator", "rssi", "model", "pintries"}
        asked = len(modem.commands)
        status, text = _doctor(capsys, "--port", board.console)
        assert "sim ready" in text and "reached: there is a session" in text
        assert len(modem.commands) == asked
    finally:
        board.stop()
        world.remove_modem(modem)


def test_doctor_at_each_moment_of_a_cellular_attempt(board, world, monkeypatch, capsys):
    modem = world.fit_modem(board, uart=1)
    try:
        _provision(
            "--port", board.console, "--apn", "internet.test",
            "--cloud", world.broker.url, "--ca", world.certificates.ca_file,
        )  # fmt: skip
        for _ in range(4):
            board.exec(
                "import imp, server\nimp.net.setserverinterfaces(['cell0'])\n"
                "server.connect(lambda result: None, 60)\n"
            )
            while True:
                board.release()
                status, text = _doctor(capsys, "--port", board.console, "--json")
                found = json.loads(text)
                assert status == 0 and found["modem"] is not None
                if found["lastattempt"]["name"] is not None:
                    break
            assert found["lastattempt"]["name"] == "SERVER_CONNECTED"
            board.exec("server.disconnect()")
    finally:
        board.stop()
        world.remove_modem(modem)


def test_doctor_shows_each_interface_that_was_tried(board, world, monkeypatch, capsys):
    monkeypatch.setenv(provision.WIFI_KEY, "not the key of it")
    _provision(
        "--port", board.console, "--wifi", world.wifi["home"].ssid,
        "--cloud", world.broker.url, "--ca", world.certificates.ca_file,
    )  # fmt: skip
    world.ethernet.unplug()
    status, text = _doctor(capsys, "--port", board.console, "--connect", "--json")
    tries = json.loads(text)["lastattempt"]["tries"]
    assert status == 1 and tries["wl0"] == "NO_WIFI" and tries["eth0"] == "NO_LINK"
    _, text = _doctor(capsys, "--port", board.console)
    assert "tried wl0 " in text and "tried eth0 " in text


def test_doctor_of_a_locked_sim(board, world, capsys):
    modem = world.fit_modem(board, uart=1)
    try:
        modem.sim("pin", pin=_PIN)
        modem.power_on()
        _provision(
            "--port", board.console, "--apn", "internet.test",
            "--cloud", world.broker.url, "--ca", world.certificates.ca_file,
        )  # fmt: skip
        world.ethernet.unplug()
        status, text = _doctor(capsys, "--port", board.console, "--connect")
        assert status == 1
        assert "SIM_ERROR" in text and "sim " in text
        assert modem.pin_tries == [] and _PIN not in text
    finally:
        board.stop()
        world.remove_modem(modem)


def test_doctor_of_a_board_without_links(board, world, capsys):
    hide = (
        "import sys, machine, network\n"
        "class Pin:\n    class board: pass\n"
        "class Machine:\n"
        "    def __getattr__(self, name): return getattr(machine, name)\n"
        "Machine.Pin = Pin\n"
        "class Network: pass\n"
        "sys.modules['machine'], sys.modules['network'] = Machine(), Network()\n"
    )
    board.exec(hide)
    board.release()
    _, text = _doctor(capsys, "--port", board.console, "--json")
    found_there = json.loads(text)
    assert set(found_there["links"].values()) == {"not on this board"}
    assert found_there["modem"] is None and found_there["connected"] is False
