# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Stands in for what switches a cable or a socket: tells its owner through a Unix socket.

switch_stand_in.py SOCKET FAULT [ARGUMENT ...]
"""

import contextlib
import socket
import sys
import threading


class Switch:
    """Does what is asked for at the Unix socket `path`: `faults` are functions by name."""

    def __init__(self, path, faults):
        self.path = path
        self.made = []
        self._faults = faults
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._run, name="switch", daemon=True).start()

    def _run(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                fault, *arguments = client.recv(1024).decode().split()
                self._faults[fault](*arguments)
                self.made.append(fault)
                client.sendall(b"done")

    def command(self, fault):
        """What stands in [commands] for `fault`."""
        return [sys.executable, __file__, str(self.path), fault]

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def main(path, *words):
    """Exit status 0 when it is done."""
    with socket.socket(socket.AF_UNIX) as owner:
        owner.settimeout(10)
        owner.connect(path)
        owner.sendall(" ".join(words).encode())
        return 0 if owner.recv(16) == b"done" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
