# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`machine` as a module in Python, which the ESP32 has from MicroPython 1.28 on: its first import
takes a while, with an empty sys.path, and steps of an attempt run in the middle of it."""

import pytest

SERVER_CONNECTED = 5

# As ports/esp32/modules/machine.py, and slower.
_MACHINE = """
import sys
import time
_path = sys.path
sys.path = ()
try:
    import umachine as _machine
    for _ in range(40):
        time.sleep_ms(10)
finally:
    sys.path = _path
def __getattr__(name):
    return getattr(_machine, name)
"""


@pytest.fixture
def slow(device):
    """A board on which nothing has imported `machine` yet, and the import takes 0.4 s."""
    device.repl.run(f"with open('machine.py', 'w') as file: file.write({_MACHINE!r})")
    device.repl.soft_reset()
    yield device
    device.repl.run("import os\nos.remove('machine.py')")
    device.repl.soft_reset()


def test_user_code_imports_it_as_an_attempt_begins(slow):
    slow.begin()  # the broker is stored
    slow.repl.run(f"attempt({slow.wifi()!r})\nimport machine", timeout=20)
    assert slow.repl.value("machine.__file__") == "machine.py"
    assert [call[1] for call in slow.wait()] == [SERVER_CONNECTED], slow.last_attempt()
