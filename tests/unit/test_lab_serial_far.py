# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Boards of the lab at RFC 2217 and at TCP: their servers, good ones and others."""

import contextlib
import socket
import threading
import time
from functools import partial
from types import SimpleNamespace

import pytest
import waiting
from bench import serial_server
from bench.serial_server import SerialServer
from esp_rfc2217_server.esp_port_manager import EspPortManager
from lab.desk import serial, serial_line
from lab.desk.serial import SerialDesk
from lab.desk.serial_line import SerialLine
from lab.model import Lab
from uart_board import UartBoard

from commands.typed_faults import PARTS
from setup.problem import Problem

LIMIT_S = 60.0


until = partial(waiting.until, limit_s=LIMIT_S)


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """The board is of this machine, which may be busy: it has time to answer."""
    for name in ("_ENTER_S", "_RUN_S", "_PROMPT_S"):
        monkeypatch.setattr(serial, name, LIMIT_S)


@pytest.fixture
def board():
    with UartBoard() as found:
        yield found


@pytest.fixture
def far(board):
    """The board behind RFC 2217."""
    with SerialServer(board.port, lambda: None) as server:
        yield server


@contextlib.contextmanager
def desk_at(url):
    state = Lab(PARTS).add_board("real", "real")
    with SerialLine(url) as line, SerialDesk(line, state) as desk:
        yield SimpleNamespace(desk=desk, state=state)
    assert not [t for t in threading.enumerate() if t.name.startswith("lab ")]


def said(real):
    return real.state.console_from(0)[0]


def problem(real):
    return real.state.view(time.monotonic()).problem


def test_prompt_script_and_reset(far):
    with desk_at(far.url) as real:
        until(lambda: ">>> " in said(real))
        assert far.resets == 0
        real.desk.order(lambda: real.desk.run(b"x = 1\n" * 1000 + b"print('that is', 6 * 7)\n"))
        until(lambda: "that is 42" in said(real))
        real.desk.order(real.desk.press_en)
        until(lambda: far.resets == 1)
        assert "control lines" not in problem(real)


@pytest.fixture
def espressif(board, monkeypatch):
    """The same behind Espressif's server, which makes the resets itself: url, resets."""
    resets = []
    monkeypatch.setattr(EspPortManager, "_hard_reset_thread", lambda _: resets.append("run"))
    monkeypatch.setattr(EspPortManager, "_reset_thread", lambda _: resets.append("download"))
    monkeypatch.setattr(
        serial_server, "PortManager", lambda lines, far: EspPortManager(lines, far, False)
    )
    with SerialServer(board.port, lambda: None) as server:
        yield SimpleNamespace(url=server.url, resets=resets)


def test_espressif_s_server_is_not_sent_to_the_boot_loader(espressif):
    with desk_at(espressif.url + "?ign_set_control") as real:
        until(lambda: ">>> " in said(real))
        assert espressif.resets == []
        real.desk.order(real.desk.press_en)
        until(lambda: espressif.resets == ["run"])


def test_espressif_s_server_without_its_option_is_a_sentence(espressif):
    with desk_at(espressif.url) as real:
        until(lambda: ">>> " in said(real))
        real.desk.order(real.desk.press_en)
        until(lambda: "?ign_set_control" in problem(real))


def test_tcp_has_no_control_lines(board):
    with SerialServer(board.port) as server, desk_at(server.url) as real:
        until(lambda: ">>> " in said(real))
        real.desk.order(real.desk.press_en)
        until(lambda: "carries bytes alone" in problem(real))


def test_a_server_that_goes_is_told_and_found_again(board):
    with SerialServer(board.port, lambda: None) as server:
        number = int(server.url.rpartition(":")[2])
        context = desk_at(server.url)
        real = context.__enter__()
        until(lambda: ">>> " in said(real))
    until(lambda: "looked for again" in problem(real))
    with SerialServer(board.port, lambda: None, number):
        until(lambda: real.state.view(0.0).power == "on")
        real.desk.type("print('that is', 6 * 7)\r")
        until(lambda: "that is 42" in said(real))
        context.__exit__(None, None, None)


@pytest.fixture
def silent():
    """A server that takes connections, and does nothing with them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed():
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
    return number


def test_what_cannot_be_opened_is_a_sentence(silent, closed):
    for url, what, why in (
        (f"rfc2217://127.0.0.1:{closed}", "cannot be reached", "Connection refused"),
        (f"socket://127.0.0.1:{closed}", "cannot be reached", "Connection refused"),
        (f"rfc2217://127.0.0.1:{silent}", "does not answer as an RFC 2217", "another program"),
        ("rfc2217://127.0.0.1", "is no address", ""),
        ("rfc2217://127.0.0.1:99999", "is no address", ""),
        ("serial://127.0.0.1:1", "is no address", ""),
    ):
        with pytest.raises(Problem) as caught:
            SerialLine(url)
        assert what in caught.value.what and why in caught.value.why, url


def test_a_host_that_never_answers_is_left(monkeypatch):
    def never(*_, **__):
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", never)
    with pytest.raises(Problem) as caught:
        SerialLine("rfc2217://127.0.0.1:1")
    assert "no answer" in caught.value.why


def test_the_end_does_not_wait_for_a_peer_that_is_dead(far, monkeypatch):
    line = SerialLine(far.url)
    released = threading.Event()
    monkeypatch.setattr(line._serial, "close", released.wait)
    monkeypatch.setattr(serial_line, "_END_S", 0.1)
    line.close()
    assert not released.is_set()
    released.set()


def test_the_end_of_the_desk_does_not_wait_for_a_write_that_hangs(far, monkeypatch):
    monkeypatch.setattr(SerialDesk, "end_s", 0.1)
    hangs, released = threading.Event(), threading.Event()

    def write(_):
        hangs.set()
        released.wait()

    line = SerialLine(far.url)
    with SerialDesk(line, Lab(PARTS).add_board("real", "real")) as desk:
        monkeypatch.setattr(line._serial, "write", write)
        desk.type("x")
        assert hangs.wait(LIMIT_S)
    released.set()
