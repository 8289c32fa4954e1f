# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`cw provision` and `cw doctor` on a board: settings last, work, and leave no secret behind."""

import ast
import base64
import io
import json

import pytest
from cryptography.hazmat.primitives import serialization

import commands
from commands import doctor, provision
from setup.problem import Problem
from setup.report import Report

# Of the stand-in for the chip's eFuses: behind the MAC address, a key for the HMAC unit.
_EFUSE_KEY_AT = 0xF000 + 64
_PASSWORD = "pass-of-the-broker-7c41"
_SOFT_RESET_S = 10


def _provision(*arguments):
    _, options = commands.parse(["provision", *map(str, arguments)])
    text = io.StringIO()
    assert provision.run(options, Report(text)) == 0
    return text.getvalue()


def _value(board, expression):
    return ast.literal_eval(board.exec(f"print(repr({expression}))", _SOFT_RESET_S).strip())


def _traces(pair, world):
    """Every form in which one of the secrets could stand in a flash."""
    key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
    der = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    number = key.private_numbers().private_value.to_bytes(32, "big")
    lines = [line for line in pair.key.read_bytes().splitlines() if len(line) > 20]
    plain = [world.wifi["home"].key.encode(), _PASSWORD.encode(), number]
    coded = [base64.b64encode(text).rstrip(b"=") for text in plain[:2]]
    return [*plain, *coded, *(text.hex().encode() for text in plain), der, *lines[1:-1]]


@pytest.mark.parametrize("source", ["nvs-plain", "efuse-hmac"])
def test_provisioned_board_connects_after_a_power_cycle(board, world, monkeypatch, source):
    if source == "efuse-hmac":
        board.stop()
        with (board.dir / "flash.bin").open("r+b") as flash:
            flash.seek(_EFUSE_KEY_AT)
            flash.write(b"HKEY" + bytes(range(32)))
        board.start()
    home = world.wifi["home"]
    pair = world.certificates.issue(f"device-{source}", "device")
    monkeypatch.setenv(provision.WIFI_KEY, home.key)
    monkeypatch.setenv(provision.CLOUD_PASSWORD, _PASSWORD)
    said = _provision(
        "--port", board.console, "--wifi", home.ssid, "--apn", "internet.test",
        "--cloud", world.broker.url, "--ca", world.certificates.ca_file, "--username", "device-1",
        "--cert", pair.certificate, "--key", pair.key,
    )  # fmt: skip
    assert source in said
    assert home.key not in said and _PASSWORD not in said
    board.stop()
    flash = (board.dir / "flash.bin").read_bytes()
    # What is no secret is found, so the search would find a secret.
    for known in (home.ssid.encode(), b"internet.test", b"device-1", world.broker.host.encode()):
        assert known in flash
    assert [trace for trace in _traces(pair, world) if trace in flash] == []
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
    assert _value(board, "imp.net.getcurrentconfig()['wificonfig']['ssid']") == home.ssid
    board.stop()
    flash = (board.dir / "flash.bin").read_bytes()
    assert [trace for trace in _traces(pair, world) if trace in flash] == []


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
    stored = "__import__('connectwith.store').store.load_block"
    assert _value(board, f"{stored}('wificonfig')['ssid']") == "first"
    assert _value(board, f"{stored}('cellconfig')") is None


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
    # A look leaves the connection alone.
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
        asked = len(modem.commands)
        status, text = _doctor(capsys, "--port", board.console)
        assert "sim ready" in text and "reached: there is a session" in text
        assert len(modem.commands) == asked
    finally:
        board.stop()
        world.remove_modem(modem)
