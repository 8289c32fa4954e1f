# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Simulated time that a test advances, just before the wrap of the ticks; an alarm."""

import time

PERIOD = 1 << 30


def press_ctrl_c():
    """Raises KeyboardInterrupt. CPython ends itself by SIGINT at its end if exec() of a
    text has raised it, even if it was caught (Python/pythonrun.c, run_eval_code_obj)."""
    raise KeyboardInterrupt


class Clockwork:
    """`time.ticks_ms()` and `sleep_ms()` of a board. `slept`: functions, one for each sleep, that
    are called during it."""

    def __init__(self, monkeypatch):
        self.now_ms = PERIOD - 700
        self.slept = []
        monkeypatch.setattr(time, "ticks_ms", lambda: self.now_ms % PERIOD)
        monkeypatch.setattr(time, "sleep_ms", self.sleep_ms, False)

    def sleep_ms(self, duration_ms):
        self.now_ms += duration_ms
        if self.slept:
            self.slept.pop(0)()

    def drive(self, work, limit_ms=120_000, step_ms=10):
        """Runs a generator to its end; returns its value and its duration in ms."""
        began_ms = self.now_ms
        while True:
            try:
                next(work)
            except StopIteration as end:
                return end.value, self.now_ms - began_ms
            self.now_ms += step_ms
            assert self.now_ms - began_ms < limit_ms, "it does not end"


class Alarm:
    """`_connectwith.Alarm`: `due_ms` is what it was set to last, None once it has rung."""

    def __init__(self, function):
        self._function = function
        self.settings = []
        self.mask = 0

    @property
    def due_ms(self):
        return self.settings[-1] if self.settings else None

    def set(self, wait_ms):
        self.settings.append(wait_ms)

    def ring(self):
        self.settings.clear()
        self._function()

    def dropped(self):
        mask, self.mask = self.mask, 0
        return mask
