# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The bench's part of the desk: faults, messages, and what the map shows of it."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from commands import typed_faults
from commands.session import text_of
from lab.desk.watch import Watch
from lab.desk.worker import Worker
from lab.model import Lab
from setup.problem import Problem

if TYPE_CHECKING:
    from bench import Board, World

_STEP_S = 0.1
_LOOK_S = 0.2
_LEVELS, _TOPIC_BYTES = 199, 65535  # Mosquitto takes 200 levels


class BenchDesk(Worker):
    """Makes faults, publishes, and watches the broker."""

    def __init__(self, world: "World", boards: Sequence["Board"], lab: Lab) -> None:
        super().__init__("bench", lab.problem)
        self._world, self._boards, self._lab = world, boards, lab
        self._parts = {part: short for short, part in typed_faults.PARTS.items()}
        self._watch, self._look_s = Watch(world, boards), 0.0

    def check_fault(self, board: int, text: str) -> typed_faults.Fault:
        """A fault as it is typed. Raises Problem for what is none, or does not fit."""
        if board >= len(self._boards):
            raise Problem("This board has no bench around it.", "",
                          "choose a virtual board for faults.")  # fmt: skip
        fault = typed_faults.parse(text)
        if fault.at_s:
            raise Problem("A fault here is made at once.", "", "leave @ and the time out.")
        typed_faults.arguments(fault)
        return fault

    def make(self, board: int, fault: typed_faults.Fault) -> None:
        """Makes a fault; one of a modem at the modem of this board."""
        typed_faults.apply(self._world, fault, board)
        self._lab.problem("")
        short = self._parts[fault.part]
        self._lab.fault(short, fault.method, fault.text, fault.values, board)

    def check_topic(self, topic: str) -> None:
        """Raises Problem for a topic at which the broker would end the bench's connection."""
        if not topic or any(char in topic for char in "#+"):
            raise Problem("The message was not sent.", "", "a topic has no # and no + in it.")
        if topic.startswith("$") or not topic.isprintable():
            raise Problem("The message was not sent.", "", "a topic has no $ at its begin, and "
                          "nothing in it that cannot be seen.")  # fmt: skip
        if topic.count("/") > _LEVELS or len(topic.encode()) > _TOPIC_BYTES:
            raise Problem("The message was not sent.", "", "the topic is too long.")

    def publish(self, topic: str, payload: str) -> None:
        """Publishes a message."""
        self._world.broker.publish(topic, payload)
        self._lab.problem("")
        self._lab.said(f"sent to {topic[:200]}")

    def work(self) -> None:
        """Tells the model what has arrived at the broker, and what flows."""
        for topic, payload, _ in self._world.broker.take():
            self._lab.message(topic, payload, text_of(payload))
        now_s = time.monotonic()
        if now_s >= self._look_s:
            self._look_s = now_s + _LOOK_S
            self._look_at_broker()
            boards = list(zip(range(len(self._boards)), self._lab.boards, strict=False))
            for (number, board), flows in zip(boards, self._flows(), strict=True):
                board.traffic(flows)
                board.modem(*self._watch.modem(number))
                board.waited(time.monotonic(), self._watch.waited_us(number))
        self.wait(_STEP_S)

    def _look_at_broker(self) -> None:
        """One that has ended is a stopped one from now on, so that what ends a stop starts it."""
        if self._world.broker.crashed:
            self._world.broker.stop()
            self._lab.fault("broker", "stop", "broker-stop", (), 0)
            self._lab.problem(
                "The broker has ended by itself, or refuses the bench. End all faults starts it."
            )

    def _flows(self) -> list[dict[str, bool]]:
        from bench import BenchError

        try:
            return self._watch.look()
        except BenchError as error:
            raise Problem("The simulated networks have ended.", f"The bench says: {error}.",
                          "End the lab with Ctrl-C, and start it again.") from error  # fmt: skip
