# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# What the tests of _connectwith.Attempt on a board share; script.py puts the files together. On
# the bare platform the clock and the timer are moved by hand; elsewhere they move by themselves.

import sys

import _connectwith as cw

try:
    import _coretests as bare

    ticks_ms = bare.ticks_ms

    def turn():
        bare.poll()

    def sleep_ms(ms):
        # The turns are many, so that what is due "at once" comes in between.
        target = ticks_ms() + ms
        bare.set_clock(target)
        for _ in range(20):
            turn()
            for _ in range(2):
                pass

except ImportError:
    bare = None
    import time

    ticks_ms = time.ticks_ms
    sleep_ms = time.sleep_ms

    def turn():
        time.sleep_ms(1)


class Trace:
    """One Attempt whose step and settle write down that they ran, and do what they are told."""

    def __init__(self):
        self.events = []
        self.on_step = lambda: -1
        self.on_settle = lambda: None
        self.attempt = cw.Attempt(self.step, self.settle)

    def step(self):
        self.events.append("step")
        return self.on_step()

    def settle(self, result, exc):
        self.events.append(("settle", result, type(exc).__name__))
        self.on_settle()

    def callback(self, result, interface):
        self.events.append(("callback", result, interface, self.attempt.running()))

    def start(self, link=cw.LINK_WIFI, timeout_ms=1000, interface="wl0"):
        self.attempt.start(link, timeout_ms, self.callback, interface)

    def run(self, turns=30):
        for _ in range(turns):
            turn()
        return self.events

    def ends(self):
        return [e for e in self.events if e[0] == "callback"]


def raises(kind, function, *args):
    try:
        function(*args)
    except kind:
        return True
    return False


def main():
    passed = failed = 0
    # Sorted, because a dict of MicroPython keeps no order.
    for name in sorted(n for n in globals() if n.startswith("test_")):
        t = Trace()
        try:
            globals()[name](t)
            passed += 1
        except Exception as e:
            print("FAILED", name)
            sys.print_exception(e)
            failed += 1
        t.attempt.deinit()
    print(passed, "passed,", failed, "failed")
