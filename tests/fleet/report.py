# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a fleet says at its end: table, record and plot."""

import statistics
from dataclasses import asdict

import summary
from watch import Storm

from commands import svg


def _storm_rows(storm: Storm) -> list[list]:
    name = storm.name
    back = f"{storm.quantile_s(0.5):.1f} / {storm.quantile_s(0.95):.1f}"
    last = max(storm.back_s.values(), default=float("nan"))
    each_ms = 1000 * storm.broker_cpu_s / max(1, len(storm.back_s))
    missing = f"; {storm.missing} never" if storm.missing else ""
    return [
        [f"{name}: back, median / p95 / last", f"{back} / {last:.1f} s",
         f"{len(storm.back_s)} boards{missing}; host busy {100 * storm.host_load:.0f} %"],
        [f"{name}: sessions in the worst second", storm.peak_per_s,
         f"{storm.tcp_connections} TCP connections, "
         f"{storm.failed_handshakes} TLS handshakes failed"],
        [f"{name}: broker CPU", f"{storm.broker_cpu_s:.2f} s",
         f"{each_ms:.1f} ms a board; most RSS {storm.broker_rss_kib / 1024:.1f} MiB"],
    ]  # fmt: skip


def rows(fleet) -> list[list]:
    """[name, value, note] of the table."""
    table = [["boards", len(fleet.ids), f"{fleet.sites} access points, one broker with TLS"]]
    for storm in fleet.storms:
        table += _storm_rows(storm)
    sessions = sum(len(storm.back_s) for storm in fleet.storms)
    if sessions and fleet.memory:
        each_s = sum(storm.broker_cpu_s for storm in fleet.storms) / sessions
        note = f"TLS and MQTT; one core like this: {1 / max(each_s, 1e-6):.0f} a second"
        table.append(["broker CPU a session, all storms", f"{1000 * each_s:.2f} ms", note])
    if fleet.memory:
        rss, pss = (statistics.median(column) for column in zip(*fleet.memory, strict=True))
        table.append(["memory of a board, median", f"{rss / 1024:.1f} MiB resident",
                      f"{pss / 1024:.1f} MiB with shared pages shared out"])  # fmt: skip
    return table


def publish(fleet, options) -> None:
    """Prints the summary and writes fleet.json, fleet.svg and the record."""
    how = (
        f"--boards {options.boards} --outage {options.outage:g} --spread {options.spread:g}"
        f" --seed {options.seed}"
    )
    document = summary.make("Fleet", f"./tools/cw fleet {how}", rows(fleet))
    record = {"storms": [asdict(storm) for storm in fleet.storms], "memory_kib": fleet.memory}
    summary.publish(options.output, "fleet", document, record, options.json)
    if fleet.storms:
        plot(fleet.storms, options.output / "fleet.svg")


def plot(storms: list[Storm], file) -> None:
    """How many are back, over time."""
    figure, axis = svg.pyplot().subplots(figsize=(8, 4.5))
    for storm in storms:
        times = [0.0, *sorted(storm.back_s.values())]
        axis.step(times, range(len(times)), where="post", label=storm.name)
    axis.set_xlabel("seconds")
    axis.set_ylabel("boards online")
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
    axis.legend(fontsize="small")
    figure.tight_layout()
    svg.save(figure, file)
