# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab where nothing can be written to /dev/shm, as in some containers."""

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from labs import LIMIT_S

# Python's semaphores are files there.
_NO_SEMAPHORES = """
import _multiprocessing, errno, os, runpy, sys

class Refused(_multiprocessing.SemLock):
    def __new__(cls, *_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

_multiprocessing.SemLock = Refused
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def test_the_page_is_served():
    program = Path(__file__).with_name("stand_in.py")
    command = [sys.executable, "-c", _NO_SEMAPHORES, str(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            # The link sets a cookie, and leads to the page.
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            with browser.open(url, timeout=LIMIT_S) as page:
                assert page.status == 200 and b"connectwith lab" in page.read()
            process.send_signal(signal.SIGINT)
            assert process.wait(LIMIT_S) == 0
        finally:
            process.kill()
