# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Makes the faults of a real bench, by the commands of its bench.toml.

A fault's command gets the method's arguments after its own. The command for `restore` of the same
part ends the fault.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence

from bench import BenchError

from .faults import FAULTS, kind_of
from .limits import Limits, Part

COMMAND_LIMIT_S = 60.0


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


class Switches:
    """Runs the commands of a bench.toml, and records which parts have a fault."""

    def __init__(self, commands: Mapping[str, Sequence[str]], limits: Limits) -> None:
        self._commands = commands
        self._touched: set[str] = set()
        self.limits = limits

    def can(self, name: str) -> bool:
        """Whether there is a command for this fault."""
        return name in self._commands

    def run(self, part: str, fault: str, *arguments: object) -> None:
        """Makes a fault. Raises BenchError when its command fails, Cannot when there is none."""
        name = f"{part}.{fault}"
        if name not in self._commands:
            entry = FAULTS[kind_of(part)].get(fault)
            what = entry.words if entry else f"do {name}"
            self.limits.refuse(what, f'no "{name}" in [commands] of bench.toml')
        # Recorded before the command, because a failed command may have done half of its work.
        self._touched.add(part)
        self._run(name, arguments)

    def _run(self, name: str, arguments: Sequence[object]) -> None:
        command = [*self._commands[name], *map(_word, arguments)]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_LIMIT_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BenchError(f"the command of {name} fails: {error}") from error
        if done.returncode != 0:
            words = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise BenchError(f"the command of {name} ends with {done.returncode}\n{words}")

    def restore(self) -> None:
        """Ends the faults since the last call. Raises BenchError."""
        for part in sorted(self._touched):
            self._run(f"{part}.restore", ())
        self._touched.clear()


class Switched(Part):
    """A part of the bench whose faults are commands. `prefix`: "cable." for its cable."""

    def __init__(self, switches: Switches, name: str, prefix: str = "") -> None:
        super().__init__(switches.limits, name, "only the virtual board's bench has that")
        self._switches = switches
        self._prefix = prefix

    def __getattr__(self, name: str) -> object:
        fault = self._prefix + name
        if fault not in FAULTS[kind_of(self._name)]:
            return super().__getattr__(name)
        return self._method(fault)

    def _method(self, fault: str) -> Callable[..., None]:
        if not self._switches.can(f"{self._name}.{fault}"):
            # Refused at once, before the test does work that needs the fault.
            self._switches.run(self._name, fault)
        return lambda *arguments: self._switches.run(self._name, fault, *arguments)

    @property
    def cable(self) -> Switched:
        """Its cable, in tests of what happens on the way."""
        return Switched(self._switches, self._name, "cable.")
