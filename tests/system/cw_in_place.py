# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""./tools/cw in this interpreter, with the board's program $BOARD and without any set-up.

cw_in_place.py ARGUMENT…
"""

import os
import pathlib
import signal
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import commands  # noqa: E402
from commands import board, repl, run  # noqa: E402
from setup import build  # noqa: E402


def _prepared(report):
    unused = pathlib.Path("/nonexistent")
    return build.Built(pathlib.Path(os.environ["BOARD"]), unused, unused, unused, unused)


if __name__ == "__main__":
    # A shell starts a background job with Ctrl-C ignored, and all that the job starts inherits it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    commands._enter_environment = lambda *_: None
    for module in (board, repl, run):
        module.prepare = _prepared
    sys.exit(commands.main(sys.argv[1:]))
