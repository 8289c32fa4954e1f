# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The record of a storm: when each board is back, and what it costs the broker."""

import collections
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_LOOK_S = 0.02
# A client without a name has not sent CONNECT yet.
_FAILED = re.compile(r"^\d+: Client <unknown> (?:closed|disconnected|has exceeded)", re.MULTILINE)


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) * _TICK_S


def peak_rss_kib(pid: int) -> int:
    """The most that a process has had resident."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def memory_kib(pid: int) -> tuple[int, int]:
    """Resident, and its proportional share where pages are shared with others."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return tuple(int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1]) for name in ("Rss", "Pss"))


def host_busy() -> tuple[float, float]:
    """Seconds that all cores together were busy, and that there were, since the boot."""
    words = [int(w) for w in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    idle = words[3] + words[4]
    return (sum(words) - idle) * _TICK_S, sum(words) * _TICK_S


@dataclass
class Storm:
    """One storm. Times in seconds since its begin."""

    name: str
    back_s: dict[str, float] = field(default_factory=dict)  # by id of the board
    missing: int = 0
    peak_per_s: int = 0  # sessions accepted in the worst second
    tcp_connections: int = 0
    failed_handshakes: int = 0
    broker_cpu_s: float = 0.0
    broker_rss_kib: int = 0
    host_load: float = 0.0  # share of all cores

    def quantile_s(self, share: float) -> float:
        """Until so many of those that came back were back."""
        times = sorted(self.back_s.values())
        return times[min(len(times) - 1, int(share * len(times)))] if times else float("nan")


def peak_per_s(times: list[float]) -> int:
    """The most events within any second."""
    window: collections.deque[float] = collections.deque()
    most = 0
    for at in sorted(times):
        window.append(at)
        while window[0] <= at - 1.0:
            window.popleft()
        most = max(most, len(window))
    return most


class Watch:
    """Observes one storm at `world`'s broker; `begin()`, then `until_back()`."""

    def __init__(self, world, ids: list[str], progress) -> None:
        self._world = world
        self._ids = set(ids)
        self._progress = progress

    def begin(self, name: str) -> None:
        """The moment from which times count."""
        self._storm = Storm(name)
        self._log = self._world.folder / "broker.log"
        self._log_from = self._log.stat().st_size
        self._since = len(self._world.broker.messages)
        self._cpu_s = cpu_s(self._world.broker.pid)
        self._busy = host_busy()
        self._began = time.monotonic()

    def until_back(self, limit_s: float) -> Storm:
        """Waits until all boards have said that they are online."""
        storm, broker = self._storm, self._world.broker
        while len(storm.back_s) < len(self._ids) and time.monotonic() - self._began < limit_s:
            time.sleep(_LOOK_S)
            now_s = time.monotonic() - self._began
            news = broker.messages[self._since :]
            self._since += len(news)
            for topic, payload, _ in news:
                self._take(topic, payload, now_s)
            self._progress(f"{storm.name}: {len(storm.back_s)} of {len(self._ids)} are back")
        storm.missing = len(self._ids) - len(storm.back_s)
        storm.peak_per_s = peak_per_s(list(storm.back_s.values()))
        storm.broker_cpu_s = cpu_s(broker.pid) - self._cpu_s
        storm.broker_rss_kib = peak_rss_kib(broker.pid)
        busy, there = (now - then for now, then in zip(host_busy(), self._busy, strict=True))
        storm.host_load = busy / there if there else 0.0
        text = self._log.read_bytes()[self._log_from :].decode(errors="replace")
        storm.tcp_connections = text.count(": New connection from ")
        storm.failed_handshakes = len(_FAILED.findall(text))
        return storm

    def _take(self, topic: str, payload: bytes, now_s: float) -> None:
        ident, _, kind = topic.removeprefix("imp/").partition("/")
        if kind == "status" and payload == b'"online"' and ident in self._ids:
            self._storm.back_s.setdefault(ident, now_s)
