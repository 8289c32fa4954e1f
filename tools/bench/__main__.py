# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`python -m bench`: runs a world until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading

from .errors import BenchError
from .world import World


def _describe(world: World) -> dict[str, str]:
    facts = {"socket": str(world.net), "folder": str(world.folder)}
    for name, ap in world.wifi.items():
        facts[f"wifi {name}"] = f"SSID {ap.ssid}, " + (f"key {ap.key}" if ap.key else "open")
    facts["ethernet"] = "plugged in"
    facts["broker"] = world.broker.url
    facts["broker without TLS"] = world.broker.plain_url
    facts["broker here"] = f"127.0.0.1:{world.broker.port}, {world.broker.plain_port} without TLS"
    facts["CA"] = str(world.certificates.ca_file)
    facts["board"] = f"virtual-board --dir DIR --net {world.net}"
    return facts


def main() -> int:
    """Runs a world; exit code 0 after Ctrl-C or SIGTERM, 1 when the world does not start."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of the random faults")
    parser.add_argument("--broker", choices=["mosquitto", "amqtt"], help="default: what there is")
    parser.add_argument("--json", action="store_true", help="print for programs")
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with World(options.seed, engine=options.broker) as world:
            facts = _describe(world)
            if options.json:
                print(json.dumps(facts), flush=True)
            else:
                width = max(map(len, facts))
                for key, value in facts.items():
                    print(f"{key:{width}}  {value}")
                print("Ctrl-C ends it.", flush=True)
            stop.wait()
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
