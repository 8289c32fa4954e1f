# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The record of a storm: when each board is back, and what it costs the broker."""

import collections
import time
from dataclasses import dataclass, field

import meters

_LOOK_S = 0.02
_LOG_S = 0.2
_SETTLE_S = 5.0


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
    load: float = 0.0  # at its end, the average of a minute
    resumed: int = -1  # TLS sessions that its handshakes have resumed; -1: not counted
    hurt: bool = False  # a node was killed or stopped

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


def resumed(before: dict[str, list[int]], now: dict[str, list[int]]) -> int:
    """How many sessions were resumed between two counts of [in full, resumed] since the boot, by
    the boards of `now`. Each of them has made a handshake in between."""
    total = 0
    for board, counts in now.items():
        then = before.get(board, [0, 0])
        booted = counts[0] < then[0] or counts[1] < then[1] or counts == then
        total += counts[1] - (0 if booted else then[1])
    return total


class Watch:
    """Observes one storm at `broker` (class Alone or Cluster); `begin()`, then `until_back()`."""

    def __init__(self, broker, progress) -> None:
        self._broker = broker
        self._progress = progress

    def begin(self, name: str, ids) -> None:
        """The moment from which times count; `ids`: the boards that have to come back."""
        self._storm = Storm(name)
        self._ids = set(ids)
        self._mark = self._broker.mark()
        self._broker.messages.clear()  # all storms of a fleet are more than a broker keeps
        self._since = 0
        self._cpu_s = self._broker.cpu_s()
        self._busy = meters.host_busy()
        self._began_wall = time.time()
        self._began = time.monotonic()

    def until_back(self, limit_s: float, by_log: bool = False) -> Storm:
        """Waits until all of them have said that they are online. by_log: until a node has
        accepted the sessions of those that it has thrown out, as the bench's own clients."""
        storm, broker = self._storm, self._broker
        look = self._look_at_logs if by_log else self._look_at_messages
        if by_log:
            self._ids = set()
        least_s = _SETTLE_S if by_log else 0.0  # until the nodes have logged whom they throw out
        while len(storm.back_s) < len(self._ids) or time.monotonic() - self._began < least_s:
            if time.monotonic() - self._began > limit_s:
                break
            time.sleep(_LOOK_S)
            broker.cpu_s()  # a node that ends takes its figure with it
            look()
            self._progress(f"{storm.name}: {len(storm.back_s)} of {len(self._ids)} are back")
        storm.missing = len(self._ids) - len(storm.back_s)
        storm.peak_per_s = peak_per_s(list(storm.back_s.values()))
        storm.broker_cpu_s = broker.cpu_s() - self._cpu_s
        storm.broker_rss_kib = broker.peak_rss_kib()
        busy, there = (
            now - then for now, then in zip(meters.host_busy(), self._busy, strict=True)
        )
        storm.host_load = busy / there if there else 0.0
        storm.load = meters.load()
        storm.tcp_connections, storm.failed_handshakes = broker.connections(self._mark)
        return storm

    def _look_at_messages(self) -> None:
        now_s = time.monotonic() - self._began
        news = self._broker.messages[self._since :]
        self._since += len(news)
        for topic, payload, _ in news:
            self._take(topic, payload, now_s)

    def _look_at_logs(self) -> None:
        time.sleep(_LOG_S)  # the times are those of the lines
        self._ids = self._broker.thrown_out(self._mark)
        for ident, at in self._broker.accepted(self._mark).items():
            if ident in self._ids:
                self._storm.back_s[ident] = max(0.0, at - self._began_wall)

    def _take(self, topic: str, payload: bytes, now_s: float) -> None:
        ident, _, kind = topic.removeprefix("imp/").partition("/")
        if kind == "status" and payload == b'"online"' and ident in self._ids:
            self._storm.back_s.setdefault(ident, now_s)
