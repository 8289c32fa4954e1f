# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""MicroPython heap: after import, by a connection, by an attempt."""

import scripts
from bench import Board
from figures import Figure

BAR_IMPORT, BAR_CONNECTED, BAR_ATTEMPT = 16 * 1024, 6 * 1024, 6 * 1024

_IMPORT = """
import gc
gc.collect(); before = gc.mem_alloc()
import server, imp, agent
gc.collect()
print('{"bytes": %d}' % (gc.mem_alloc() - before))
"""

# The first attempt makes what later ones reuse, so it counts as part of the connection.
_CONNECTED = """
calls.clear(); calls.append(0); calls.clear()
nic = {nic!r}
gc.collect(); before = gc.mem_alloc()
server.connectwith(nic, done)
while not calls: pass
assert calls == [5], calls
gc.collect()
print('{{"bytes": %d}}' % (gc.mem_alloc() - before))
"""

# With the collector off, mem_alloc() only grows: the difference is all that was allocated.
_ATTEMPT = """
calls.clear()
gc.collect(); gc.disable()
before = gc.mem_alloc()
server.connectwith(nic, done, {timeout})
while not calls: pass
after = gc.mem_alloc()
gc.enable()
print('{{"bytes": %d, "result": %d}}' % (after - before, calls[0]))
server.disconnect()
time.sleep_ms(200)
"""


def _attempt(board, timeout, expected):
    answer = scripts.numbers(board, _ATTEMPT.format(timeout=timeout))
    if answer["result"] != expected:
        raise SystemExit(f"result {answer['result']} where {expected} was expected")
    return answer["bytes"]


def measure(world, binary, quick) -> list[Figure]:
    """Live bytes after import, added by a connection, allocated by attempts of several lengths."""
    with Board(world, binary=binary) as board:
        imported = scripts.numbers(board, _IMPORT)["bytes"]
    rows = [Figure("heap live after import server, imp, agent", imported, "bytes", BAR_IMPORT)]
    with Board(world, binary=binary) as board:
        board.exec(scripts.prelude(world))
        code = _CONNECTED.format(nic=scripts.wifi(world))
        live = scripts.numbers(board, code)["bytes"]
        rows.append(Figure("heap live, added by a connection", live, "bytes", BAR_CONNECTED))
        board.exec("server.disconnect()\ntime.sleep_ms(300)")
        _attempt(board, 10, 5)
        used = _attempt(board, 10, 5)
        rows.append(Figure("heap allocated by an attempt, clean", used, "bytes", BAR_ATTEMPT))
        world.wifi["home"].association_ms(60_000)
        for seconds in (2, 10) if quick else (2, 10, 40):
            used = _attempt(board, seconds, 1)
            name = f"heap allocated by an attempt that waits {seconds} s in vain"
            rows.append(Figure(name, used, "bytes", BAR_ATTEMPT))
        world.restore()
        world.dns.drop()
        used = _attempt(board, 10, 3)
        rows.append(Figure("the same, waiting 10 s for DNS", used, "bytes", BAR_ATTEMPT))
    return rows
