# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a soak says: the line while it runs, and table, record and plot at its end."""

import sys
from dataclasses import asdict

import held
import summary

from commands import svg

_NAMES = {
    0: "NOT_CONNECTED", 1: "NO_WIFI, NO_LINK", 2: "NO_IP_ADDRESS", 3: "NOT_RESOLVED",
    4: "NO_SERVER", 5: "SERVER_CONNECTED", 8: "NO_MODEM", 9: "SIM_ERROR", 10: "NO_REGISTRATION",
    11: "REGISTRATION_DENIED", 12: "NO_PPP_CONNECTION", 13: "PPP_NO_CONNECTIVITY",
}  # fmt: skip


def line(soak) -> str:
    """The counters, in one line."""
    tally = soak.tally
    codes = " ".join(f"{code}:{count}" for code, count in sorted(tally.codes.items()))
    heap = f"{soak.samples[-1].heap} B" if soak.samples else "-"
    return (
        f"{soak.seconds:.0f} s  attempts {tally.attempts} ({codes})  "
        f"faults {sum(tally.faults.values())}  messages {sum(tally.sent.values())}  "
        f"reconnects {tally.reconnects}  heap {heap}  violations {len(soak.violations)}"
    )


def rows(soak) -> list[list]:
    """[name, value, note] of the table."""
    tally = soak.tally
    codes = (f"{_NAMES.get(code, code)} {n}" for code, n in sorted(tally.codes.items()))
    faults = (f"{name} {n}" for name, n in sorted(tally.faults.items()))
    sent = (f"{code}: {n}" for code, n in sorted(tally.sent.items()))
    late = max(tally.late_ms, default=0)
    table = [
        ["duration", f"{soak.seconds / 60:.1f} min", f"{soak.rounds} rounds, each ends healed"],
        ["violations", len(soak.violations), "of any row below"],
        ["attempts", tally.attempts, ", ".join(codes) + "; the rest was replaced by a newer call"],
        ["faults", sum(tally.faults.values()), ", ".join(faults)],
        ["resets in the middle", tally.resets, "of the boards but the first"],
        ["latest callback", f"{late} ms", f"after its deadline, of {len(tally.late_ms)} timeouts"],
        ["messages sent", sum(tally.sent.values()), "by what send returned: " + ", ".join(sent)],
        ["acknowledged, all at the broker", tally.arrived, "sent under WAIT_FOR_ACK"],
        ["messages received", tally.received, "one per round and board"],
        ["sends that connected first", tally.suspended, "under SUSPEND_ON_ERROR"],
        ["losses repaired silently", tally.reconnects, f"told as lost: {tally.losses_told}"],
    ]
    if soak.slopes:
        note = f"at most, of {tally.healed} losses without a call; bound {held.SLOPE_BYTES}"
        table.append(["heap slope", f"{max(soak.slopes)} bytes per healed loss", note])
    return table + _growth(soak.samples)


def _growth(samples: list[held.Sample]) -> list[list]:
    if not held.enough(samples):
        return []
    rises = held.grown(samples)
    over = f"first board, {samples[-1].attempts - samples[0].attempts} attempts of all boards"
    return [
        ["MicroPython heap growth", f"{rises['heap']} bytes", f"{over}; bound {held.HEAP_BYTES}"],
        ["host RSS growth", f"{rises['rss_kib']} KiB", f"bound {held.RSS_KIB}"],
        ["sockets, descriptors, threads gained",
         f"{rises['sockets']}, {rises['fds']}, {rises['threads']}", "bound 0"],
    ]  # fmt: skip


def publish(soak, options, interrupted: bool) -> None:
    """Prints the summary and writes soak.json, soak.svg and the record."""
    how = f"--seconds {options.seconds:.0f} --seed {options.seed} --boards {options.boards}"
    how += f" --sanitizer {options.sanitizer}" if options.sanitizer else ""
    record = {
        "interrupted": interrupted,
        "violations": soak.violations,
        "tally": vars(soak.tally),
        "slopes": soak.slopes,
        "samples": [asdict(sample) for sample in soak.samples],
    }
    document = summary.make("Soak", f"./tools/cw soak {how}", rows(soak))
    summary.publish(options.output, "soak", document, record, options.json)
    if soak.samples:
        plot(soak.samples, options.output / "soak.svg")
    for violation in soak.violations:
        print(f"\nVIOLATION: {violation['what']}\nthe last steps:", file=sys.stderr)
        print("\n".join(violation["last"]), file=sys.stderr)
        # From the round before: it leaves the boards as they were.
        again = f"--seed {options.seed} --first-round {max(1, violation['round'] - 1)}"
        print(f"to try it again: ./tools/cw soak {again}", file=sys.stderr)


def plot(samples: list[held.Sample], file) -> None:
    """Heap, RSS and attempts over time."""
    minutes = [sample.seconds / 60 for sample in samples]
    figure, axes = svg.pyplot().subplots(3, sharex=True, figsize=(8, 6))
    for axis, name, label in zip(
        axes, ("heap", "rss_kib", "attempts"), ("heap, bytes", "RSS, KiB", "attempts"), strict=True
    ):
        axis.plot(minutes, [getattr(sample, name) for sample in samples], marker=".")
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    axes[-1].set_xlabel("minutes")
    figure.tight_layout()
    svg.save(figure, file)
