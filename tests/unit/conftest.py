# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What every unit test has: frozen modules that can be imported, an empty flash, a clock."""

import signal

import micropython_on_cpython  # noqa: F401  isort: skip
import nvs_in_memory
import pytest
from clockwork import Clockwork
from connectwith import settings as store

# A shell starts a background job with Ctrl-C ignored, and all that the job starts inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def empty_flash(monkeypatch):
    """Nothing is stored, and nothing of an earlier test is cached."""
    monkeypatch.setattr(store, "_settings", None)
    monkeypatch.setattr(store, "_absent", set())
    nvs_in_memory.entries.clear()


@pytest.fixture
def clock(monkeypatch):
    """The board's clock, which the test moves."""
    return Clockwork(monkeypatch)
