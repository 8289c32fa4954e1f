# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Many virtual boards at one broker, and how they come back after a power cut: `./tools/cw fleet`.

With --broker rabbitmq the broker is a cluster, whose nodes are killed and restarted.
Exit status 0 when all boards came back from each storm in time.
"""

import argparse
import json
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_TESTS = _ROOT / "tests"
sys.path[:0] = [str(_ROOT / "tools"), str(_TESTS / "soak"), str(Path(__file__).parent)]

import cluster  # noqa: E402
import cluster_storms  # noqa: E402
import ctrl_c  # noqa: E402
import main_script  # noqa: E402
import meters  # noqa: E402
import report  # noqa: E402
import street  # noqa: E402
import watch  # noqa: E402
from alone import Alone  # noqa: E402
from bench import BenchError, World  # noqa: E402

from commands import values  # noqa: E402
from setup import rabbitmq  # noqa: E402

MODES = ("jitter", "fixed")
_LINE_EVERY_S = 2.0
_CHOICE_S = 60.0
_AGAIN_S = 10.0
_MOST_BOARDS = 1000  # 4 MiB and two threads each


class Fleet:
    """The boards, and the storms that they go through."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.storms: list[watch.Storm] = []
        self.statuses: list[list] = []  # rows of the table of retained statuses
        self.memory: list[tuple[int, int]] = []
        self.ids = [street.ident(number) for number in range(options.boards)]
        self.sites = 0
        self._handshakes: dict[str, list[int]] = {}  # of each board: in full, resumed
        self.broker_name = ""
        self._began = time.monotonic()
        self._shown = 0.0

    def progress(self, text: str, at_once: bool = False) -> None:
        """One line now and then."""
        now = time.monotonic()
        if at_once or now - self._shown > _LINE_EVERY_S:
            self._shown = now
            print(f"{now - self._began:6.1f} s  {text}", file=sys.stderr, flush=True)

    def run(self, world: World) -> None:
        """The storms, at the broker that was chosen."""
        if self.options.broker == "mosquitto":
            self._with(world, Alone(world), self._storms_of_one)
            return
        programs = rabbitmq.find(self.options.rabbitmq)
        if programs is None:
            raise BenchError(f"there is no RabbitMQ in {self.options.rabbitmq}")
        world.broker.stop()
        count = self.options.nodes
        cluster.check_memory(count, len(self.ids))
        self.progress(f"starting {count} nodes of RabbitMQ {programs.version}", True)
        mirrored = self.options.queues == "mirrored"
        with cluster.Cluster(world, programs, count, self.ids, self.progress, mirrored) as nodes:
            self._with(world, nodes, cluster_storms.run, cluster.PASSWORD)

    def _with(self, world: World, broker, storms, password: str | None = None) -> None:
        """Builds the street at this broker, connects all, then calls `storms(self, mode)` for
        each mode."""
        options = self.options
        self.broker_name = broker.name
        self.progress("making the flash of the boards", True)
        code = main_script.script(
            broker.url, world.certificates.ca_pem, street.SSID, street.KEY, options.spread,
            password,
        )  # fmt: skip
        flash = street.make_flash(world, options.board_binary, code)
        boards = street.Street(world, options.board_binary, options.boards, flash)
        try:
            self.sites = len(boards.sites)
            self.world, self.street, self.broker = world, boards, broker
            self.watch = watch.Watch(broker, self.progress)
            self.storm("first start, one by one", boards.switch_on)
            for mode in options.mode or MODES:
                self.choose(mode)
                storms(self, mode)
            self.memory = [meters.memory_kib(board.pid) for board in boards.boards]
        finally:
            boards.close()

    def storm(
        self, name: str, begin, ids=None, hurt: bool = False, by_log: bool = False,
        asked: bool = True,
    ) -> None:  # fmt: skip
        """Calls `begin`, then waits until the boards `ids` (by default all) are back. hurt: a node
        is gone; by_log: see Watch.until_back(); asked: whether the boards are asked afterwards."""
        self.watch.begin(name, self.ids if ids is None else ids)
        begin()
        self.storms.append(self.watch.until_back(self.options.limit, by_log))
        self.storms[-1].hurt = hurt
        if asked and not by_log:
            self.count_resumed()

    def count_resumed(self) -> None:
        """How many handshakes of the last storm have resumed a TLS session. Each board answers."""
        storm = self.storms[-1]
        if not storm.missing:
            answers = self._ask("handshakes", "1")
            now = {topic.split("/")[1]: json.loads(data) for topic, data in answers.items()}
            there = {ident: now[ident] for ident in storm.back_s}
            storm.resumed = watch.resumed(self._handshakes, there)
            self._handshakes = now

    def choose(self, mode: str) -> None:
        """All boards reconnect in this way from now on; each has said that it will. A message to a
        board that has not subscribed yet is lost, so it is sent again."""
        self._ask("mode", f'"{mode}"')

    def _ask(self, what: str, value: str) -> dict[str, bytes]:
        """By topic: the answers of all boards to a message `what`. Raises BenchError."""
        since = len(self.broker.messages)
        answers: dict[str, bytes] = {}
        end = time.monotonic() + _CHOICE_S
        topics = {f"imp/{ident}/agent/{what}" for ident in self.ids}
        while time.monotonic() < end:
            for topic in sorted(topics - set(answers)):
                self.broker.publish(topic.replace("/agent/", "/device/"), value)
            again = time.monotonic() + _AGAIN_S
            while time.monotonic() < again:
                time.sleep(0.05)
                news = self.broker.messages[since:]
                answers |= {topic: data for topic, data, _ in news if topic in topics}
                if len(answers) == len(topics):
                    return answers
        raise BenchError(f"{len(topics - set(answers))} boards do not answer to {what!r}")

    def _storms_of_one(self, fleet: "Fleet", mode: str) -> None:
        self.storm(f"all boot at once, {mode}", self.street.power_cycle)
        self.progress(f"broker and access points are off for {self.options.outage:g} s", True)
        self.world.broker.stop()
        self.street.networks_off()
        time.sleep(self.options.outage)
        self.world.broker.start()
        self.storm(f"after an outage, {mode}", self.street.networks_on)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    boards = values.count(1, _MOST_BOARDS)
    parser.add_argument("--boards", type=boards, default=100)
    parser.add_argument("--outage", type=values.seconds(), default=30.0, help="seconds")
    parser.add_argument("--spread", type=values.seconds(), default=10.0, help="seconds")
    parser.add_argument("--mode", choices=MODES, action="append")
    parser.add_argument("--broker", choices=("mosquitto", "rabbitmq"), default="mosquitto")
    parser.add_argument("--nodes", type=values.count(2, 5), default=3, help="of RabbitMQ")
    parser.add_argument("--queues", choices=("mirrored", "single"), default="mirrored")
    parser.add_argument("--stop", choices=("drained", "plain"), default="drained")
    parser.add_argument(
        "--rabbitmq", type=Path, default=Path(), help="folder where it is unpacked"
    )
    parser.add_argument(
        "--limit", type=values.seconds(1), default=180.0, help="for each storm, seconds"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the whole record")
    parser.add_argument("--output", type=values.output_folder, default=_ROOT / "build" / "fleet")
    parser.add_argument("--board-binary", type=Path, default=_ROOT / "build/VIRTUAL/virtual-board")
    return parser.parse_args()


def main() -> int:
    """Runs it; Ctrl-C gives the summary so far."""
    options = arguments()
    ctrl_c.once()
    fleet = Fleet(options)
    status = 0
    try:
        with World(options.seed, engine="mosquitto") as world:
            fleet.run(world)
    except KeyboardInterrupt:
        status = 130
    except BenchError as error:
        print(f"fleet: {error}", file=sys.stderr)
        status = 1
    report.publish(fleet, options)
    return status or int(any(storm.missing for storm in fleet.storms))


if __name__ == "__main__":
    sys.exit(main())
