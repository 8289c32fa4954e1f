# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw provision --request, and --cert without --key: the board makes its private key itself."""

import ast
import base64
import os

import pytest
from bench.certificates import Certificates
from board_stand_in import GONE, BoardStandIn
from key_pairs import make_request
from provision_command import problem, run

from commands import provision_request

CHECKED, SOURCE = ("", ""), ("nvs-plain\n", "")


def pem(name="240ac4000001"):
    body = base64.encodebytes(make_request("CN=" + name, "")[0]).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{body}-----END CERTIFICATE REQUEST-----\n"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


def test_request_is_written_to_a_new_file(tmp_path):
    request, file = pem(), tmp_path / "board.csr"
    answer = ("a warning\r\n" + request.replace("\n", "\r\n"), "")
    with BoardStandIn(CHECKED, SOURCE, answer) as board:
        status, text = run("--port", board.port, "--request", file)
    assert status == 0 and board.restarts == 1
    assert f"request   {file}, CN=240ac4000001" in text
    assert "waits for its certificate" in text and "uses the settings" not in text
    assert file.read_text() == request and os.listdir(tmp_path) == ["board.csr"]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (("", "RuntimeError: no key pair can be made now"), "has made no request"),
        (("", "MemoryError: "), "has made no request"),
        (("", "OSError: ESP_ERR_NVS_NOT_ENOUGH_SPACE"), "has made no request"),
        (("nothing\n", ""), "is no request"),
        ((pem().replace("M", "N", 1), ""), "is no request"),
        ((pem()[:200], ""), "is no request"),
        (GONE, "has gone while"),
    ],
)
def test_no_request_is_no_file(tmp_path, answer, what):
    with BoardStandIn(CHECKED, SOURCE, answer) as board:
        said = problem("--port", board.port, "--request", tmp_path / "board.csr")
    assert what in said.what and os.listdir(tmp_path) == []


def test_changed_request_is_noticed(tmp_path):
    body = pem().splitlines()
    body[-2] = body[-2][:8] + ("A" if body[-2][8] != "A" else "B") + body[-2][9:]
    with BoardStandIn(CHECKED, SOURCE, ("\n".join(body), "")) as board:
        said = problem("--port", board.port, "--request", tmp_path / "board.csr")
    assert "is no request" in said.what and os.listdir(tmp_path) == []


@pytest.mark.parametrize("links", [True, False])
def test_file_that_comes_in_the_meantime_stays(tmp_path, monkeypatch, links):
    file = tmp_path / "board.csr"
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no")))
        provision_request._create(file, b"first")
        assert file.read_bytes() == b"first"
    file.write_bytes(b"mine")
    with pytest.raises(OSError):
        provision_request._create(file, b"second")
    assert file.read_bytes() == b"mine" and os.listdir(tmp_path) == ["board.csr"]


def test_certificate_without_a_key_takes_that_of_the_board(certificates):
    arguments = ("--cloud", "mqtts://b", "--ca", certificates.ca_file, "--cert")
    cert = certificates.broker.certificate
    with BoardStandIn(CHECKED, SOURCE) as board:
        status, text = run("--port", board.port, *arguments, cert)
        sent = ast.literal_eval(board.codes[0].splitlines()[0].removeprefix("wanted = "))["cloud"]
    assert status == 0 and "the board's own key" in text
    assert "uses the settings" in text and "waits for its certificate" not in text
    assert sent["cert"] == cert.read_bytes() and sent["key"] is None
    refusal = ("", "ValueError: key: missing, and the board has none for this certificate")
    with BoardStandIn(refusal) as board:
        said = problem("--port", board.port, *arguments, cert)
        assert len(board.codes) == 1
    assert "has no key for this certificate; nothing was stored" in said.what
    assert "--request" in said.next_step


def test_each_row_has_a_request_of_its_own(tmp_path):
    file = tmp_path / "boards.csv"
    first = [("1a\n", ""), CHECKED, SOURCE, (pem("1a"), "")]
    second = [("1b\n", ""), CHECKED, SOURCE, (pem("1b"), "")]
    with BoardStandIn(*first) as one, BoardStandIn(*second) as two:
        file.write_text(f"port,id,request\n{one.port},1a,1a.csr\n{two.port},1b,1b.csr\n")
        status, text = run("--csv", file)
    assert status == 0 and "CN=1a" in text and "CN=1b" in text
    assert {"1a.csr", "1b.csr"} <= set(os.listdir(tmp_path))
    file.write_text("port,request\np,same.csr\nq,same.csr\n")
    assert "goes to" in problem("--csv", file).why
    file.write_text("port,request\np,1a.csr\n")
    assert "is there already" in problem("--csv", file).what
