# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A stand-in for MicroPython at a UART: what does not fit into its buffer of keys is lost.

It has the prompt, paste mode, the raw REPL and raw paste, and runs code by CPython.
"""

import builtins
import contextlib
import gc
import os
import pty
import queue
import random
import select
import threading
import time
import traceback
import tty
from types import SimpleNamespace

RING_BYTES = 256
BANNER = b'MicroPython v1.28.0 on 2026-11-01; stand-in\r\nType "help()" for more information.\r\n'
_WINDOW = 128


class Interrupt(Exception):
    """Ctrl-C."""


class Restart(Exception):
    """A soft reset."""


class UartBoard:
    """Use as a context manager. modules: what can be imported, but for sys. Code may sleep(s).

    `lost`: how many bytes did not fit. `ran`: all code. `names`: the user's. `background`: what is
    printed between two keys, by chance. `heap_bytes`: more than that is a MemoryError.
    """

    def __init__(self, pause_s=0.05, modules=None, seed=1):
        self.lost = 0
        self.heap_bytes = 100000
        self.names = {}
        self._frozen = dict(modules or {})
        self.modules = dict(self._frozen)
        self.ran = []
        self.background = b""
        self._pause_s = pause_s
        self._random = random.Random(seed)
        self._ring = queue.Queue(RING_BYTES)
        self._interrupted = threading.Event()
        self._ends = threading.Event()
        self._threads = []
        self._plug()
        self._start(self._repl)

    def _start(self, run):
        thread = threading.Thread(target=run)
        thread.start()
        self._threads.append(thread)

    def _plug(self):
        self.far, self._near = pty.openpty()
        tty.setraw(self._near)
        self.port = os.ttyname(self._near)
        self._unplugged = threading.Event()
        self._receiver = threading.Thread(target=self._receive)
        self._receiver.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ends.set()
        for thread in self._threads:
            thread.join(10)
        if not self._unplugged.is_set():
            self.unplug()

    def unplug(self):
        """Pulls the cable. The board goes on."""
        self._unplugged.set()
        self._receiver.join(10)
        os.close(self.far)
        os.close(self._near)

    def plug(self, link):
        """Back again, at another terminal; `link` leads to it."""
        self._plug()
        link.unlink()
        link.symlink_to(self.port)

    # -- the UART

    def _receive(self):
        while not self._unplugged.is_set():
            if not select.select([self.far], [], [], 0.02)[0]:
                continue
            for byte in os.read(self.far, 4096):
                if byte == 3:
                    self._interrupted.set()
                    continue
                try:
                    self._ring.put_nowait(byte)
                except queue.Full:
                    self.lost += 1

    @property
    def waiting(self):
        """How many bytes it has not read."""
        return self._ring.qsize()

    def say(self, data):
        """The board prints."""
        if not self._unplugged.is_set():
            with contextlib.suppress(OSError):
                os.write(self.far, data)

    def key(self):
        """The next byte. Raises Interrupt or Restart."""
        chance = self._random.random()
        if chance < 0.002:
            time.sleep(self._pause_s)
        if chance < 0.05 and self.background:
            self.say(self.background)
        while True:
            if self._ends.is_set():
                raise SystemExit
            if self._interrupted.is_set():
                self._interrupted.clear()
                raise Interrupt
            try:
                return self._ring.get(timeout=0.01)
            except queue.Empty:
                continue

    # -- the REPL

    def _repl(self):
        with contextlib.suppress(SystemExit):
            while True:
                with contextlib.suppress(Restart):
                    self.say(BANNER)
                    self._prompts()
                self.names.clear()
                self.modules = dict(self._frozen)
                self.say(b"MPY: soft reboot\r\n")

    def _prompts(self):
        while True:
            self.say(b">>> ")
            try:
                self._line()
            except Interrupt:
                self.say(b"\r\n")

    def _line(self):
        line = b""
        while True:
            key = self.key()
            if key == 1:
                self._raw()
                return
            if key == 4:
                self.say(b"\r\n")
                raise Restart
            if key == 5:
                self.say(b"\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ")
                self._run(self._pasted())
                return
            if key == 13:
                self.say(b"\r\n")
                self._run(line)
                return
            if key >= 32:
                line += bytes([key])
                self.say(bytes([key]))

    def _pasted(self):
        text = b""
        while (key := self.key()) != 4:
            text += b"\n" if key == 13 else bytes([key])
            self.say(b"\r\n=== " if key == 13 else bytes([key]))
        self.say(b"\r\n")
        return text

    def _raw(self):
        self.say(b"\r\nraw REPL; CTRL-B to exit\r\n>")
        code = b""
        while True:
            try:
                key = self.key()
            except Interrupt:
                code = b""
                continue
            if key == 2:
                self.say(b"\r\n" + BANNER)
                return
            if key == 1 and code == b"\x05A":
                self._raw_paste()
                self.say(b">")
                code = b""
            elif key == 1:
                self.say(b"\r\nraw REPL; CTRL-B to exit\r\n>")
                code = b""
            elif key == 4:
                self.say(b"OK")
                self._run(code, b"\x04")
                self.say(b">")
                code = b""
            else:
                code += bytes([key])

    def _raw_paste(self):
        self.say(b"R\x01" + bytes([_WINDOW, 0, 1]))
        code, left = b"", _WINDOW
        while (key := self.key()) != 4:
            code += bytes([key])
            left -= 1
            if left == 0:
                self.say(b"\x01")
                left = _WINDOW
        self.say(b"\x04")
        self._run(code, b"\x04")

    # -- code

    def _run(self, code, end=b""):
        self.ran.append(code.decode())
        error = ""
        try:
            exec(compile(code.decode(), "<stdin>", "exec"), self._globals())
        except Interrupt:
            error = "Traceback\nKeyboardInterrupt: \n"
        except Exception as raised:
            error = "Traceback\n" + traceback.format_exception_only(raised)[-1]
        self.say(end + error.replace("\n", "\r\n").encode() + end)

    def _globals(self):
        self.names["__builtins__"] = {
            **vars(builtins),
            "__import__": self._import,
            "bytearray": self._bytearray,
            "exec": self._exec,
            "print": self._print,
            "sleep": self._sleep,
        }
        return self.names

    def _bytearray(self, size):
        if size > self.heap_bytes:
            raise MemoryError
        return bytearray(size)

    def _exec(self, code, names=None):
        names = self.names if names is None else names
        names["__builtins__"] = self.names["__builtins__"]
        exec(code.decode() if isinstance(code, bytearray) else code, names)

    def _import(self, name, *_):
        if name == "sys":
            return SimpleNamespace(modules=self.modules)
        if name == "gc":
            return gc
        if name not in self.modules:
            raise ImportError(name)
        return self.modules[name]

    def _print(self, *values, end="\n"):
        self._sleep(0)
        self.say((" ".join(map(str, values)) + end).replace("\n", "\r\n").encode())

    def _sleep(self, seconds):
        if self._interrupted.wait(seconds):
            self._interrupted.clear()
            raise Interrupt
