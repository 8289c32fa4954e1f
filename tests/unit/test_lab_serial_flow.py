# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A script for a board at a UART without flow control: it gets no byte that it has no room for."""

import os
import pty
import select
import socket
import threading
import time
import tty

import pytest
from lab.desk.script import pasted
from lab.desk.serial_line import SerialLine

LIMIT_S = 20.0
BUFFER_BYTES = 260  # MicroPython's, for the REPL's UART
BANNER = b"\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== "


class PasteBoard(threading.Thread):
    """Reads a script in paste mode, slower than a UART brings it. Use as a context manager.

    said: what a program of the board writes before it reads anything.
    """

    def __init__(self, said=b""):
        super().__init__(daemon=True)
        self._far, self._near = pty.openpty()
        tty.setraw(self._far)
        tty.setraw(self._near)
        self.port = os.ttyname(self._near)
        self._said = said
        self._waiting = b""
        self.most = 0
        self.script = b""

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.join(LIMIT_S)
        os.close(self._near)
        os.close(self._far)

    def _read(self):
        while not self._waiting or select.select([self._far], [], [], 0)[0]:
            if not select.select([self._far], [], [], LIMIT_S)[0]:
                return b"\x04"
            self._waiting += os.read(self._far, 4096)
            self.most = max(self.most, len(self._waiting))
        byte, self._waiting = self._waiting[:1], self._waiting[1:]
        return byte

    def run(self):
        os.write(self._far, self._said)
        while self._read() != b"\x05":
            os.write(self._far, b"\r\n>>> ")
        os.write(self._far, BANNER)
        while (byte := self._read()) != b"\x04":
            time.sleep(0.0001)
            self.script += byte.replace(b"\r", b"\n")
            os.write(self._far, b"\r\n=== " if byte == b"\r" else byte)


@pytest.fixture
def wake():
    mine, theirs = os.pipe()
    yield mine
    os.close(mine)
    os.close(theirs)


def send(line, data, wake):
    ends = time.monotonic() + LIMIT_S
    while data and time.monotonic() < ends:
        data = data[line.exchange(data, wake, 0.1)[1] :]
    assert data == b""


@pytest.mark.parametrize("said", [b"", b"flood\r\n" * 400], ids=["silent", "after a flood"])
@pytest.mark.parametrize(
    "script", [b"x = 1\n" * 100, b"'" + b"long " * 100 + b"'\n", b"'''\n====\n=== \n'''\n" * 8],
    ids=["short lines", "a long line", "lines like prompts"],
)  # fmt: skip
def test_script_is_sent_as_fast_as_the_board_reads_it(script, said, wake):
    with PasteBoard(said) as board:
        line = SerialLine(board.port)
        try:
            send(line, pasted(script), wake)
            board.join(LIMIT_S)
        finally:
            line.close()
    assert board.script == script
    assert board.most <= BUFFER_BYTES


def test_port_of_a_url_is_closed_while_it_is_read(monkeypatch):
    raised = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    with socket.create_server(("127.0.0.1", 0)) as far:
        line = SerialLine(f"socket://127.0.0.1:{far.getsockname()[1]}")
        with far.accept()[0]:
            line.close()
    assert raised == []
