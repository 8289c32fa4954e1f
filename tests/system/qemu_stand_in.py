# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Stands in for Espressif's QEMU, with its command line: the virtual board, its console and its
UART 1 two TCP servers.

It looks at what the real one needs: a flash image of a whole chip, eFuses, two serial ports. Its
own process id goes into the file that PID_FILE names.
"""

import argparse
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

from bench.serial_server import SerialServer


def parse():
    """QEMU's options that are given, and no others."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("-M", "-display", "-monitor", "-nic"):
        parser.add_argument(name, required=True)
    for name in ("-drive", "-global", "-serial"):
        parser.add_argument(name, action="append", required=True)
    return parser.parse_args()


def port_of(serial):
    """The port of "tcp:127.0.0.1:PORT,server=on,wait=off"."""
    address, *words = serial.split(",")
    assert words == ["server=on", "wait=off"], serial
    return int(address.removeprefix("tcp:127.0.0.1:"))


def open_line(link):
    """The board's end of its UART, which is another one after each reset; None without one."""
    try:
        return os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return None


def serve_uart(link, listener):
    """Carries bytes between one client and the UART, for ever. What nobody takes is lost."""
    client, _ = listener.accept()
    line = None
    while True:
        line = open_line(link) if line is None else line
        ready = select.select([client] + [line] * (line is not None), [], [], 0.02)[0]
        try:
            if line in ready:
                client.sendall(os.read(line, 4096))
            if client in ready:
                data = client.recv(4096)
                if not data:
                    return
                if line is not None:
                    os.write(line, data)
        except BlockingIOError:
            pass
        except OSError:
            os.close(line)
            line = None


def main():
    """Until SIGTERM, or until the board ends."""
    options = vars(parse())
    drives = [dict(word.split("=", 1) for word in drive.split(",")) for drive in options["drive"]]
    flash = pathlib.Path(next(drive["file"] for drive in drives if drive["if"] == "mtd"))
    efuses = pathlib.Path(next(drive["file"] for drive in drives if drive["if"] == "none"))
    assert flash.stat().st_size in (2 << 20, 4 << 20, 8 << 20, 16 << 20)
    assert efuses.stat().st_size == 1024
    console_port, uart_port = map(port_of, options["serial"])
    pathlib.Path(os.environ["PID_FILE"]).write_text(str(os.getpid()))
    folder = pathlib.Path(os.environ["BOARD_FOLDER"])
    command = [os.environ["BOARD"], "--dir", folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        word, _, console = process.stdout.readline().decode().strip().partition(" ")
        if word != "console":
            return 1
        listener = socket.create_server(("127.0.0.1", uart_port))
        threading.Thread(target=serve_uart, args=(folder / "uart1", listener), daemon=True).start()
        with SerialServer(pathlib.Path(console), port=console_port):
            process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
