# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""How a device in the field is: a report for the agent, a watchdog, and the last crash.

docs/operations.md says what to alarm on.

    import health

    health.send_crash()         # of the run before
    watchdog = health.Watchdog()
    health.every(300)           # a report each 5 minutes
"""

import gc
import imp
import io
import json
import os
import sys

import agent
import machine
import server

_CRASH = "crash.txt"
_CRASH_MAX = 2000  # characters


def report():
    """What is worth watching, as a dict without secrets."""
    info = imp.net.info()
    last = imp.diag.lastattempt() or {}
    active = info["interface"][info["active"]] if "active" in info else {}
    return {
        "version": imp.diag.version(),
        "reset": machine.reset_cause(),
        "heap": gc.mem_free(),
        "clock": imp.diag.clock(),
        "keysource": imp.diag.keysource(),
        "counters": imp.diag.counters(),
        "last": {name: last.get(name) for name in ("interface", "name", "ms", "cause", "note")},
        "rssi": active.get("rssi"),
    }


def every(seconds):
    """Sends a report now and each `seconds`, if there is a connection."""
    imp.wakeup(seconds, lambda: every(seconds))
    if server.isconnected():
        agent.send("health", report())


class Watchdog:
    """Resets the board when the program has not called `alive()` for `wdt_s`, and when there was
    no connection for `offline_s`. It cannot be stopped.

    each_s: s between two looks, less than half of wdt_s.
    """

    def __init__(self, wdt_s=180, offline_s=86400, each_s=10):
        self._wdt = machine.WDT(timeout=wdt_s * 1000)
        self._offline_s = offline_s
        self._each_s = each_s
        self._offline = 0
        self._alive = True
        self._look()

    def alive(self):
        """To be called by the program's own loop or callback, wherever its work is done."""
        self._alive = True

    def _look(self):
        imp.wakeup(self._each_s, self._look)
        self._offline = 0 if server.isconnected() else self._offline + self._each_s
        if self._offline > self._offline_s:
            machine.reset()
        if self._alive:
            self._alive = False
            self._wdt.feed()


def run(main):
    """Calls `main()`. If it raises, its traceback is kept for send_crash(), and the board is
    reset. The first one is kept until it is sent, so that a crash at each boot does not wear out
    the flash."""
    try:
        main()
    except Exception as error:
        if _CRASH not in os.listdir():
            text = io.StringIO()
            sys.print_exception(error, text)
            with open(_CRASH, "w") as file:
                json.dump(text.getvalue()[-_CRASH_MAX:], file)
        machine.reset()


def send_crash():
    """Sends the kept traceback as an error, and forgets it when the server has it."""
    try:
        with open(_CRASH) as file:
            text = json.load(file)
    except OSError:
        return  # there is none
    except ValueError:
        text = "a crash, whose report was cut short"  # by the power, as a rule
    if server.error(text) == 0 and server.flush(10):
        os.remove(_CRASH)
