# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Measure what the project promises, all in one run: `./tools/cw bench`.

Exit code 0 when every bar holds, 1 when one does not.
"""

import argparse
import json
import pathlib
import sys

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tools"), str(pathlib.Path(__file__).parent)]

import cellular  # noqa: E402
import connect_time  # noqa: E402
import deadline  # noqa: E402
import endurance  # noqa: E402
import figures  # noqa: E402
import heap  # noqa: E402
import pause  # noqa: E402
from bench import World  # noqa: E402

PROGRAMS = {
    "pause": pause,
    "connect_time": connect_time,
    "cellular": cellular,
    "heap": heap,
    "deadline": deadline,
    "endurance": endurance,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PROGRAMS, action="append", help="measure only this")
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--board-binary",
        default=str(_ROOT / "build/VIRTUAL/virtual-board"),
        help="the virtual board's program (default: %(default)s)",
    )
    options = parser.parse_args()
    rows: list[figures.Figure] = []
    for name in options.only or PROGRAMS:
        print(f"measuring {name}: {PROGRAMS[name].__doc__.splitlines()[0]}", file=sys.stderr)
        with World() as world:
            rows += PROGRAMS[name].measure(world, options.board_binary, options.quick)
    if options.json:
        print(json.dumps([row.as_dict() for row in rows], indent=2))
    else:
        figures.show(rows)
    return 1 if any(row.holds is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
