# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Power cuts at random moments lose no message that agent.send(..., keep=True) has accepted.

One half cuts at a random time, the other one in the middle of a random write to flash or erase.
`--power-cuts 200` on pytest's command line cuts more often than the suite has time for.
"""

import json
import os
import random
import signal
import time

import powercut
import pytest
from bench import BenchError, Board

pytestmark = pytest.mark.virtual("it cuts the power")

_FULL = "4"  # SEND_ERROR_WOULDBLOCK
_RUN_S = 2.5
_MOST_BYTES = 60_000  # of flash that such a run changes
_DRAIN_S = 60

# Runs on the board: connects, and keeps the message of each number that it is sent.
_MAIN = """
import agent, imp, machine, server
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)
uart = machine.UART(1, 5000000)
line = b""
server.connectwith({"interface": "eth0"}, None, 30)
uart.write("ready\\n")
while True:
    line += uart.read(1) or b""
    if line[-1:] == b"\\n":
        if line == b"?\\n":
            state = imp.uplink.outbox()
            uart.write("%d %d\\n" % (state["count"], state["damaged"]))
        else:
            number, size = [int(word) for word in line.split()]
            try:
                result = agent.send("n", [number, "x" * size], keep=True)
            except OSError as error:
                result = repr(error).replace(" ", "_")
            uart.write("%d %s\\n" % (number, result))
        line = b""
"""


class _Run:
    """One run of the firmware, on the flash of the runs before."""

    def __init__(self, world, binary, folder, arguments=()):
        self.board = Board(world, binary=binary, folder=folder, arguments=arguments)
        self.line = None

    def __enter__(self):
        try:
            self.board.start(repl=False)
            self.line = powercut.Line(self.board)
        except (BenchError, OSError):
            pass  # the power went before the console was there
        return self

    def __exit__(self, *_):
        if self.line is not None:
            self.line.close()
        self.board.stop()

    def ask(self, text):
        try:
            self.line.ask(text)
        except OSError:
            pass  # it has no power any more, which report() tells

    def report(self):
        """The board's next words; None: it has no power any more."""
        try:
            return self.line.report(lambda: self.board.running)
        except (powercut.Silence, OSError):
            return None


def _cut_somewhere(run, cable, chance, numbers, accepted, by_time):
    """Keeps messages until the power goes. In some runs the cable goes silent before: what is sent
    then has not arrived."""
    silent_s = time.monotonic() + chance.uniform(0, 2 * _RUN_S)
    end = time.monotonic() + (chance.uniform(0, _RUN_S) if by_time else _RUN_S)
    pause_s = chance.choice((0.01, 0.1, 0.3))
    if run.line is None or run.report() is None:
        return
    while time.monotonic() < end:
        if time.monotonic() > silent_s:
            cable.silence("up")
        number = next(numbers)
        run.ask(f"{number} {chance.choice((5, 60, 90, 300, 700))}")
        if by_time and chance.random() < 0.1:
            time.sleep(chance.uniform(0, 0.01))
            break  # the call is under way
        words = run.report()
        if words is None:
            return
        assert words[0] == str(number) and words[1] in ("0", _FULL), words
        if words[1] == "0":
            accepted.append(number)
        time.sleep(chance.uniform(0, pause_s))
    os.kill(run.board.pid, signal.SIGKILL)


def _drain(run):
    deadline = time.monotonic() + _DRAIN_S
    assert run.report() == ["ready"]
    while True:
        run.ask("?")
        count, damaged = run.report()
        assert damaged == "0"
        if count == "0":
            return
        assert time.monotonic() < deadline, f"{count} messages were not delivered"
        time.sleep(0.1)


def _delivered(world):
    """The numbers that have come, each once, as an agent sees them."""
    last, seen, numbers = {}, {}, []
    for topic, payload, _ in list(world.broker.messages):
        if not topic.endswith("/agent/n"):
            continue
        message = json.loads(payload)
        box, n = message["outbox"], message["n"]
        assert seen.setdefault((box, n), message["data"]) == message["data"]
        if n > last.get(box, 0):
            last[box] = n
            numbers.append(message["data"][0])
    return numbers


def test_power_cuts_lose_nothing_that_was_accepted(request, world):
    count = request.config.getoption("--power-cuts")
    if count < 1:
        raise pytest.UsageError("--power-cuts: at least 1")
    binary = request.config.getoption("--board-binary")
    board = powercut.prepare(world, binary, _MAIN)
    with board:
        broker = world.broker
        board.exec(f"import imp\nimp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r})")
    chance = random.Random(7)
    numbers, accepted = iter(range(1, 1 << 30)), []
    for i in range(count):
        by_time = i % 2 == 0
        cut = [] if by_time else ["--power-cut", str(chance.randrange(1, _MOST_BYTES))]
        cable = world.ethernet.cable
        with _Run(world, binary, board.dir, cut) as run:
            _cut_somewhere(run, cable, chance, numbers, accepted, by_time)
        cable.restore()
    with _Run(world, binary, board.dir) as run:
        _drain(run)
    got = _delivered(world)
    missing = sorted(set(accepted) - set(got))
    assert not missing, f"{len(missing)} of {len(accepted)} are lost: {missing[:10]}"
    assert got == sorted(set(got)), "not in their order, or twice"
    print(f"{count} cuts, {len(accepted)} messages accepted, {len(got)} delivered")
