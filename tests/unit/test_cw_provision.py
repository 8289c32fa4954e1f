# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw provision: the sources and targets of secrets, and the answers of the board."""

import ast
import io
import os
import subprocess
import sys

import pytest
from bench.certificates import Certificates
from board_stand_in import GONE, SILENT, BoardStandIn
from provision_command import run

import commands
from commands import provision, remote
from setup import paths
from setup.problem import Problem

KEY = "correct horse battery"
PASSWORD = "pässword 'of' \"the\" \\ broker"
STORED = [("", ""), ("nvs-plain\n", "")]


@pytest.fixture(autouse=True)
def nobody_is_here(monkeypatch):
    for name in (provision.WIFI_KEY, provision.CLOUD_PASSWORD, provision.PROXY_PASSWORD):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def ca(certificates):
    return certificates.ca_file


def problem(*arguments):
    with pytest.raises(Problem) as caught:
        run(*arguments)
    text = str(caught.value)
    assert KEY not in text and PASSWORD not in text
    return caught.value


def sent(board):
    """The settings as the board's Python reads them."""
    first = board.codes[0].splitlines()[0]
    assert first.isascii()
    return ast.literal_eval(first.removeprefix("wanted = "))


@pytest.mark.parametrize("options", [[], ["--persistent"]])
def test_a_session_that_the_broker_keeps(options):
    with BoardStandIn(*STORED) as board:
        status, text = run("--port", board.port, "--cloud", "mqtt://broker.test", *options)
    assert status == 0 and ("persistent session" in text) == bool(options)
    # Firmware that does not know the word takes what does not name it.
    assert sent(board)["cloud"].get("persistent", "not named") == (
        True if options else "not named"
    )


def test_secrets_come_from_the_environment_and_arrive_as_they_are(monkeypatch, ca):
    monkeypatch.setenv(provision.WIFI_KEY, KEY)
    monkeypatch.setenv(provision.CLOUD_PASSWORD, PASSWORD)
    with BoardStandIn(*STORED) as board:
        status, text = run(
            "--port", board.port, "--wifi", "Zuhause äöü", "--apn", "internet",
            "--cloud", "mqtts://broker.test", "--ca", ca, "--username", "me",
        )  # fmt: skip
    assert status == 0 and "nvs-plain" in text and board.restarts == 1
    settings = sent(board)
    assert settings["blocks"] == {
        "wificonfig": {"ssid": "Zuhause äöü", "key": KEY},
        "cellconfig": {"apn": "internet"},
    }
    assert settings["cloud"]["password"] == PASSWORD and settings["cloud"]["ca"] == ca.read_bytes()
    assert KEY not in text and PASSWORD not in text
    # The settings are checked first: the first code stores nothing.
    assert "imp.set" not in board.codes[0] and "configure" not in board.codes[0]
    assert KEY not in board.codes[1] and "del wanted" in board.codes[1]


def test_no_option_takes_a_secret():
    options = commands.parsers()[1]["provision"].known_options()
    assert not [o for o in options if "password" in o or "secret" in o or o == "--wifi-key"]
    with pytest.raises(Problem, match="no option"):
        commands.parse(["provision", "--port", "p", "--wifi", "home", f"--wifi-key={KEY}"])
    # --key is the path of a file.
    said = problem("--port", "p", "--cloud", "mqtt://b", "--cert", "x", "--key", "y")
    assert "cannot be read" in said.what


def test_secrets_are_asked_for_without_echo(monkeypatch, ca):
    asked = []

    def getpass(question):
        asked.append(question)
        return KEY if "Wi-Fi" in question else PASSWORD

    monkeypatch.setattr(provision.getpass, "getpass", getpass)
    monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": lambda self: True})())
    with BoardStandIn(*STORED) as board:
        run("--port", board.port, "--wifi", "home", "--cloud", "mqtts://broker.test",
            "--ca", ca, "--username", "me")  # fmt: skip
        assert sent(board)["blocks"]["wificonfig"]["key"] == KEY
    assert len(asked) == 2 and "'home'" in asked[1]


def test_several_networks(monkeypatch):
    for name, key in (("", KEY), ("_2", "key-of-van"), ("_3", "")):
        monkeypatch.setenv(provision.WIFI_KEY + name, key)
    with BoardStandIn(*STORED) as board:
        options = ("--wifi", "depot", "--wifi", "van", "--wifi", "cafe")
        text = run("--port", board.port, *options)[1]
        settings = sent(board)
    assert settings["blocks"]["wificonfig"] == {"ssid": "depot", "key": KEY}
    assert settings["networks"] == [
        {"ssid": "van", "key": "key-of-van"}, {"ssid": "cafe", "key": None}
    ]  # fmt: skip
    assert "'van', key sealed" in text and "'cafe', open" in text and "key-of-van" not in text
    assert "networks.check" in board.codes[0] and "imp.uplink" not in board.codes[0]
    assert "imp.uplink.networks" in board.codes[1]


def test_nobody_to_ask():
    said = problem("--port", "p", "--wifi", "home")
    assert provision.WIFI_KEY in said.next_step and said.status == 2


def test_empty_key_is_an_open_network(monkeypatch):
    monkeypatch.setenv(provision.WIFI_KEY, "")
    with BoardStandIn(*STORED) as board:
        assert "open" in run("--port", board.port, "--wifi", "cafe")[1]
        assert sent(board)["blocks"]["wificonfig"] == {"ssid": "cafe", "key": None}


def test_proxy_with_its_password(monkeypatch):
    monkeypatch.setenv(provision.PROXY_PASSWORD, PASSWORD)
    with BoardStandIn(*STORED) as board:
        arguments = ("--proxy", "proxy.example:3128", "--proxy-username", "me")
        said = run("--port", board.port, *arguments)[1]
        assert "proxy.example:3128, password sealed" in said and PASSWORD not in said
        assert sent(board)["blocks"]["proxyconfig"] == {
            "address": "proxy.example", "port": 3128, "username": "me", "password": PASSWORD,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([], "nothing to store"),
        (["--ca", "x"], "nothing to store"),
        (["--csv", "/nowhere.csv"], "is no file"),
        (["--apn", "a", "--ca", "x"], "comes with --cloud"),
        (["--apn", "a", "--persistent"], "--persistent comes with --cloud"),
        (["--cloud", "mqtts://b"], "comes with --ca"),
        (["--apn", "a", "--proxy-username", "me"], "comes with --proxy"),
        (["--proxy", "p.example"], "HOST:PORT"),
        (["--proxy", ":3128"], "HOST:PORT"),
        (["--proxy", "p.example:http"], "HOST:PORT"),
        (["--cloud", "mqtts://b", "--ca", "x", "--key", "x"], "--key comes with --cert"),
        (["--cloud", "mqtts://b", "--ca", "x", "--cert", "x", "--request", "y"], "before --cert"),
        (["--request", __file__], "is there already"),
        (["--request", "/nowhere/board.csr"], "cannot be written"),
        (["--apn", "a\rAT+CFUN=0"], "cannot be sent"),
        (["--wifi", "home\udcff"], "cannot be sent"),
    ],
)
def test_mistakes_are_seen_before_the_port_is_opened(arguments, what):
    said = problem("--port", "/dev/nowhere", *arguments)
    assert what in said.what and said.status == 2


@pytest.mark.parametrize("secret", ["two\nlines", "nul\0", "bell\a", "\udc80"])
def test_secret_that_cannot_be_sent_is_not_repeated(monkeypatch, secret):
    monkeypatch.setattr(provision.os, "environ", {provision.WIFI_KEY: secret})
    said = problem("--port", "/dev/nowhere", "--wifi", "home")
    assert "cannot be sent" in said.what and secret not in str(said)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "cannot be read"),
        (b"", "neither PEM nor DER"),
        (b"hello, I am no certificate", "neither PEM nor DER"),
        (b"-----BEGIN CERTIFICATE-----\n" * 200, "neither PEM nor DER"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "no certificate"),
        (b"0" + bytes(100), "no certificate"),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n", "protected by a password"),
    ],
)
def test_files_that_are_no_certificates(tmp_path, content, what):
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_bytes(content)
    said = problem("--port", "/dev/nowhere", "--cloud", "mqtts://b", "--ca", file)
    assert what in said.what


@pytest.mark.parametrize(
    ("error", "what"),
    [
        ("ValueError: key: must have 8 to 63 bytes", "refused a setting; nothing was stored"),
        ("ImportError: no module named 'imp'", "is not this version of connectwith"),
        ("AttributeError: no such attribute", "is not this version of connectwith"),
        ("OSError: ESP_ERR_NVS_NOT_ENOUGH_SPACE", "could not store everything"),
    ],
)
def test_what_the_board_says_is_passed_on(monkeypatch, error, what):
    monkeypatch.setenv(provision.WIFI_KEY, KEY)
    traceback = f'Traceback (most recent call last):\n  File "<stdin>", line 4\n{error}\n'
    with BoardStandIn(("", traceback), ("0.0.1\n", "")) as board:
        said = problem("--port", board.port, "--wifi", "home")
        assert what in said.what and error in said.why
        asked = [code for code in board.codes if "_connectwith.VERSION" in code]
        assert len(board.codes) == 1 + len(asked), "it goes no further"


def test_board_that_goes_away_in_the_middle(monkeypatch):
    monkeypatch.setenv(provision.WIFI_KEY, KEY)
    with BoardStandIn(("", ""), GONE) as board:
        said = problem("--port", board.port, "--wifi", "home")
    assert "has gone while being provisioned" in said.what and "plug it in" in said.next_step


def test_board_that_does_not_answer(monkeypatch):
    with BoardStandIn(mute=True) as board:
        with pytest.raises(Problem, match="No MicroPython answers") as caught:
            remote.Remote(board.port, 1.5)
    assert "cw flash" in caught.value.next_step
    with BoardStandIn(SILENT) as board, remote.Remote(board.port) as link:
        with pytest.raises(Problem, match="did not answer within 0 s"):
            link.run("while True: pass", 0.3)


def test_secrets_are_in_no_file_and_no_traceback(tmp_path):
    code = (
        "import sys; sys.dont_write_bytecode = True\n"
        f"sys.path.insert(0, {str(paths.ROOT / 'tools')!r})\n"
        "written = []\n"
        "def hook(event, args):\n"
        "    if event == 'open' and set(str(args[1] or 'r')) & set('wax+'): written.append(args)\n"
        "sys.addaudithook(hook)\n"
        "import commands; from commands import provision\n"
        "provision.IN_ENVIRONMENT = False\n"
        "status = commands.main(['provision', '--debug', *sys.argv[1:]])\n"
        "before = list(written); open('/dev/null', 'w').close()\n"
        "print('written:', before, len(written) - len(before))\n"
        "sys.exit(status)\n"
    )
    env = {**os.environ, provision.WIFI_KEY: KEY, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    for answers, status in ((STORED, 0), ([("", "ValueError: key: no")], 2), ([GONE], 1)):
        with BoardStandIn(*answers) as board:
            done = subprocess.run(
                [sys.executable, "-c", code, "--port", board.port, "--wifi", "home"],
                capture_output=True, text=True, env=env, timeout=60,
            )  # fmt: skip
        assert done.returncode == status, done.stderr
        assert "written: [] 1" in done.stdout
        assert KEY not in done.stdout + done.stderr
        assert ("Traceback" in done.stderr) == (status != 0)
    assert not any(tmp_path.iterdir())
