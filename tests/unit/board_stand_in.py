# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A stand-in for a board on a serial port: the raw REPL, with answers that the test gives."""

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
    """Answers each code with the next of `answers`: (output, error), GONE, SILENT, or
    the bytes themselves, in pieces of `chunk`.

    After the last answer it is silent. `codes`: the codes that it was to run. `restarts`: the
    number of soft resets.
    """

    def __init__(self, *answers, mute=False, chunk=4096):
        self.codes = []
        self.restarts = 0
        self._answers = list(answers)
        self._mute = mute
        self._chunk = chunk
        self.far, self._near = pty.openpty()
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
        for fd in (self.far, self._near, self._stop, self._wake):
            if fd >= 0:
                os.close(fd)

    def _serve(self):
        data = b""
        raw = False
        while True:
            ready = select.select([self.far, self._stop], [], [])[0]
            # A terminal delivers written bytes a moment later, so the end waits for them.
            if self._stop in ready and not select.select([self.far], [], [], _LAST_WORD_S)[0]:
                return
            data += os.read(self.far, 4096)
            if self._mute:
                continue
            if data.endswith(b"\x05A\x01"):
                data = b""
                os.write(self.far, b"R\x00")  # raw paste is known, but not supported
            elif data.endswith(b"\x01"):
                data, raw = b"", True
                os.write(self.far, _PROMPT)
            elif b"\x02\x04" in data:  # several may have come at once
                data, raw = b"", False
                self.restarts += 1
            elif data.endswith(b"\x04") and raw:
                self.codes.append(data[:-1].decode())
                data = b""
                if not self._answer():
                    return

    def _say(self, data):
        for at in range(0, len(data), self._chunk):
            os.write(self.far, data[at : at + self._chunk])

    def _answer(self):
        answer = self._answers.pop(0) if self._answers else SILENT
        if isinstance(answer, bytes):
            self._say(answer)
        elif answer is SILENT:
            os.write(self.far, b"OK")
        elif answer is GONE:
            os.write(self.far, b"OK")
            os.close(self.far)
            self.far = -1
            return False
        else:
            output, error = (text.replace("\n", "\r\n").encode() for text in answer)
            os.write(self.far, b"OK" + output + b"\x04" + error + b"\x04>")
        return True
