# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""From one link to another: from a session over Wi-Fi to one over Ethernet or cellular."""

from figures import Cell, Row
from setting import Setting, cell, in_turn
from stand import Stand

LIMIT_S = 60.0


def measure(setting: Setting) -> list[Row]:
    """Time from the call, connected over Wi-Fi, to CONNACK over the other link."""
    rows = []
    with setting.stands(None, "ours", "umqtt_simple", "minimal") as stands:
        modems = {s.name: setting.world.fit_modem(s.board, scale=0.1) for s in stands}

        def warm(stand: Stand) -> None:
            for modem in modems.values():
                modem.restore()
            modems[stand.name].warm()

        for link, repeat in (
            ("ethernet", setting.repeat(10, 1)),
            ("cellular", setting.repeat(5, 1)),
        ):
            in_turn(stands, 1, f"switch({link!r})", LIMIT_S, between=warm)
            answers = in_turn(stands, repeat, f"switch({link!r})", LIMIT_S, between=warm)
            cells = {name: cell(runs, "us", 1e-3, LIMIT_S) for name, runs in answers.items()}
            if "mqtt_as" in setting.kit.columns:
                cells["mqtt_as"] = Cell(text="knows Wi-Fi only")
            note = (
                "the modem is on, registered, ten times as quick as a real one, and has another "
                "APN; connectwith attaches anew"
            )
            rows.append(
                setting.row(
                    f"switch from Wi-Fi to {link}, session to session",
                    "ms",
                    cells,
                    note=note if link == "cellular" else "",
                )  # fmt: skip
            )
        for modem in modems.values():
            setting.world.remove_modem(modem)
    return rows
