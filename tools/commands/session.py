# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What demo, run, repl, test and bench share: set-up and a board in a bench."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING

from commands.console import Console
from setup import build, sources
from setup.problem import Problem
from setup.report import Report

if TYPE_CHECKING:
    from bench import Board, World

BOOT_LIMIT_S = 10.0
# A real modem takes 11 s to start and more to register, which is too long to watch.
MODEM_SCALE = 0.1
APN = "internet"  # the bench's network takes any


def prepare(report: Report, sanitizers: tuple[str, ...] = ("",)) -> build.Built:
    """Gets the sources and builds, as far as they are missing. Raises Problem."""
    build.clean_environment()
    tree = sources.ensure(report)
    assert tree is not None
    programs = build.ensure_bench(report, tree)
    assert programs is not None
    netsim, ppp_server = programs
    boards = [build.ensure_board(tree, report, sanitizer) for sanitizer in sanitizers]
    board, mpy_cross = boards[0]
    # So the bench does not check again whether they are up to date.
    os.environ["CONNECTWITH_NETSIM"] = str(netsim)
    os.environ["CONNECTWITH_PPP_SERVER"] = str(ppp_server)
    os.environ["CONNECTWITH_BOARD"] = str(board)
    os.environ["CONNECTWITH_MPY_CROSS"] = str(mpy_cross)
    return build.Built(board, netsim, ppp_server, tree, mpy_cross)


@contextlib.contextmanager
def board_in_bench(built: build.Built, local: bool = False) -> Iterator[tuple["World", "Board"]]:
    """boards_in_bench() with one board."""
    with boards_in_bench(built, 1, local) as (world, (board,)):
        yield world, board


@contextlib.contextmanager
def boards_in_bench(
    built: build.Built, count: int, local: bool = False
) -> Iterator[tuple["World", list["Board"]]]:
    """A new world with boards in it, each with its modem, switched on; all are gone after the
    block. local: see class World."""
    from bench import BenchError, Board, World

    try:
        with contextlib.ExitStack() as stack:
            world = stack.enter_context(World(local=local))
            boards = [Board(world, binary=built.board) for _ in range(count)]
            for board in boards:
                # cw uses the console itself; the bench's REPL would open it exclusively.
                board.start(BOOT_LIMIT_S, repl=False)
                stack.callback(board.stop)
                world.fit_modem(board, scale=MODEM_SCALE)
            yield world, boards
    except BenchError as error:
        what, _, rest = str(error).partition("\n")
        raise Problem(
            f"The bench: {what}.",
            rest.strip() or "a part of the simulated world is not as it should be.",
            "run the same command again; if it stays so: ./tools/cw clean, or ./tools/cw setup.",
        ) from error


def configure(world: "World", console: Console) -> None:
    """Tells the board which broker to use, and where its script finds the networks. Leaves no
    name behind in the script's namespace."""
    home, broker, proxy = world.wifi["home"], world.broker, world.proxy
    settings = "".join(
        f"{name} = {value!r}\n"
        for name, value in (
            ("SSID", home.ssid), ("KEY", home.key), ("APN", APN),
            ("BROKER", broker.host), ("PORT", broker.port), ("CA", broker.ca_pem),
            ("PROXY", proxy.host), ("PROXY_PORT", proxy.port),
        )
    )  # fmt: skip
    code = (
        "import imp\n"
        f"imp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r})\n"
        f"with open('my_network.py', 'w') as file: file.write({settings!r})\n"
        f"with open('ca.pem', 'wb') as file: file.write({broker.ca_pem!r})\n"
    )
    console.run(f"exec({code!r}, {{}})")


def hand_over(command: list[str]) -> int:
    """Runs a program that shows its own progress; returns its exit status. Ctrl-C goes to the
    program, which then prints its summary."""
    with subprocess.Popen(command) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            return process.wait()


class BrokerLines:
    """The device's lines as they arrive at the broker: (topic, text), each once. The broker then
    forgets them, because a board may stand for days."""

    def __init__(self, world: "World") -> None:
        self._broker = world.broker
        self._broker.take()

    def new(self) -> list[tuple[str, str]]:
        """What has arrived since the last call."""
        return [(topic, text_of(payload)) for topic, payload, _ in self._broker.take()]


def text_of(payload: bytes) -> str:
    """A payload to display: the text of a JSON string, or the payload itself."""
    text = payload.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if not isinstance(value, str):
        return text
    return value.encode("utf-8", "replace").decode()  # JSON's escapes can make half a character
