# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The modem as a process: a serial line, PPP, and commands as JSON lines on standard input."""

from __future__ import annotations

import argparse
import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path

from .clock import Action, Dial, HangUp, PppInput, Send, Status
from .controls import Controls
from .packet import ADDRESS
from .serial import Serial
from .sim7600 import Sim7600
from .view import View, look

_NAMESERVERS = ("10.0.200.4", "10.0.200.3")  # nobody has the first address
_REOPEN_S = 0.02


class PppServer:
    """One data call: the program ppp-server, whose pipes this owns."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in = self._process.stdin.fileno()
        self.out = self._process.stdout.fileno()
        os.set_blocking(self._in, False)

    def write(self, data: bytes) -> None:
        """Bytes from the board. What the server does not take is lost, as on a real line."""
        try:
            os.write(self._in, data)
        except OSError:
            pass

    def close(self) -> None:
        """Ends the program."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except OSError:
                pass
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Process:
    """The loop. Ends when standard input does."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._modem = Sim7600(time.monotonic(), options.scale)
        self._controls = Controls(self._modem)
        self._serial = Serial(options.tty)
        self._registered: int | None = None  # the line as the selector knows it
        self._ppp: PppServer | None = None
        self._view: View | None = None  # as it was told
        self._selector = selectors.DefaultSelector()
        self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ, self._read_commands)
        self._input = b""
        self._running = True

    def run(self) -> None:
        """Until standard input ends."""
        try:
            while self._running:
                self._open_serial()
                for key, _ in self._selector.select(self._timeout()):
                    # The handler of an earlier event may have closed this one.
                    if self._selector.get_map().get(key.fd) is key:
                        key.data()
                self._modem.advance(time.monotonic())
                self._act()
                self._serial.flush(self._controls.chunk_size is not None)
        finally:
            self._hang_up()

    def _open_serial(self) -> None:
        if self._registered is not None and self._registered != self._serial.fd:
            self._selector.unregister(self._registered)
            self._registered = None
        if self._serial.open():
            self._registered = self._serial.fd
            self._selector.register(self._registered, selectors.EVENT_READ, self._read_serial)

    def _timeout(self) -> float:
        due = [t for t in (self._modem.due(), self._serial.due) if t is not None]
        limit = 1.0 if self._serial.fd is not None else _REOPEN_S
        return min(limit, max(0.0, min(due) - time.monotonic())) if due else limit

    def _read_serial(self) -> None:
        if self._serial.fd is None:
            return
        data, rate = self._serial.read()
        if data:
            self._modem.receive(time.monotonic(), data, rate)

    def _read_ppp(self) -> None:
        assert self._ppp is not None
        data = os.read(self._ppp.out, 8192)
        self._modem.advance(time.monotonic())
        if data:
            self._modem.call.output(data)
        else:
            self._hang_up()
            self._modem.call.ended()

    def _read_commands(self) -> None:
        data = os.read(sys.stdin.fileno(), 65536)
        self._running = bool(data)
        *lines, self._input = (self._input + data).split(b"\n")
        for line in lines:
            self._command(json.loads(line))

    def _command(self, message: dict) -> None:
        if "key" in message:
            self._modem.key(message["at"], message["key"])
        elif "status" in message:
            self._tell({"status": self._modem.status})
        else:
            self._modem.advance(time.monotonic())
            answer: dict[str, object] = {"id": message["id"]}
            try:
                answer["value"] = getattr(self._controls, message["do"])(*message["args"])
            except (ValueError, TypeError) as error:
                answer["error"] = str(error)
            self._act()  # first the effects of the command, then the answer
            self._tell(answer)

    def _tell(self, message: dict[str, object]) -> None:
        try:
            sys.stdout.write(json.dumps(message) + "\n")
            sys.stdout.flush()
        except OSError:
            self._running = False

    def _act(self) -> None:
        while actions := self._modem.take():
            for action in actions:
                self._do(action)
        if lines := self._modem.transcript.take():
            self._tell({"lines": lines})
        if (view := look(self._modem)) != self._view:
            self._view = view
            self._tell({"view": view})

    def _do(self, action: Action) -> None:
        if isinstance(action, Send):
            self._serial.send(action, self._controls.chunk_size)
        elif isinstance(action, PppInput):
            if self._ppp is not None:
                self._ppp.write(action.data)
        elif isinstance(action, Dial):
            self._dial(action)
        elif isinstance(action, HangUp):
            self._hang_up()
        elif isinstance(action, Status):
            self._tell({"status": action.level})

    def _dial(self, dial: Dial) -> None:
        self._hang_up()
        options = self._options
        command = [str(options.ppp_server), "--address", ADDRESS, "--auth", dial.auth,
                   "--user", dial.user, "--password", dial.password]  # fmt: skip
        if options.net is not None:
            command += ["--socket", str(options.net), "--mac", options.mac]
        if dial.begins:
            command.append("--begins")
        for server in _NAMESERVERS[len(_NAMESERVERS) - dial.dns :]:
            command += ["--dns", server]
        self._ppp = PppServer(command)
        self._selector.register(self._ppp.out, selectors.EVENT_READ, self._read_ppp)

    def _hang_up(self) -> None:
        if self._ppp is not None:
            self._selector.unregister(self._ppp.out)
            self._ppp.close()
            self._ppp = None


def main() -> int:
    """Runs the modem that the command line describes."""
    parser = argparse.ArgumentParser(prog="bench.modem", description=__doc__)
    parser.add_argument("--tty", type=Path, required=True, help="the board's UART")
    parser.add_argument("--net", type=Path, help="netsim's socket")
    parser.add_argument("--mac", default="026377c80001", help="in the cellular network")
    parser.add_argument("--ppp-server", type=Path, required=True, help="the program")
    parser.add_argument("--scale", type=float, default=1.0, help="of all times")
    Process(parser.parse_args()).run()
    return 0
