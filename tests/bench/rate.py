# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Messages per second, 100 bytes each, over Wi-Fi and TLS."""

from figures import Cell, Row
from setting import Setting, failure, in_turn

COUNT = 100
LIMIT_S = 60.0

_NOTES = {
    1: "connectwith has several messages under way, umqtt.simple waits for each acknowledgement, "
    "mqtt_as looks for it every 100 ms",
    0: "until the last message is written, not until it has arrived",
}


def _cell(answers: list[dict | None], qos: int) -> Cell:
    failures = [text for text in (failure(answer, LIMIT_S) for answer in answers) if text]
    if failures:
        return Cell(text=f"fails: {failures[0]}")
    if not all(answer["done"] for answer in answers):
        return Cell(text=f"no QoS {qos}")
    return Cell([COUNT / (answer["us"] / 1e6) for answer in answers])


def measure(setting: Setting) -> list[Row]:
    """A row for each quality of service; not every contender has both."""
    rows = []
    with setting.stands() as stands:
        for qos in (1, 0):
            call = f"rate({COUNT}, {qos})"
            answers = in_turn(stands, setting.repeat(3, 1), call, LIMIT_S)
            cells = {name: _cell(runs, qos) for name, runs in answers.items()}
            rows.append(setting.row(f"messages per second, QoS {qos}", "1/s", cells,
                                    note=_NOTES[qos]))  # fmt: skip
    return rows
