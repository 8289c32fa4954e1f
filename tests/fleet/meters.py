# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What processes and the host use, from /proc."""

import os
import re
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """User and system time of a process so far; 0.0 when it has ended."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(words[11]) + int(words[12])) * _TICK_S


def peak_rss_kib(pid: int) -> int:
    """The most that a process has had resident; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) if found else 0


def memory_kib(pid: int) -> tuple[int, int]:
    """Resident, and its proportional share where pages are shared with others."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return tuple(int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1]) for name in ("Rss", "Pss"))


def host_busy() -> tuple[float, float]:
    """Seconds that all cores together were busy, and that there were, since the boot."""
    words = [int(w) for w in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    idle = words[3] + words[4]
    return (sum(words) - idle) * _TICK_S, sum(words) * _TICK_S


def available_mib() -> int:
    """Memory that programs can still get."""
    text = Path("/proc/meminfo").read_text()
    return int(re.search(r"^MemAvailable:\s+(\d+)", text, re.M)[1]) // 1024


def load() -> float:
    """Processes that wanted a core, on the average of the last minute."""
    return os.getloadavg()[0]
