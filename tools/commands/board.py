# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw board: a standing virtual board in its bench, for other programs."""

import argparse
import json
import shlex
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from commands import typed_faults
from commands.console import Console
from commands.session import APN, BrokerLines, board_in_bench, configure, prepare
from commands.typed_lines import TypedLines
from setup.problem import Problem
from setup.report import Report

if TYPE_CHECKING:
    from bench import Board, World

SUMMARY = "keep a virtual board and its networks for other programs, and make faults"
EXAMPLES = """\
./tools/cw board                  for mpremote, an editor, or a test of yours
./tools/cw board --rfc2217        at a network port, as a real board on another computer
./tools/cw board --json           what it says at the start, as one line of JSON

It says where the board is, and how to reach the broker from this computer. Type a fault while it
stands (ap-off, then ap-on), or help. Another process writes the same lines to the pipe that it
names. Ctrl-C or quit ends it, and everything that it has started."""
IN_ENVIRONMENT = True

_STEP_S = 0.1
_HELP = """\
reset                              press EN
quit                               end the board and its networks"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument(
        "--rfc2217",
        action="store_true",
        help="the board at a port of the loopback interface, with RTS and DTR as on a dev kit, in "
        "place of a terminal; and a bench.toml for ./tools/cw test --target hardware",
    )
    parser.add_argument("--json", action="store_true", help="print the facts for programs")


def bench_toml(world: "World") -> str:
    """The bench as ./tools/cw test --target hardware reads it; without the key."""
    broker = world.broker
    return f"""\
[board]
reset = "rts"

[wifi.home]
ssid = {json.dumps(world.wifi["home"].ssid)}
key_env = "BENCH_WIFI_KEY"

[wifi.cafe]
ssid = {json.dumps(world.wifi["cafe"].ssid)}

[ethernet]

[cellular]
apn = {json.dumps(APN)}

[broker]
url = {json.dumps(broker.url)}
address = {json.dumps(broker.listen)}
ca = {json.dumps(world.certificates.ca_file.name)}
"""


def facts(world: "World", port: str, pipe: Path, bench: Path | None) -> dict[str, str | int]:
    """What a program has to know."""
    home, cafe, broker = world.wifi["home"], world.wifi["cafe"], world.broker
    proxy = world.proxy
    found: dict[str, str | int] = {
        "port": port,
        "ssid": home.ssid,
        "key": home.key,
        "open ssid": cafe.ssid,
        "apn": APN,
        "proxy": f"{proxy.host}:{proxy.port}",
        "broker": broker.url,
        "broker here": f"mqtts://localhost:{broker.port}",
        "broker here without TLS": f"mqtt://localhost:{broker.plain_port}",
        "ca": str(world.certificates.ca_file),
        "pipe": str(pipe),
    }
    return found | ({"bench": str(bench)} if bench else {})


def _introduce(world: "World", found: dict[str, str | int], report: Report) -> None:
    port, broker = found["port"], world.broker
    mpremote = shlex.quote(str(Path(sys.executable).with_name("mpremote")))
    key = world.wifi["home"].key
    rows = [
        ("port", f"{port}"),
        ("Wi-Fi", f"SSID {found['ssid']!r}, key {key!r}; SSID {found['open ssid']!r}, open"),
        ("Ethernet", "W5500, cable plugged in"),
        ("cellular", f"SIM7600, switched off, SIM without a PIN, APN {APN!r}"),
        ("proxy", f"{found['proxy']} for the board, an HTTP proxy without credentials"),
        ("broker", f"{broker.url} for the board (imp.cloud is configured for it)"),
        ("", f"{found['broker here']} on this computer, CA {found['ca']}"),
        ("", f"mosquitto_sub -h localhost -p {broker.port} --cafile {found['ca']} -t 'imp/#' -v"),
        ("try", f'{mpremote} connect {port} exec "import imp; print(imp.diag.version())"'),
    ]
    if "bench" in found:
        rows.append(
            ("", f"BENCH_WIFI_KEY={key} ./tools/cw test --target hardware --board VIRTUAL --port "
             f"{port} --bench {found['bench']} --erase-settings -k results")
        )  # fmt: skip
    rows.append(("faults", f"type one (ap-off), or help; or: echo ap-off > {found['pipe']}"))
    for name, text in rows:
        report.line(f"{name:<9} {text}")
    report.line("Ctrl-C ends it.")


class Desk:
    """Carries out what is typed. `done`: it was quit."""

    def __init__(self, world: "World", board: "Board", report: Report) -> None:
        self._world = world
        self._board = board
        self._report = report
        self.done = False

    def carry_out(self, line: str) -> None:
        """One line; what is wrong with it is said, and changes nothing."""
        from bench import BenchError

        word = line.strip()
        if word == "quit":
            self.done = True
        elif word == "help":
            self._report.line("\n".join([*typed_faults.help_lines(), _HELP]))
        elif word:
            try:
                if word == "reset":
                    self._board.press_en()
                else:
                    self._make(typed_faults.parse_all(word))
            except Problem as problem:
                self._report.line(f"{problem.what} {problem.next_step}; or help")
            except BenchError as error:
                self._report.line(f"refused: {error}")

    def _make(self, faults: list[typed_faults.Fault]) -> None:
        for fault in faults:
            if fault.at_s:
                raise Problem("A fault here is made at once.", "", "leave @ and the time out")
            typed_faults.arguments(fault)
        for fault in faults:
            typed_faults.apply(self._world, fault)
            self._report.line(f"fault: {fault.text}")


def _stand(world: "World", board: "Board", lines: TypedLines, report: Report) -> None:
    """Until it is quit. Raises BenchError when the board has crashed."""
    desk, broker, mark = Desk(world, board, report), BrokerLines(world), board.boot_mark
    while not desk.done:
        for line in lines.wait(_STEP_S):
            desk.carry_out(line)
        for topic, text in broker.new():
            report.line(f"broker: {topic}  {text}")
        if not board.running:
            raise Problem(
                "The board has gone.",
                (board.log.strip().splitlines() or ["its process has ended"])[-1],
                "run ./tools/cw board again; if it crashed, please report it.",
            )
        if board.boot_mark != mark:
            # The board writes the file, whose time that is, in two steps.
            time.sleep(0.02)
            mark = board.boot_mark
            report.line("board: booted")


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 after Ctrl-C, SIGTERM or quit."""
    built = prepare(report)
    with board_in_bench(built, local=True) as (world, board), ExitStack() as stack:
        with Console(board.console) as console:
            console.enter()
            configure(world, console)
        board.press_en()
        port, bench = str(board.console.resolve()), None
        if options.rfc2217:
            from bench.serial_server import SerialServer

            port = stack.enter_context(SerialServer(board.console, board.press_en)).url
            bench = world.folder / "bench.toml"
            bench.write_text(bench_toml(world), encoding="utf-8")
        lines = stack.enter_context(TypedLines(world.folder / "pipe"))
        found = facts(world, port, lines.pipe, bench)
        try:
            if options.json:
                print(json.dumps(found), flush=True)
            else:
                _introduce(world, found, report)
            _stand(world, board, lines, report)
        except KeyboardInterrupt:
            pass  # the ordinary end
        report.line("The board and its networks end.")
    return 0
