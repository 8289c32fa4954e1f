# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the threads of a virtual board have done so far, as the kernel counts it."""

from pathlib import Path
from typing import NamedTuple

# Threads in which code of connectwith runs, beside that of Python: the tasks that wait for data of
# a session, and that of TLS. Each one-shot timer of connectwith's wakes Python, so that of the
# timers is not counted: here it also goes on when a timer is set, which a chip does in registers.
_OWN = ("cw watch", "connectwith")


class Thread(NamedTuple):
    """switches: how often it has begun to wait. nanoseconds: on a processor."""

    name: str
    switches: int
    nanoseconds: int


def threads(pid: int) -> dict[int, Thread]:
    """The threads of a process by their ids. That of Python is the first: its id is `pid`.

    Documentation/filesystems/proc.rst, and scheduler/sched-stats.rst for schedstat.
    """
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            lines = (task / "status").read_text().splitlines()
            nanoseconds = int((task / "schedstat").read_text().split()[0])
        except OSError:
            continue  # has just ended
        fields = {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
        switches = int(fields["voluntary_ctxt_switches"])
        found[int(task.name)] = Thread(fields["Name"], switches, nanoseconds)
    return found


def wake_ups(pid: int, before: dict[int, Thread], after: dict[int, Thread]) -> int:
    """How often Python and connectwith have gone on after a wait, between two looks."""
    return sum(
        thread.switches - before[number].switches
        for number, thread in after.items()
        if number in before and (number == pid or thread.name in _OWN)
    )


def queued_ns(process: Path) -> dict[str, int]:
    """How long each thread of a process (its folder in /proc) was ready to run and had no
    processor, so far. Nothing where the kernel does not count it."""
    waits = {}
    for file in process.glob("task/*/schedstat"):
        try:
            waits[file.parent.name] = int(file.read_text().split()[1])
        except OSError:
            continue  # has just ended
    return waits
