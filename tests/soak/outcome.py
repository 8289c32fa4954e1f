# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The progress line of a soak, and at its end its table, record and plot."""

import sys
from dataclasses import asdict

import held
import summary

from commands import svg

_CONNECTED = 5


def line(soak) -> str:
    """The counters, in one line."""
    tally = soak.tally
    codes = " ".join(f"{code}:{count}" for code, count in sorted(tally.codes.items()))
    heap = f"{soak.samples[-1].heap} B" if soak.samples else "-"
    return (
        f"{soak.seconds:.0f} s  attempts {tally.attempts} ({codes})  "
        f"faults {sum(tally.faults.values())}  messages {sum(tally.sent.values())}  "
        f"kept {tally.kept}  keeps {tally.keeps}  reconnects {tally.reconnects}  heap {heap}  "
        f"violations {len(soak.violations)}"
    )


def rows(soak) -> list[list]:
    """[name, value, note] of the table."""
    tally = soak.tally
    failed = {code: n for code, n in tally.codes.items() if code != _CONNECTED}
    connected = tally.codes.get(_CONNECTED, 0)
    replaced = tally.attempts - connected - sum(failed.values())
    late = max(tally.late_ms, default=0)
    table = [
        ["duration", f"{soak.seconds / 60:.1f} min",
         f"{soak.rounds} rounds; at the end of each, all faults are over"],
        ["violations", len(soak.violations), "of any row below"],
        ["attempts", tally.attempts,
         f"{connected} connected; {sum(failed.values())} failed, with {len(failed)} codes; "
         f"{replaced} were replaced by a newer call"],
        ["faults", sum(tally.faults.values()), _kinds(tally.faults)],
        ["resets at any moment", tally.resets, "of all boards but the first"],
        ["latest callback", f"{late} ms", f"after its deadline, of {len(tally.late_ms)} timeouts"],
        ["messages sent", sum(tally.sent.values()), _sent(tally.sent)],
        ["messages acknowledged, all at the broker", tally.arrived, "sent under WAIT_FOR_ACK"],
        ["messages received", tally.received, "one per round and board"],
        ["sends that connected first", tally.suspended, "under SUSPEND_ON_ERROR"],
        ["kept messages, all at the broker in their order", tally.kept,
         f"{tally.doubles} doubles, with equal IDs; {tally.refused} others were refused by a full "
         f"outbox; {tally.forgiven} outboxes waited after three lost sessions"],
        ["calls of imp.uplink.keep", tally.keeps,
         f"{tally.backs} connected when all faults had ended; events: {_events(tally.changes)}"],
        ["losses with a silent reconnect", tally.reconnects,
         f"{tally.losses_told} others went to onunexpecteddisconnect"],
    ]  # fmt: skip
    if soak.slopes:
        note = f"the most, in {tally.healed} losses in a row; bound {held.SLOPE_BYTES}"
        table.append(["heap slope", f"{max(soak.slopes)} bytes per loss", note])
    if soak.slopes_of_moves:
        note = f"the most, in {tally.moves} moves with kept messages; bound {held.SLOPE_BYTES}"
        most = max(soak.slopes_of_moves)
        table.append(["heap slope under keep", f"{most} bytes per move and return", note])
    return table + _growth(soak.samples)


def _kinds(faults: dict) -> str:
    if not faults:
        return "none"
    least, most = min(faults.values()), max(faults.values())
    return f"{len(faults)} kinds, each of them {least} to {most} times"


def _events(changes: dict) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(changes.items())) or "none"


def _sent(sent: dict) -> str:
    """What send() returned; its codes are those of docs/api.md."""
    names = {0: "sent", 1: "NOT_CONNECTED", 2: "TIMEOUT", 3: "DISCONNECTED", 4: "WOULDBLOCK"}
    return ", ".join(f"{n} {names.get(code, code)}" for code, n in sorted(sent.items()))


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
        "slopes_of_moves": soak.slopes_of_moves,
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
        values = [getattr(sample, name) for sample in samples]
        axis.plot(minutes, values, marker=".")
        axis.set_ylabel(label)
        axis.set_ylim(0, 1.1 * max(values))
        axis.grid(alpha=0.3)
    axes[-1].set_xlabel("minutes")
    figure.tight_layout()
    svg.save(figure, file)
