# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Stands in for an emulator: the virtual board, its console a TCP server as QEMU's -serial tcp:.

emulator_stand_in.py BOARD FOLDER NET PORT
"""

import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

from bench.serial_server import SerialServer


def main(board, folder, net, port):
    """Until SIGTERM, or until the board ends."""
    command = [board, "--dir", folder, "--net", net]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        word, _, console = process.stdout.readline().decode().strip().partition(" ")
        if word != "console":
            return 1
        with SerialServer(pathlib.Path(console), port=int(port)):
            process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
