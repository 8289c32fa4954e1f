# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A program that runs beside a test, as an agent does."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

CW = Path(__file__).resolve().parents[2] / "tools" / "cw"


class Running:
    """A Python program, `cw agent` for example, with its output in a file of `folder`."""

    def __init__(self, folder, command, **environment):
        self._output = open(folder / "output.txt", "a+")
        self._begin = self._output.seek(0, os.SEEK_END)
        self.process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        )

    @property
    def output(self):
        self._output.seek(self._begin)
        return self._output.read()

    def until(self, pattern, count=1, limit_s=60):
        """Waits until the output has `pattern` so often."""
        deadline = time.monotonic() + limit_s
        while len(re.findall(pattern, self.output)) < count:
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)

    def end(self, number=signal.SIGTERM):
        """Ends it by a signal, or waits for its own end; the exit status."""
        if number is not None:
            self.process.send_signal(number)
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()
            self.process.wait()
            self._output.close()
