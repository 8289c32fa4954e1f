# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw provision: files of certificates that do not fit, and many boards from a CSV file."""

import ast
import io
import sys

import pytest
from bench.certificates import Certificates
from board_stand_in import BoardStandIn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding
from provision_command import problem, run

from commands import provision

ID, OTHER_ID = "240ac4000001", "240ac4000002"


@pytest.fixture(autouse=True)
def nobody_is_here(monkeypatch):
    for name in (provision.WIFI_KEY, provision.CLOUD_PASSWORD, provision.PROXY_PASSWORD):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


def stored(identifier=ID, warning=""):
    return [(f"{identifier}\n", ""), ("", ""), (f"{warning}nvs-plain\n", "")]


def sent(board):
    """The settings as the board's Python reads them; codes[0] asks for the identifier."""
    return ast.literal_eval(board.codes[1].splitlines()[0].removeprefix("wanted = "))


# -- files that do not fit


def test_private_key_is_refused_as_a_certificate(certificates, tmp_path):
    pair = certificates.broker
    both = tmp_path / "both.pem"
    both.write_bytes(pair.certificate.read_bytes() + pair.key.read_bytes())
    key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
    der = tmp_path / "key.der"
    der.write_bytes(
        key.private_bytes(
            Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    for wrong in (pair.key, both, der):
        said = problem("--port", "p", "--cloud", "mqtts://b", "--ca", wrong)
        assert "holds a private key" in said.what and said.status == 2
        said = problem("--port", "p", "--cloud", "mqtts://b", "--ca", certificates.ca_file,
                       "--cert", wrong, "--key", pair.key)  # fmt: skip
        assert "holds a private key" in said.what


def test_certificate_with_the_key_of_another_one(certificates):
    first, second = certificates.broker, certificates.other_host
    both = ("--port", "p", "--cloud", "mqtts://b", "--ca", certificates.ca_file, "--cert")
    said = problem(*both, first.certificate, "--key", second.key)
    assert "is not the key of" in said.what
    assert "no private key" in problem(*both, first.certificate, "--key", first.certificate).what
    assert "has expired" in problem(
        *both, certificates.expired.certificate, "--key", certificates.expired.key
    ).what  # fmt: skip


def test_pair_of_either_form_arrives_as_it_is(certificates, tmp_path):
    pair = certificates.broker
    arguments = ("--cloud", "mqtts://b", "--ca", certificates.ca_file)
    with BoardStandIn(*stored()[1:]) as board:
        run("--port", board.port, *arguments, "--cert", pair.certificate, "--key", pair.key)
        cloud = ast.literal_eval(board.codes[0].splitlines()[0].removeprefix("wanted = "))["cloud"]
    assert cloud["cert"] == pair.certificate.read_bytes()
    assert cloud["key"] == pair.key.read_bytes()


def test_warning_of_the_board_is_shown():
    warning = "imp.cloud: mqtt:// sends everything in the clear, passwords included\n"
    with BoardStandIn(*stored(warning=warning)[1:]) as board:
        status, text = run("--port", board.port, "--cloud", "mqtt://b")
    assert status == 0 and f"warning   {warning}" in text and "key       nvs-plain" in text


def test_no_board_is_named():
    assert "--csv" in problem("--apn", "internet").next_step


# -- many boards


def write(tmp_path, text):
    file = tmp_path / "boards.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_each_row_is_a_board(certificates, tmp_path):
    (tmp_path / "first.txt").write_text("pässword one\n", encoding="utf-8")
    (tmp_path / "second.txt").write_bytes(b"password two\r\n")
    (tmp_path / "ca.pem").write_bytes(certificates.ca_pem)
    with BoardStandIn(*stored()) as one, BoardStandIn(*stored(OTHER_ID)) as two:
        file = write(
            tmp_path,
            "\ufeffport,id,username,password-file,apn\n"
            f"{one.port},{ID.upper()},first,first.txt,\n\n"
            f'{two.port},,"second, or other",second.txt,iot.test\n',
        )
        status, text = run(
            "--csv", file, "--cloud", "mqtts://b", "--ca", certificates.ca_file,
            "--apn", "internet",
        )  # fmt: skip
        first, second = sent(one), sent(two)
    assert one.restarts == two.restarts == 1
    assert status == 0 and "2 boards set up, 0 not" in text and OTHER_ID in text
    assert first["cloud"]["username"] == "first" and first["cloud"]["password"] == "pässword one"
    assert second["cloud"]["username"] == "second, or other"
    assert second["cloud"]["password"] == "password two"
    assert first["blocks"]["cellconfig"] == {"apn": "internet"}
    assert second["blocks"]["cellconfig"] == {"apn": "iot.test"}
    assert "password one" not in text and "password two" not in text


def test_other_board_than_that_of_the_row_does_not_stop_the_rest(tmp_path):
    with BoardStandIn((f"{OTHER_ID}\n", "")) as one, BoardStandIn(*stored(OTHER_ID)) as two:
        file = write(tmp_path, f"port,id,apn\n{one.port},{ID},a\n{two.port},{OTHER_ID},b\n")
        status, text = run("--csv", file)
        assert len(one.codes) == 1, "nothing was stored on the other board"
        assert sent(two)["blocks"]["cellconfig"] == {"apn": "b"}
    assert status == 1 and f"is {OTHER_ID}, not {ID}" in text
    assert "1 boards set up, 1 not" in text and "not set up: line 2" in text


def test_boards_that_are_changed_at_one_port(tmp_path, monkeypatch):
    asked = []
    terminal = type("Terminal", (), {"isatty": lambda self: True})()
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr("builtins.input", asked.append)
    with BoardStandIn(*stored(), *stored(OTHER_ID)) as board:
        status, _ = run("--csv", write(tmp_path, "apn\na\nb\n"), "--port", board.port)
    assert status == 0 and len(asked) == 1 and "line 3" in asked[0]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "0 rows"),
        ("port,apn\n", "0 rows"),
        ("port,apn,colour\np,a,red\n", "'colour' is not known"),
        ("port,port\np,p\n", "there twice"),
        ("port,wifi-key\np,secret\n", "'wifi_key' is not known"),
        ("port,apn\np\n", "1 cells"),
        ("port,apn\np,a,b\n", "3 cells"),
        ('port,apn\np,"a\n', "no CSV"),
        ("apn\ninternet\n", "no port is named"),
        ("port,id,apn\np,1a,a\nq,1A,a\n", "line 2, too"),
        ("port,apn\np,a\np,b\n", "same port"),
        ("port,apn\np,a\nq,\n", "line 3: There is nothing to store"),
        ("port,cloud,ca\np,mqtts://b,none.pem\n", "none.pem cannot be read"),
        ("port,cloud,username,password-file\np,mqtt://b,me,none.txt\n", "none.txt cannot be read"),
        ("port,cloud,username\np,mqtt://b,me\n", "no terminal to ask at"),
    ],
)
def test_mistake_in_any_row_is_seen_before_the_first_board(tmp_path, text, what):
    said = problem("--csv", write(tmp_path, text))
    assert what in f"{said.what} {said.why}" and said.status == 2


def test_file_that_is_no_text(tmp_path):
    file = tmp_path / "boards.csv"
    file.write_bytes(b"port,apn\np,\xff\xfe\n")
    assert "no CSV in UTF-8" in problem("--csv", file).why
