# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw fleet: many virtual boards at one broker, and how they come back after a power cut."""

import argparse
import sys

from commands import values
from commands.session import hand_over, prepare
from setup import paths, rabbitmq
from setup.problem import Problem
from setup.report import Report

SUMMARY = "connect many boards to one broker and measure how they come back"
EXAMPLES = """\
./tools/cw fleet --boards 20
./tools/cw fleet --boards 100 --output docs/figures
./tools/cw fleet --boards 50 --mode fixed        only without jitter
./tools/cw fleet --broker rabbitmq --nodes 3     a cluster: a node is killed, all are restarted"""
IN_ENVIRONMENT = True

BROKERS = ("mosquitto", "rabbitmq")
CLUSTERED = BROKERS[1]
_OF_CLUSTERS = ("queues", "stop")
PROGRAM = paths.ROOT / "tests" / "fleet" / "run.py"
_NUMBERS = {
    "boards": (values.count(1, 1000), "how many (default: 100)"),
    "outage": (values.seconds(), "seconds without Mosquitto and access points (default: 30)"),
    "spread": (values.seconds(), "seconds over which boots are spread with jitter (default: 10)"),
    "limit": (
        values.seconds(1),
        "seconds that all may take to come back from one storm (default: 180)",
    ),
    "nodes": (values.count(2, 5), "nodes of the cluster, with --broker rabbitmq (default: 3)"),
    "seed": (
        values.count(0, 2**31 - 1),
        "of the bench (default: 1); the boards have random numbers of their own",
    ),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command, which are those of tests/fleet/run.py."""
    for name, (kind, text) in _NUMBERS.items():
        parser.add_argument(f"--{name}", type=kind, metavar="N", help=text)
    parser.add_argument(
        "--mode", choices=("jitter", "fixed"), action="append", help="only this (default: both)"
    )
    parser.add_argument(
        "--output",
        type=values.output_folder,
        metavar="DIR",
        help="for fleet.json and fleet.svg (fleet-rabbitmq.* with --broker)",
    )
    parser.add_argument(
        "--broker", choices=BROKERS, default=BROKERS[0],
        help="one Mosquitto (the default), or a cluster of RabbitMQ, which apt downloads (31 MB)"
        " and which is not installed",
    )  # fmt: skip
    parser.add_argument(
        "--queues", choices=("mirrored", "single"),
        help="RabbitMQ keeps the queue of a subscription at two nodes (the default), or at one",
    )  # fmt: skip
    parser.add_argument(
        "--stop", choices=("drained", "plain"),
        help="before a node of RabbitMQ is restarted, it closes its connections and waits until"
        " the boards are back (the default), or it just stops",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the whole record")


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 when all boards came back in time, 130 after Ctrl-C."""
    for name in ("nodes", *_OF_CLUSTERS):
        value = getattr(options, name)
        if value is not None and options.broker != CLUSTERED:
            raise Problem(
                f"--{name} {value} has no meaning with --broker {options.broker}.",
                "Mosquitto has no clusters.",
                f"add --broker {CLUSTERED}, or leave --{name} out.",
                2,
            )
    built = prepare(report)
    command = [sys.executable, str(PROGRAM), "--board-binary", str(built.board)]
    if options.broker == CLUSTERED:
        command += ["--broker", CLUSTERED, "--rabbitmq", str(rabbitmq.ensure(report))]
    for name in (*_NUMBERS, *_OF_CLUSTERS, "output"):
        value = getattr(options, name)
        command += [f"--{name}", str(value)] if value is not None else []
    for mode in options.mode or ():
        command += ["--mode", mode]
    command += ["--json"] if options.json else []
    return hand_over(command)
