# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A desk of the lab at work, with stand-ins for all that it knows of boards and bench."""

import contextlib
import os
import pty
import select
import threading
import time
import tty
from types import SimpleNamespace

from bench import BenchError
from bench.modem.view import View
from bench.traffic import Link, Reading
from lab.desk import Desk
from lab.model import Lab

from commands.typed_faults import PARTS

# A stand-in for mpy-cross, which knows one error.
CHECK = """\
#!/bin/sh
for last; do :; done
if grep -q "f(:" "$last"; then
    echo "  File \\"$last\\", line 1"
    echo SyntaxError
    exit 1
fi
"""


class Board:
    """What the desk knows of a board. `said` has what was written to its console."""

    log = "stack overflow\n"
    pid = 77
    running = True

    def __init__(self):
        self.said = b""
        self.orders = []
        self.deaf = threading.Event()  # then it does not read
        self.hears = "all"
        self._plug()

    def _plug(self):
        self.master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.console = os.ttyname(self._slave)
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(self._gone,))
        self._thread.start()

    def _listen(self, gone):
        while not gone.is_set():
            self.hears = "nothing" if self.deaf.is_set() else "all"
            if self.deaf.is_set():
                gone.wait(0.02)
            elif select.select([self.master], [], [], 0.02)[0]:
                self.said += os.read(self.master, 4096)

    def unplug(self):
        self._gone.set()
        self._thread.join()
        os.close(self._slave)
        os.close(self.master)

    def press_en(self, timeout=30.0):
        if self.deaf.is_set():
            raise BenchError(f"no reset within {timeout} s")
        self.orders.append("en")

    def stop(self):
        if not self._gone.is_set():
            self.unplug()
        self.orders.append("stop")

    def start(self, limit_s, repl):
        self.orders.append("start")
        self._plug()


class Ap:
    key = "correct-horse"

    def __init__(self):
        self.made = []

    def rssi(self, dbm):
        self.made.append(dbm)

    def off(self):
        raise BenchError("netsim has ended")

    def on(self):
        raise KeyError("an error of the lab")


class Dns:
    def __init__(self):
        self.made = []

    def drop(self):
        self.made.append("drop")

    def restore(self):
        self.made.append("restore")


class Netsim:
    """The networks as the desk looks at them; `packets` of DNS have passed."""

    network = "home"

    def __init__(self):
        self.packets = 0

    def traffic(self):
        sent = {"dns": self.packets, "tcp": 0}
        link = Link("wifi", "m", 77, self.network, self.packets, 0, 0, 0, sent)
        return Reading(time.monotonic(), {1: link})


class FakeModem:
    """A modem as the desk looks at it."""

    mac = "026377c80001"
    board_pid = 77

    def __init__(self):
        self.lines, self.made, self.state = [], [], "on"

    def deny(self):
        self.made.append("deny")

    def restore(self):
        self.made.append("restore")
        self.state = "off"

    def view(self):
        return View(self.state, False, "ready", "searching", 20, None)

    def transcript(self, since):
        return self.lines[since:], len(self.lines)


class Broker:
    crashed, starts = False, 0

    def __init__(self):
        self.messages, self._new = [], []

    def stop(self):
        self.crashed = False

    def start(self):
        self.starts += 1

    def take(self):
        taken, self._new = self._new, []
        return taken

    def publish(self, topic, payload):
        if topic == "refused":
            raise BenchError("the broker is not running")
        self.messages.append((topic, payload.encode(), False))
        self._new.append(self.messages[-1])


@contextlib.contextmanager
def at_work(folder, count):
    """A desk at work with so many boards: world, the first board, model, desk."""
    boards = [Board() for _ in range(count)]
    world = SimpleNamespace(
        wifi={"home": Ap()}, broker=Broker(), dns=Dns(), folder=folder, netsim=Netsim(),
        modems=[FakeModem() for _ in boards],
    )  # fmt: skip
    check = folder / "mpy-cross"
    check.write_text(CHECK)
    check.chmod(0o755)
    lab = Lab(PARTS)
    with Desk(world, boards, lab, check) as desk:
        yield SimpleNamespace(
            world=world, board=boards[0], lab=lab, state=lab.boards[0], desk=desk
        )
    for board in boards:
        board.stop()
    assert not [t for t in threading.enumerate() if t.name.startswith("lab ")]
