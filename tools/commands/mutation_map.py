# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A plugin of pytest for cw mutate: records which test file runs which frozen function.

By the profiler, since some tests set a tracer of their own. The record is a JSON file, whose name
stands in CW_MUTATION_MAP.
"""

import json
import os
import sys
import threading
import time
from collections import defaultdict

import pytest

_MODULES = os.path.join(os.getcwd(), "modules") + os.sep


class _Recorder:
    def __init__(self) -> None:
        self.calls = defaultdict(lambda: defaultdict(set))
        self.seconds = defaultdict(float)
        self._test = ""

    def _profile(self, frame, event, argument) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(_MODULES):
            file = code.co_filename.removeprefix(_MODULES)
            # Line 0: the test has imported the module, and called none of its functions so far.
            line = 0 if code.co_name == "<module>" else code.co_firstlineno
            self.calls[self._test][file].add(line)

    def watch(self, test: str) -> None:
        self._test = test
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        self.watch(item.path.name)
        began = time.process_time()
        yield
        self.seconds[self._test] += time.process_time() - began
        sys.setprofile(None)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector):
        if collector.path.suffix == ".py":
            self.watch(collector.path.name)
        yield
        sys.setprofile(None)

    def pytest_sessionfinish(self) -> None:
        # Files of which no test ran are left out: a module is imported once, so its first
        # importer would seem to be its only user. The processor's time of a short test may be 0.
        used = {test: {file: sorted(lines) for file, lines in files.items()}
                for test, files in self.calls.items() if test in self.seconds}  # fmt: skip
        with open(os.environ["CW_MUTATION_MAP"], "w", encoding="utf-8") as file:
            json.dump({"calls": used, "seconds": self.seconds}, file)


def pytest_configure(config) -> None:
    """Registers the recorder."""
    config.pluginmanager.register(_Recorder())
