# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""How much of the MicroPython heap a connection takes. Bytes are those of a 64-bit board."""

import pytest
from bench import Board

# umqtt.simple and a loop around WLAN.connect() allocate 1216 for a connection on this board, when
# their TLS context has been made before: "heap allocated by one attempt" in docs/figures.md. Ours
# takes 1248 over Wi-Fi, 960 over Ethernet.
ENOUGH_BYTES = 1280

# Of the whole board. 40 is enough, so that a small change does not fail here. Less may be: it
# depends on where the holes of the heap are when the session's maps grow.
ENOUGH_KIB = 41

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
def test_what_an_attempt_allocates(device, link):
    device.repl.run(_ALLOCATED)
    nic = device.nic(link)
    device.repl.run(f"allocated({nic!r})", timeout=30)  # reads the stored settings
    for _ in range(2):
        result, taken = device.repl.value(f"allocated({nic!r})", timeout=30)
        assert result == 5 and taken < ENOUGH_BYTES


# A keeper of two links, its policy, and their modules, without the link that is not in use. A
# board with words of 32 bits needs half of it.
KEEPER_BYTES = 7168

_KEPT = """
import gc
def held():
    settle(1000)
    gc.collect()
    gc.collect()
    return gc.mem_alloc()
"""


def test_what_a_device_that_stays_connected_takes(device, world):
    home = world.wifi["home"]
    device.repl.run(f"imp.setwificonfiguration({home.ssid!r}, {home.key!r})\n" + _KEPT)
    assert device.connect(device.ethernet()) == 5
    before = device.repl.value("held()")
    device.repl.run("imp.uplink.keep(order=['ethernet', 'wifi'])")
    taken = device.repl.value("held()") - before
    assert device.repl.value("imp.uplink.status()['interface']") == "eth0"
    assert 0 < taken < KEEPER_BYTES


@pytest.fixture
def small_board(request, world):
    """Runs code on a board with another heap: its flash stays, so that its settings do."""
    binary = request.config.getoption("--board-binary")
    folder = world.board_folder()

    def run(kib, code):
        with Board(world, binary=binary, folder=folder, arguments=["--heap", str(kib)]) as board:
            return board.exec(code, timeout=40)

    return run


_CONNECT = """
import server, imp, time
calls = []
def end(result, interface): calls.append(result)
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)
server.connectwith({!r}, end, 30)
while not calls: time.sleep_ms(5)
"""
_SEND = "print(calls, server.log('hello'), server.flush(5))\n"


@pytest.mark.parametrize("link", ["wl0", "eth0"])
def test_so_much_is_enough(small_board, world, link):
    home, broker = world.wifi["home"], world.broker
    nic = {"interface": link, "wificonfig": {"ssid": home.ssid, "key": home.key}}
    small_board(512, f"import imp\nimp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r})\n")
    assert small_board(ENOUGH_KIB, _CONNECT.format(nic) + _SEND).strip() == "[5] 0 True"


_LISTEN = """
import agent
got = []
agent.on("big", got.append)
"""
# The warning is sent without a call.
_IDLE = """
for _ in range(400): time.sleep_ms(5)
print(calls, got, server.isconnected(), imp.diag.counters()["losses"])
"""


def test_message_that_finds_no_memory_is_dropped_with_a_warning(small_board, world):
    broker = world.broker
    device = small_board(
        512,
        f"import imp, machine\nimp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r})\n"
        "print(machine.unique_id().hex())",
    ).strip()
    broker.publish(f"imp/{device}/device/big", b'"' + b"z" * 8000 + b'"', retain=True)
    code = _LISTEN + _CONNECT.format({"interface": "eth0"}) + _IDLE
    assert small_board(ENOUGH_KIB + 4, code).split() == ["[5]", "[]", "True", "0"]
    assert broker.wait_for("imp/*/log")[1] == b'"agent message too long: big"'
