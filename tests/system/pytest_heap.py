# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""How much of the MicroPython heap a connection takes. Bytes are those of a 64-bit board."""

import pytest

# What umqtt.simple and a loop around WLAN.connect() allocate for a connection on this board, when
# their TLS context has been made before.
USUAL_SCRIPT_BYTES = 1568

# With the collector off, mem_alloc() only grows.
_ALLOCATED = """
import gc
results = []
def end(result, interface): results.append(result)
def allocated(nic):
    results.clear()
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    server.connectwith(nic, end)
    while not results: pass
    taken = gc.mem_alloc() - before
    gc.enable()
    server.disconnect()
    settle()
    return results[0], taken
"""


@pytest.mark.parametrize("link", ["wl0", "eth0"])
def test_an_attempt_allocates_less_than_the_usual_script(device, link):
    device.repl.run(_ALLOCATED)
    nic = device.nic(link)
    device.repl.run(f"allocated({nic!r})", timeout=30)  # reads what is stored
    for _ in range(2):
        result, taken = device.repl.value(f"allocated({nic!r})", timeout=30)
        assert result == 5 and taken < USUAL_SCRIPT_BYTES
