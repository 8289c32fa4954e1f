# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw agent: the agents of all devices at a broker."""

import argparse
import logging
import signal
import sys
from pathlib import Path
from types import FrameType

from commands.provision import CLOUD_PASSWORD, Secrets
from setup.problem import Problem
from setup.report import Report

SUMMARY = "run a program of yours as the agents of the devices at a broker"
EXAMPLES = """\
./tools/cw agent my_agent.py --cloud mqtts://broker.example --ca ca.pem --username backend
./tools/cw agent my_agent.py --cloud mqtts://broker.example --device 240ac4bb3280 --log

The file has a function agent(device, server), which is called once for each device: docs/agent.md.
The password is asked for, or taken from the environment variable CONNECTWITH_CLOUD_PASSWORD.
Ctrl-C or SIGTERM ends it when the running callback has come to its end."""
IN_ENVIRONMENT = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command. None takes a secret."""
    parser.add_argument("file", metavar="FILE.py", help="Python code with agent(device, server)")
    parser.add_argument(
        "--cloud", required=True, metavar="URL", help="the broker: mqtts://host[:port]"
    )
    parser.add_argument(
        "--ca", metavar="FILE", help="certificate of its authority (default: those of this system)"
    )
    parser.add_argument("--username", metavar="NAME", help="at the broker; password asked for")
    parser.add_argument("--cert", metavar="FILE", help="certificate of the agent")
    parser.add_argument("--key", metavar="FILE", help="file with its private key")
    parser.add_argument(
        "--clientid", metavar="ID", help="MQTT client identifier (default: agent-FILE)"
    )
    parser.add_argument(
        "--device",
        action="append",
        default=[],
        metavar="ID",
        help="only this one; may be repeated",
    )
    parser.add_argument(
        "--state", metavar="DIR", help="what server.save keeps (default: FILE.state, beside it)"
    )
    parser.add_argument(
        "--log", action="store_true", help="show what the devices log with server.log and error"
    )


def _check(options: argparse.Namespace) -> None:
    from agent.messages import DEVICE_ID

    if (options.cert is None) != (options.key is None):
        raise Problem(
            "--cert and --key come together, or not at all.",
            "the options do not fit together.",
            "add the other one.",
            2,
        )
    for device in options.device:
        if not DEVICE_ID.fullmatch(device):
            raise Problem(
                "--device is not the ID of a device.",
                "an ID is machine.unique_id().hex(), as 240ac4bb3280.",
                "take it from a topic imp/<id>/status at the broker.",
                2,
            )


def _log_to_stdout() -> None:
    # Under a service manager the encoding may be ASCII.
    sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)  # type: ignore
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )


def run(options: argparse.Namespace, report: Report) -> int:
    """Serves until SIGTERM or Ctrl-C; exit status 0 then."""
    # paho-mqtt is there only in the environment.
    from agent import program
    from agent.agents import Agents
    from agent.broker import Broker, address
    from agent.connection import Connection
    from agent.state import States

    _check(options)
    path = Path(options.file)
    host, port, secure = address(options.cloud)
    password = None
    if options.username is not None:
        password = Secrets().get(CLOUD_PASSWORD, "Password at the broker")
    connection = Connection(
        Broker(
            host, port, secure, options.clientid or f"agent-{path.stem}", options.ca,
            options.username, password, options.cert, options.key,
        )
    )  # fmt: skip

    def on_signal(number: int, frame: FrameType | None) -> None:
        connection.stop()

    _log_to_stdout()
    if not secure:
        logging.getLogger("agent").warning("mqtt:// is not encrypted: for a desk only")
    states = States(Path(options.state) if options.state else path.with_suffix(".state"))
    with states.held():
        setup = program.load(options.file)
        agents = Agents(setup, states, connection, tuple(options.device), options.log)
        signal.signal(signal.SIGTERM, on_signal)
        signal.signal(signal.SIGINT, on_signal)
        try:
            connection.run(agents)
        finally:
            agents.end()
    report.line("agent: ended")
    return 0
