# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""One board of a soak: its steps, and the checks of their results."""

import ast
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import on_board
from bench import BenchError, Board, World
from conditions import ANY_WIFI, OTHER
from kept_connection import Uplink
from outbox import Outbox
from random_calls import CONNECTED, Attempt, Model
from violation import Violation

from commands.console import Console
from setup.problem import Problem

MODEM_SCALE = 0.01
# The bound for a late callback with eight programs on one core. The real delay is reported.
LATE_MS = 5000
_ARRIVE_S = 10.0
_SHORT_RETRY_MS, _SHORT_STABLE_MS = 6000, 3000
_HEAL_RETRY_MS = 12000  # the first pause is a 60th of it; a busy host may take seconds
STREAK = 4  # losses between two looks at the heap
_RETRY_S = 80.0  # the silent retry's minute, its last pause, and the host's


@dataclass
class AnyLink:
    """One call of `server.connect`: an attempt over each interface until one connects."""

    tag: int
    parts: list[Attempt]
    interface: None = None

    def observe(self, faults) -> None:
        for part in self.parts:
            part.observe(faults)

    def allowed(self) -> set[int]:
        """Connected if any part may connect; else the code of the last one."""
        codes: set[int] = set()
        for part in self.parts:
            codes = codes & {CONNECTED} | part.allowed()
            if part.allowed() == {CONNECTED}:
                return {CONNECTED}
        return codes


@dataclass
class Tally:
    """The counters, of all boards together."""

    attempts: int = 0
    codes: Counter = field(default_factory=Counter)
    faults: Counter = field(default_factory=Counter)
    sent: Counter = field(default_factory=Counter)  # by the result of send
    arrived: int = 0  # of those acknowledged
    received: int = 0  # by boards
    reconnects: int = 0  # by the silent retry
    healed: int = 0  # losses in the streaks in which the heap is measured
    suspended: int = 0  # sends that connected first
    losses_told: int = 0
    resets: int = 0
    kept: int = 0  # messages accepted with keep=True
    refused: int = 0  # by a full outbox
    doubles: int = 0
    forgiven: int = 0  # outboxes that waited after three lost sessions
    keeps: int = 0  # calls of imp.uplink.keep
    changes: Counter = field(default_factory=Counter)  # its events
    backs: int = 0  # connected under it when all faults had ended
    moves: int = 0  # while the heap is measured
    late_ms: list[int] = field(default_factory=list)


class Player:
    """`number` 0 is the first board. Methods raise Violation."""

    def __init__(self, world: World, binary: Path, number: int, conditions, tally: Tally) -> None:
        self.world = world
        self.number = number
        self._tally = tally
        self._message = number * 10_000_000
        self._tags = 0
        self.staying = False
        self._before = (0, 0)  # losses, and how many were told
        self._told = 0
        self._waits = False  # for acknowledgements
        self.had_modem = False  # maybe on, and to be switched off
        self._conditions = conditions
        self.board = Board(world, binary=binary)
        self.board.start(30, repl=False)
        world.fit_modem(self.board, scale=MODEM_SCALE)
        self._secrets = ("not-the-key", world.wifi["home"].key, world.wifi[OTHER].key)
        self.uplink = Uplink(self, tally, conditions)
        self._enter()
        self.outbox = Outbox(self, tally)

    def _enter(self) -> None:
        self.model = Model()
        self.model.faults = self._conditions
        self.console = Console(self.board.console)
        self.console.enter(20)
        self.run(on_board.PRELUDE)
        self.run(on_board.settings(self.world))
        if self.number:
            # A minute is longer than most faults here, and its end must be tested, too.
            self._times(_SHORT_RETRY_MS, _SHORT_STABLE_MS)
        self.id = self.value("machine.unique_id().hex()")

    def _times(self, retry_ms: int, stable_ms: int) -> None:
        self.run(f"control.retry_ms, control.stable_ms = {retry_ms}, {stable_ms}")

    def close(self) -> None:
        """Switches it off."""
        self.console.close()
        self.board.stop()

    def found_nothing(self) -> None:
        """Checks standard error, where a board with a sanitizer reports its findings."""
        log = (self.board.dir / "stderr.log").read_text(errors="replace")
        if "Sanitizer" in log or "runtime error" in log:
            raise Violation(log[-4000:])

    def run(self, code: str, limit_s: float = 30.0, meanwhile: Callable | None = None) -> str:
        """The output of `code`. `meanwhile()` is called when it has begun to print."""
        try:
            running = self.console.start(code)
            text, end = "", time.monotonic() + limit_s
            while running.traceback is None:
                if time.monotonic() > end:
                    raise Violation(f"the board hangs in {code.strip().splitlines()[-1]!r}")
                text += running.poll(0.05)
                if meanwhile is not None and text:
                    meanwhile()
                    meanwhile = None
        except Problem as problem:
            log = self.board.log if self.board.running else "the board has ended"
            raise Violation(f"{problem}\n{log}") from problem
        if any(secret in text + running.traceback for secret in self._secrets):
            raise Violation("the board has printed a secret")
        if running.traceback:
            raise Violation(running.traceback.strip())
        return text

    def value(self, expression: str, limit_s: float = 30.0):
        """The value of an expression on the board."""
        return ast.literal_eval(self.run(f"print(repr({expression}))", limit_s).strip())

    # -- steps

    def policy(self, policy: str, wait: str) -> None:
        self._waits = wait == "WAIT_FOR_ACK"
        self.run(f"server.setsendtimeoutpolicy(server.{policy}, server.{wait}, 2)")

    def connectwith(self, link: str, timeout_s: float) -> None:
        attempt = Attempt(self._next_tag(), link, timeout_s, leaving=self.had_modem)
        self.had_modem = link == "cell0"
        nic = on_board.nic(link, self.world)
        self._begin(attempt, f"begin({nic!r}, {timeout_s}, {attempt.tag})")

    def connect(self, order: tuple[str, ...], timeout_s: float) -> None:
        tag = self._next_tag()
        share_s = timeout_s / len(order)
        places = [ANY_WIFI if link == "wl0" else link for link in order]
        attempt = AnyLink(tag, [Attempt(tag, place, share_s, leaving=True) for place in places])
        self.had_modem = True
        self._begin(attempt, f"begin_any({list(order)!r}, {timeout_s}, {tag})")

    def _next_tag(self) -> int:
        self._tags += 1
        return self._tags

    def _begin(self, attempt, code: str) -> None:
        self.staying = False
        self._tally.attempts += 1
        # Set before the call, because a fast failure comes before the next check.
        self.model.start(attempt)
        self.run(code)

    def stay(self) -> None:
        """Whatever is connected stays so, through what comes."""
        connected, losses = self._state()
        self.staying = connected
        self._before = losses, self._told

    def _state(self) -> tuple[bool, int]:
        return self.value("(server.isconnected(), imp.diag.counters()['losses'])")

    def disconnect(self) -> None:
        self.staying = False
        self.run("stop()")
        self.model.disconnect()

    def reset(self) -> None:
        """Presses EN."""
        self.console.close()
        try:
            self.board.reset(30)
        except BenchError as error:
            raise Violation(f"reset: {error}") from error
        self.board.release()
        self._tally.resets += 1
        self.staying = False
        self.uplink.forget()
        self._enter()

    def send(self, meanwhile: Callable | None, count: int = 4) -> None:
        """Sends some messages; those that were acknowledged must be at the broker."""
        first, self._message = self._message + 1, self._message + count
        since = len(self.world.broker.messages)
        text = self.run(f"burst({first}, {count})", meanwhile=meanwhile)
        acknowledged = set()
        for line in text.splitlines():
            number, connected, answer = ast.literal_eval(line)
            self._tally.sent[answer] += 1
            if answer not in (0, 1, 2, 3, 4):
                raise Violation(f"send returned {answer}, connected: {connected}")
            if answer == 0 and self._waits:
                acknowledged.add(number)
        self._arrive(acknowledged, since)

    def _arrive(self, numbers: set[int], since: int) -> None:
        topic = f"imp/{self.id}/agent/soak"
        end = time.monotonic() + _ARRIVE_S
        while True:
            came = {json.loads(data) for name, data, _ in self._messages(since) if name == topic}
            if numbers <= came:
                self._tally.arrived += len(numbers)
                return
            if time.monotonic() > end:
                raise Violation(f"acknowledged, but not at the broker: {sorted(numbers - came)}")
            time.sleep(0.02)

    def _messages(self, since: int) -> list:
        news = self.world.broker.messages[since:]
        if any(secret.encode() in data for _, data, _ in news for secret in self._secrets):
            raise Violation("the broker has received a secret")
        return news

    def look(self) -> None:
        """Checks that the diagnosis has no secret and fits the state."""
        _, info, connected = self.value("look()")
        if connected != ("active" in info):
            raise Violation(f"connected: {connected}, but imp.net.info() is {info}")

    def heal(self, windows: int) -> list[int]:
        """Losses with a reconnect, one right after the other, without a call of the user. Returns
        the heap after each window of so many. For boards with the usual times."""
        self.policy("RETURN_ON_ERROR", "WAIT_FOR_ACK")
        self.connectwith("eth0", 60.0)
        self.callbacks()
        self._times(_HEAL_RETRY_MS, 0)
        rival = self.world.rival(f"imp-{self.id}")
        try:
            levels = [int(self.run(f"lose({STREAK})", 90)) for _ in range(windows)]
        finally:
            rival.close()
        self._times(60000, 30000)
        self._tally.healed += windows * STREAK
        return levels

    # -- what must hold

    def callbacks(self) -> None:
        """Waits for the callback that is due, and checks all callbacks since the last check."""
        limit_s = LATE_MS / 1000 + 60
        if self.model.current is not None:
            self.run(f"until(lambda: not due(), {int(limit_s * 1000)})", limit_s + 20)
        self._judge()
        if self.model.current is not None:
            raise Violation(f"no callback of {self.model.attempts[self.model.current]}")

    def _judge(self) -> None:
        events, spent, _, losses = ast.literal_eval(self.run("take()").strip())
        self._told += len(losses)
        self._tally.losses_told += len(losses)
        for event in events:
            if event[0] == "call":
                self._tally.codes[event[2]] += 1
        try:
            self.model.check(events)
        except (AssertionError, KeyError) as error:
            last = self.value("imp.diag.lastattempt()")
            raise Violation(f"{error}; {events}; last attempt: {last}") from error
        for tag, ms in spent:
            self._deadline(self.model.attempts[tag], ms)
        due = self.model.current
        self.model.attempts = {tag: a for tag, a in self.model.attempts.items() if tag == due}

    def _deadline(self, attempt, ms: int) -> None:
        parts = attempt.parts if isinstance(attempt, AnyLink) else [attempt]
        late_ms = ms - int(1000 * sum(part.timeout_s for part in parts))
        if late_ms >= 0:
            self._tally.late_ms.append(late_ms)
        if late_ms > LATE_MS:
            raise Violation(f"callback {late_ms} ms after the deadline of {attempt}")

    def recover(self, link: str, patient: bool) -> None:
        """Without faults: a lost connection comes back, any link connects, and messages pass both
        ways."""
        if self.staying and patient:
            self._come_back()
        elif patient:
            self._suspend()
        self.connectwith(link, 60.0)
        self.callbacks()
        self.uplink.ended()
        self.policy("RETURN_ON_ERROR", "WAIT_FOR_ACK")
        refused = Counter(self._tally.sent)
        self.send(None, 2)
        if self._tally.sent - refused != {0: 2}:
            raise Violation(f"sends on a good link: {dict(self._tally.sent - refused)}")
        self.world.broker.publish(f"imp/{self.id}/device/soak", str(self._message))
        if not self.value(f"until(lambda: got[-1:] == [{self._message}], 10000)"):
            raise Violation(f"message {self._message} from the server has not come")
        self._tally.received += 1

    def _suspend(self) -> None:
        """Under SUSPEND_ON_ERROR a send makes the connection that it needs."""
        self.disconnect()
        self.had_modem = True  # any link may be taken
        self._tally.attempts += 1
        self.policy("SUSPEND_ON_ERROR", "WAIT_FOR_ACK")
        result, connected = self.value("(agent.send('soak', 0), server.isconnected())", _RETRY_S)
        self.policy("RETURN_ON_ERROR", "WAIT_FOR_ACK")
        if result != 0 or not connected:
            raise Violation(f"under SUSPEND_ON_ERROR send returned {result}: {connected}")
        self._tally.suspended += 1

    def _come_back(self) -> None:
        """The reconnect brings the connection back, or its end is reported."""
        ended = "lambda: server.isconnected() or not control.is_connecting()"
        if not self.value(f"until({ended}, {int(_RETRY_S * 1000)})", _RETRY_S + 20):
            raise Violation("the reconnect does not end")
        self._judge()
        connected, losses = self._state()
        before, told = self._before
        if connected:
            self._tally.reconnects += losses > before
        elif self._told == told:
            raise Violation("offline, and onunexpecteddisconnect was not called")
