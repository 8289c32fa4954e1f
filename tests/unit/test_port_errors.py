# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What is said of a port that cannot be opened: the cause, and what to do about it."""

import errno
import os
import pty
import socket
import threading
import tty

import pytest
import serial

from commands import serial_port
from commands.remote import Remote
from setup.problem import Problem

RESOLVE = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
NO_ROUTE = OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))


@pytest.fixture(params=["Remote", "check_server"])
def opened(request):
    """Opens a port in one of the ways of the commands, and returns the Problem."""
    open_port = Remote if request.param == "Remote" else serial_port.check_server

    def refused(port):
        with pytest.raises(Problem) as caught:
            open_port(port)
        assert "in use" not in str(caught.value)
        return caught.value

    return refused


@pytest.mark.parametrize("kind", ["rfc2217", "socket"])
@pytest.mark.parametrize(
    ("error", "why", "next_step"),
    [
        (REFUSED, "Connection refused", "start its server"),
        (RESOLVE, "Name or service not known", "host's name"),
        (NO_ROUTE, "No route to host", "firewalls"),
        (TimeoutError("timed out"), "no answer", "firewalls"),
    ],
)
def test_a_server_that_cannot_be_reached(opened, monkeypatch, kind, error, why, next_step):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(socket, "create_connection", fails)
    said = opened(f"{kind}://board.example:2217")
    assert "cannot be reached" in said.what and why in said.why and next_step in said.next_step


@pytest.mark.parametrize("url", ["rfc2217://127.0.0.1", "socket://127.0.0.1:99999"])
def test_no_address(opened, url):
    said = opened(url)
    assert "is no address" in said.what and "HOST:PORT" in said.next_step
    assert "not supported" not in said.why


def test_an_unknown_kind_of_url():
    with pytest.raises(Problem, match="is no address"):
        Remote("serial://127.0.0.1:1")


def test_a_server_that_closes_is_no_cable():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def close():
            server.accept()[0].close()

        closing = threading.Thread(target=close)
        closing.start()
        with pytest.raises(Problem, match="closed the connection") as caught:
            Remote(f"socket://127.0.0.1:{server.getsockname()[1]}")
        closing.join(10)
    assert "another program" in caught.value.why and "cable" not in caught.value.why


@pytest.fixture
def terminal():
    """The name of a terminal."""
    far, near = pty.openpty()
    tty.setraw(near)
    yield os.ttyname(near)
    os.close(far)
    os.close(near)


def test_a_port_that_another_program_takes_in_between_is_in_use(terminal, monkeypatch):
    monkeypatch.setattr(serial_port, "check", lambda _: None)
    with serial.Serial(terminal, exclusive=True), pytest.raises(Problem, match="is in use"):
        Remote(terminal)


def test_a_port_that_goes_in_between_is_not_in_use(tmp_path, monkeypatch):
    monkeypatch.setattr(serial_port, "check", lambda _: None)
    with pytest.raises(Problem, match="cannot be opened") as caught:
        Remote(str(tmp_path / "ttyUSB0"))
    assert "No such file" in caught.value.why


def test_a_path_that_leads_nowhere_is_told_from_none(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(Problem, match="cannot be opened") as caught:
        serial_port.check(str(tmp_path / "loop"), lambda: [])
    assert "symbolic links" in caught.value.why
