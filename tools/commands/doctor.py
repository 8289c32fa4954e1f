# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw doctor: a board's firmware, links, settings and last attempt, as a table for an issue."""

import argparse
import calendar
import json
import time
from pathlib import Path
from typing import Any

from commands.remote import BoardError, Remote
from setup import paths
from setup.problem import Problem
from setup.report import Report

SUMMARY = "look at a board: firmware, links, modem, clock, settings; without secrets"
EXAMPLES = """\
./tools/cw doctor --port /dev/ttyUSB0
./tools/cw doctor --port /dev/ttyUSB0 --connect    try to connect as well
./tools/cw doctor --port /dev/ttyUSB0 --json

It stops the board's program, as Ctrl-C does, and leaves connections as they are."""
IN_ENVIRONMENT = True

SCRIPT = Path(__file__).with_name("doctor_script.py")
CONNECT_LIMIT_S = 180
# Until the next boot: with SUSPEND_ON_ERROR, a failure would put the board to sleep.
_CONNECT = f"""\
import server, time
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
ended = []
server.connect(ended.append, {CONNECT_LIMIT_S})
until = time.ticks_add(time.ticks_ms(), {CONNECT_LIMIT_S + 5}000)
while not (ended or server.isconnected()) and time.ticks_diff(until, time.ticks_ms()) > 0:
    time.sleep_ms(50)
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("--port", required=True, metavar="P", help="the board's serial port")
    parser.add_argument(
        "--connect",
        action="store_true",
        help="with the stored settings, if there is no connection; policy RETURN_ON_ERROR then",
    )
    parser.add_argument("--json", action="store_true", help="print one document instead")


def ask(remote: Remote, connect: bool) -> dict[str, Any]:
    """The board's report about itself. Raises Problem."""
    try:
        if connect:
            remote.run(_CONNECT, CONNECT_LIMIT_S + 15, "connecting")
        said = remote.run(SCRIPT.read_text(encoding="utf-8"), 20, "being looked at")
    except BoardError as error:
        if "no server is set" in str(error):
            raise Problem(
                "The board has no broker to connect to.",
                "none is stored on it.",
                "./tools/cw provision --cloud URL --ca FILE, then again.",
            ) from None
        raise remote.unexpected(error) from error
    for line in said.splitlines():
        # A program of the user's may print in between.
        if line.startswith("{") and '"keysource"' in line:
            try:
                return json.loads(line)
            except ValueError:
                continue
    raise Problem(
        "The board's answer cannot be read.",
        "no line of it is what was asked for.",
        "run it again; if it stays so, press EN (reset) first.",
    )


def _clock(found: dict[str, Any], now_s: float) -> str:
    if found["clock"] < found["built"]:
        return "not set"
    board_s = found["clock"] + calendar.timegm((found["epoch"], 1, 1, 0, 0, 0))
    off = round(board_s - now_s)
    text = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(board_s))
    return f"{text}, {abs(off)} s {'ahead of' if off > 0 else 'behind'} this computer's"


def _broker(found: dict[str, Any]) -> str:
    if found["connected"]:
        return "reached: there is a session"
    last = found["lastattempt"]
    if last is None:
        return "not tried since the boot (--connect does)"
    if last["name"] is None:
        return f"attempt over {last['interface']} in progress"
    return f"last attempt, over {last['interface']}: {last['name']}, {last['cause'] or 'no cause'}"


def _firmware(version: str | None) -> str:
    """The version on the board, with advice if it differs from the version of cw."""
    ours = paths.version()
    if version == ours:
        return f"connectwith {version}"
    what = f"connectwith {version}" if version else "connectwith before 0.1.0"
    return f"{what}, but this tool is {ours}: ./tools/cw flash, or the tool of that version"


def rows(found: dict[str, Any], now_s: float) -> list[tuple[str, str]]:
    """The table: name and value of each line."""
    lines = [
        ("board", found["board"]),
        ("firmware", _firmware(found.get("version"))),
        ("MicroPython", f"{found['micropython']} ({found['build']})"),
    ]
    lines += [(f"link {name}", text) for name, text in found["links"].items()]
    if found["modem"] is not None:
        state = [f"{name} {value}" for name, value in found["modem"].items() if value is not None]
        lines.append(("modem", ", ".join(state) or "cannot be told while it is not in use"))
    lines += [("key source", found["keysource"]), ("clock", _clock(found, now_s))]
    for name, fields in found["stored"].items():
        lines.append((f"stored {name}", ", ".join(fields) if fields is not None else "nothing"))
    lines.append(("broker", _broker(found)))
    last = found["lastattempt"]
    if last is not None:
        tries = last.get("tries") or {}
        lines += [(f"tried {interface}", result) for interface, result in tries.items()]
        if last.get("note"):
            lines.append(("note", last["note"]))
        lines.append(("stages", ", ".join(f"{stage} {ms} ms" for stage, ms in last["stages"])))
    counts = found["counters"]
    text = (
        f"{counts['attempts']} attempts, {counts['successes']} successes, {counts['losses']} lost"
    )
    lines.append(("since boot", f"{text}; last loss: {counts['lastloss'] or 'none'}"))
    return lines


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 1 when --connect was asked for and there is no session after it."""
    with Remote(options.port) as remote:
        found = ask(remote, options.connect)
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        lines = rows(found, time.time())
        width = max(len(name) for name, _ in lines)
        for name, text in lines:
            report.line(f"{name:<{width}}  {text}")
        report.line("")
        report.line(
            "The board's program has been stopped; Ctrl-D in ./tools/cw monitor starts it."
        )
    return 1 if options.connect and not found["connected"] else 0
