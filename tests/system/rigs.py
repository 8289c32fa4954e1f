# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the tests run against: the virtual board, a board on a serial port, or an emulator.

A rig gives a world, a board with a serial port in it, and the board as if it were new.
"""

import contextlib
import fcntl
import pathlib
import re
import shlex
import socket
import struct
import subprocess
import termios
import time

import pytest
from bench import BenchError, Board, World
from bench.ports import free_port
from serial.urlhandler import protocol_socket

from target.emulated import EmulatedWorld
from target.limits import Limits, Part
from target.options import check
from target.world import RealWorld

_BOARDS = pathlib.Path(__file__).resolve().parents[2] / "boards"
EMULATOR_LIMIT_S = 30
_BOOT_LIMIT_S = 30
# Of MicroPython's ports for ESP32, which make it at the first boot.
_FROM_THE_FIRMWARE = {"boot.py"}

# Runs on the board. The device secret stays, a PIN on record stays (it must not be tried twice),
# and so do its owner's files.
_AS_NEW = """
import _connectwith, imp, os
for name in os.listdir():
    if name not in {keep!r}:
        os.remove(name)
imp.clearconfiguration()
imp.setuserconfiguration(None)
_connectwith.set_setting('connectwith', 'cloud', None)
"""


class _Complaints:
    """What boards that are built with a sanitizer have found, in all that they have written."""

    def __init__(self, folder):
        self._folder = folder
        self._read = {}

    def new(self):
        """The text of each board that has complained since the last call."""
        found = []
        for log in sorted(self._folder.glob("board*/stderr.log")):
            text = log.read_bytes()
            begin, self._read[log] = self._read.get(log, 0), len(text)
            if b"Sanitizer" in text[begin:] or b"runtime error" in text[begin:]:
                found.append(text[begin:].decode(errors="replace"))
        return found


class VirtualRig:
    """A new virtual board for each test, in one simulated world."""

    name = "virtual"
    secrets = ()

    def __init__(self, options):
        self._binary = options.board_binary
        self._arguments = ["--eager", str(options.eager)] if options.eager else []
        self.limits = Limits()  # none: the simulated world can do everything

    @contextlib.contextmanager
    def world(self):
        with World() as world:
            self._complaints = _Complaints(world.folder)
            yield world

    def complaints(self):
        """What sanitizers have found in boards since the last call."""
        return self._complaints.new()

    @contextlib.contextmanager
    def board(self, world):
        """A virtual board with an empty flash, switched on."""
        with Board(world, binary=self._binary, arguments=self._arguments) as board:
            yield board

    def line(self, board):
        """What pytest-embedded opens."""
        return str(board.console)

    def another_board(self, world, **options):
        """One more, switched off; options: those of bench.Board."""
        return Board(world, binary=self._binary, **options)

    def begin(self, board, repl):
        """The board is new already."""
        repl.enter()

    @contextlib.contextmanager
    def modem(self, world, board):
        """A simulated SIM7600 at UART 1, off, a hundred times as fast as a real one."""
        modem = world.fit_modem(board, uart=1)
        yield modem
        unknown = modem.unknown
        world.remove_modem(modem)
        # The simulator answers what it does not know with ERROR; a test that goes on has tested
        # nothing of a real modem.
        assert not unknown, f"AT commands that the simulated modem does not know: {unknown}"

    @contextlib.contextmanager
    def cellular(self, world, board):
        """The cellconfig with which the board gets into a mobile network."""
        with self.modem(world, board):
            yield {"apn": "internet"}


class _Socket(protocol_socket.Serial):
    """A socket:// port that knows how much waits. By pySerial's own account it is one byte, and
    pytest-embedded reads that much every 50 ms."""

    @property
    def in_waiting(self):
        count = fcntl.ioctl(self._socket, termios.FIONREAD, bytes(4))
        return struct.unpack("i", count)[0]


# What tests ask a virtual board for.
_INSIDE = {
    "dir": "look into the board's flash",
    "pid": "look into the board's process",
    "exec": "talk to the board beside its serial port",
    "stop": "switch the board off",
    "start": "switch the board on",
}


class SerialBoard(Part):
    """A board that is nothing but a serial port."""

    def __init__(self, limits, port, reset):
        super().__init__(limits, "board", "the board is a serial port alone", _INSIDE)
        self.console = port
        self._reset = reset
        self._serial = None
        self._repl = None

    def attach(self, serial, repl):
        """`serial` (pySerial) is the open port, `repl` the REPL on it."""
        self._serial = serial
        self._repl = repl

    def press_en(self):
        """Hard reset, by the control lines as esptool does it, or by the board's own Python."""
        if self._reset == "repl":
            self._repl.enter()
            self._repl.send("import machine\nmachine.reset()\n")
            time.sleep(0.2)
            return
        # EN is low while RTS is set and DTR is not. The USB unit of a chip leaves and comes back.
        hold_s, after_s = (0.2, 0.2) if self._reset == "usb" else (0.1, 0)
        self._serial.dtr = False
        self._serial.rts = True
        time.sleep(hold_s)
        self._serial.rts = False
        time.sleep(after_s)


class SerialRig:
    """A board at `port` in the world that a bench.toml tells of; always the same board."""

    def __init__(self, options, settings):
        self.name = options.target
        self.port = options.port
        self.secrets = settings.secrets
        self.limits = Limits()
        self._settings = settings
        self._named = options.board
        self._emulator = options.emulator
        self._process = None
        self._keep = None

    @contextlib.contextmanager
    def world(self):
        with contextlib.ExitStack() as stack:
            uart1 = None
            if self._emulator:
                self._process = stack.enter_context(Emulator(self._emulator))
                uart1 = self._process.uart1
            if uart1 is not None:
                world = EmulatedWorld(self._settings, self.limits, uart1)
            else:
                world = RealWorld(self._settings, self.limits)
            yield stack.enter_context(world)

    def complaints(self):
        """A real board is built without sanitizers."""
        return []

    @contextlib.contextmanager
    def board(self, world):
        """The board, in whatever state it is; begin() makes it as new."""
        if self._process is not None:
            self.port = self._process.url()
        yield SerialBoard(self.limits, self.port, self._settings.reset)

    def line(self, board):
        """What pytest-embedded opens, or the open port."""
        return _Socket(self.port) if self.port.startswith("socket://") else self.port

    def another_board(self, world, **options):
        self.limits.refuse("have another board", "there is one at the serial port")

    def begin(self, board, repl):
        """A hard reset, and nothing stored that a test may have left."""
        board.attach(repl.serial, repl)
        # Before anything is asked: the test before may have left it in deep sleep.
        board.press_en()
        repl.enter(_BOOT_LIMIT_S)
        if self._keep is None:
            self._look(repl)
            repl.reset()
        repl.expect_no_mark()
        repl.run(_AS_NEW.format(keep=self._keep))
        repl.soft_reset()  # and nothing of this on the heap
        repl.mark()

    def _look(self, repl):
        """Which board is it, and which files are its owner's? Only the first time."""
        if self._named:
            header = (_BOARDS / self._named / "mpconfigboard.h").read_text(encoding="utf-8")
            expected = re.search(r'MICROPY_HW_BOARD_NAME\s+\(?"(.*?)"', header)[1]
            machine = repl.value("__import__('os').uname().machine")
            if not machine.startswith(expected + " with "):
                pytest.exit(f"the board at {self.port} is {machine!r}, not {self._named}", 3)
        files = repl.value("__import__('os').listdir()")
        if "main.py" in files:
            pytest.exit("the board has a main.py, which would run in every test: remove it", 3)
        self._keep = sorted(set(files) | _FROM_THE_FIRMWARE)

    def modem(self, world, board):
        why = "it is a real one, there is none, or it has no power key"
        self.limits.refuse("choose the state of a modem", why)

    @contextlib.contextmanager
    def cellular(self, world, board):
        """The cellconfig with which the board gets into a mobile network."""
        fitted = world.modem() if isinstance(world, EmulatedWorld) else contextlib.nullcontext()
        with fitted:
            yield world.cellular


class Emulator:
    """Runs `command`, {port} and {uart1} in it replaced by the TCP ports on which it has to serve
    the board's serial port and its UART 1. `uart1`: that port, None if the command names none."""

    def __init__(self, command):
        self.uart1 = free_port() if "{uart1}" in command else None
        self._command = command.replace("{uart1}", str(self.uart1))
        self._process = None
        self._port = None

    def __enter__(self):
        self.url()
        return self

    def __exit__(self, *_):
        self._stop()

    def url(self):
        """The URL of the serial port. One that has ended is started again: a crash is the fault of
        the test that it happened in, and not of all that come later."""
        if self._process is not None and self._process.poll() is not None:
            print(f"the emulator has ended with {self._process.returncode}: started again")
            self._process = None
        if self._process is None:
            self._start()
        return f"socket://127.0.0.1:{self._port}"

    def _start(self):
        self._port = free_port()
        words = [word.replace("{port}", str(self._port)) for word in shlex.split(self._command)]
        self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise

    def _wait(self):
        deadline = time.monotonic() + EMULATOR_LIMIT_S
        while True:
            status = self._process.poll()
            if status is not None:
                raise BenchError(f"the emulator ended with {status}: {self._command}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self._port), 1).close()
                return
            if time.monotonic() > deadline:
                raise BenchError(f"the emulator serves no port within {EMULATOR_LIMIT_S} s")
            time.sleep(0.1)

    def _stop(self):
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def choose(options):
    """The rig for pytest's options. Raises Problem."""
    name = options.target or "virtual"
    if name == "virtual":
        return VirtualRig(options)
    return SerialRig(options, check(name, options))
