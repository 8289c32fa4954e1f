# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The far end of a serial port: a board's raw REPL, with answers of the test."""

import os
import pty
import select
import threading
import tty

_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
_LAST_WORD_S = 0.2
GONE = object()
SILENT = object()


class BoardStandIn:
    """Each code it is given gets the next of `answers`: (output, error), GONE or SILENT.

    With no answer left it says nothing more. `codes`: what it was given to run. `restarts`: how
    often it was told to do a soft reset.
    """

    def __init__(self, *answers, mute=False):
        self.codes = []
        self.restarts = 0
        self._answers = list(answers)
        self._mute = mute
        self._far, self._near = pty.openpty()
        tty.setraw(self._near)
        self.port = os.ttyname(self._near)
        self._stop, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.write(self._wake, b"x")
        self._thread.join(5)
        for fd in (self._far, self._near, self._stop, self._wake):
            if fd >= 0:
                os.close(fd)

    def _serve(self):
        data = b""
        raw = False
        while True:
            ready = select.select([self._far, self._stop], [], [])[0]
            # A terminal delivers written bytes a moment later, so the end waits for them.
            if self._stop in ready and not select.select([self._far], [], [], _LAST_WORD_S)[0]:
                return
            data += os.read(self._far, 4096)
            if self._mute:
                continue
            if data.endswith(b"\x05A\x01"):
                data = b""
                os.write(self._far, b"R\x00")  # raw paste is known, but not supported
            elif data.endswith(b"\x01"):
                data, raw = b"", True
                os.write(self._far, _PROMPT)
            elif b"\x02\x04" in data:  # several may have come at once
                data, raw = b"", False
                self.restarts += 1
            elif data.endswith(b"\x04") and raw:
                self.codes.append(data[:-1].decode())
                data = b""
                if not self._answer():
                    return

    def _answer(self):
        answer = self._answers.pop(0) if self._answers else SILENT
        if answer is SILENT:
            os.write(self._far, b"OK")
        elif answer is GONE:
            os.write(self._far, b"OK")
            os.close(self._far)
            self._far = -1
            return False
        else:
            output, error = (text.replace("\n", "\r\n").encode() for text in answer)
            os.write(self._far, b"OK" + output + b"\x04" + error + b"\x04>")
        return True
