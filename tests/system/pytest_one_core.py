# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""One core for Python and TLS: user code runs on in the handshake, and the handshake ends.

The board runs one of both at a time, with the tick of a chip (firmware/virtual/idf/one_core.c),
and records the time that others have computed between two time slices of Python. It is processor
time, which a busy host does not lengthen.
"""

import pytest
from bench import Board

pytestmark = pytest.mark.virtual("a real board has the cores that it has")

_CONNECTS = 4
# What user code may stand still on a chip with one core, and the share of the handshake's work
# that may be done in longer slices: a busy host may let the thread be late that ends one. Measured
# on two processors for which 20 programs asked: 0 to 0.13, and with slices as long as a tick 0.64.
_PAUSE_US = 4000
_LATE = 0.35
# For all handshakes together, of which the first is in full and the others resume its session. 8.6
# to 9.9 ms were measured on a fast PC; the bound proves that something was measured.
_WORK_US = 2000

# In place of user code: a busy loop, which uses all of its core.
_BUSY = """
import server, imp, time
def busy(nic):
    calls = []
    server.connectwith(nic, lambda result, interface: calls.append(result), 60)
    while not calls:
        pass
    server.disconnect()
    return calls
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)
imp.cloud.configure({url!r}, ca={ca!r})
print([busy({nic!r}) for _ in range({connects})])
"""


def test_user_code_runs_on_in_the_handshake_on_one_core(request, world):
    binary = request.config.getoption("--board-binary")
    home, broker = world.wifi["home"], world.broker
    nic = {"interface": "wl0", "wificonfig": {"ssid": home.ssid, "key": home.key}}
    code = _BUSY.format(url=broker.url, ca=broker.ca_pem, nic=nic, connects=_CONNECTS)
    with Board(world, binary=binary, arguments=["--one-core"]) as board:
        assert eval(board.exec(code, timeout=120)) == [[5]] * _CONNECTS
        slices_us = [int(line) for line in (board.dir / "slices").read_text().split()]
    work_us = sum(slices_us)
    late_us = sum(us for us in slices_us if us > _PAUSE_US)
    assert work_us > _WORK_US
    assert late_us < _LATE * work_us, f"longest slices: {sorted(slices_us)[-10:]} us of {work_us}"
