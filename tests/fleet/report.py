# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The result of a fleet: tables, record and plot."""

import statistics
from dataclasses import asdict

import summary
from watch import Storm

from commands import svg

_STORM = ["Storm", "boards back", "median", "95 %", "last", "sessions in the worst second",
          "TLS handshakes failed", "resumed", "broker CPU a board", "most RSS of the broker",
          "host busy", "load"]  # fmt: skip
_STATUSES = ["retained statuses", "asked at", "online", "offline", "none", "through imp/+/status"]


def storms(fleet) -> dict:
    """The table of the storms: one row each. The times are those until the boards are back."""
    return {"heads": _STORM, "rows": [_storm(storm) for storm in fleet.storms]}


def _storm(storm: Storm) -> list:
    back = len(storm.back_s)
    last_s = max(storm.back_s.values(), default=float("nan"))
    times = (storm.quantile_s(0.5), storm.quantile_s(0.95), last_s)
    return [
        storm.name,
        f"{back} of {back + storm.missing}",
        *(f"{seconds:.1f} s" for seconds in times),
        storm.peak_per_s,
        f"{storm.failed_handshakes} of {storm.tcp_connections}",
        storm.resumed if storm.resumed >= 0 else "",
        f"{1000 * storm.broker_cpu_s / max(1, back):.1f} ms",
        f"{storm.broker_rss_kib / 1024:.1f} MiB",
        f"{100 * storm.host_load:.0f} %",
        f"{storm.load:.1f}",
    ]


def rows(fleet) -> list[list]:
    """[name, value, note] of the table of all storms together."""
    table = [["boards", len(fleet.ids), f"{fleet.sites} access points, {fleet.broker_name}"]]
    whole = [storm for storm in fleet.storms if not storm.hurt]
    sessions = sum(len(storm.back_s) for storm in whole)
    if sessions and fleet.memory:
        each_s = sum(storm.broker_cpu_s for storm in whole) / sessions
        note = f"TLS and MQTT; one core like this: {1 / max(each_s, 1e-6):.0f} a second"
        which = "all storms" if len(whole) == len(fleet.storms) else "storms with all nodes"
        table.append([f"broker CPU a session, {which}", f"{1000 * each_s:.2f} ms", note])
    if fleet.memory:
        rss, pss = (statistics.median(column) for column in zip(*fleet.memory, strict=True))
        note = f"{pss / 1024:.1f} MiB if shared pages are divided by the boards"
        table.append(["memory of a board, median", f"{rss / 1024:.1f} MiB resident", note])
    return table


def publish(fleet, options) -> None:
    """Prints the summary and writes fleet.json, fleet.svg and the record."""
    how = (
        f"--boards {options.boards} --outage {options.outage:g} --spread {options.spread:g}"
        f" --seed {options.seed}"
    )
    how += "".join(f" --mode {mode}" for mode in options.mode or ())
    if options.broker != "mosquitto":
        how += f" --broker {options.broker} --nodes {options.nodes} --queues {options.queues}"
        how += f" --stop {options.stop}"
    name = "fleet" if options.broker == "mosquitto" else f"fleet-{options.broker}"
    document = summary.make("Fleet", f"./tools/cw fleet {how}", rows(fleet), storms(fleet))
    record = {"storms": [asdict(storm) for storm in fleet.storms], "memory_kib": fleet.memory}
    if fleet.statuses:
        document["extra"] = {"heads": _STATUSES, "rows": fleet.statuses}
    summary.publish(options.output, name, document, record, options.json)
    if fleet.storms:
        plot(fleet.storms, options.output / f"{name}.svg")


def plot(storms: list[Storm], file) -> None:
    """How many are back, over time."""
    figure, axis = svg.pyplot().subplots(figsize=(8, 4.5), layout="constrained")
    for storm in storms:
        times = [0.0, *sorted(storm.back_s.values())]
        axis.step(times, range(len(times)), where="post", label=storm.name)
    axis.set_xlabel("seconds")
    axis.set_ylabel("boards online")
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
    # Above the axes, so that it cannot lie on the lines.
    figure.legend(loc="outside upper center", frameon=False, ncols=3, fontsize="small")
    svg.save(figure, file)
