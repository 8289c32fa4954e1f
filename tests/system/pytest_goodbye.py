# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The last message before a deliberate end arrives, although the radio sends later.

The retained "offline" alone proves nothing: the broker sends it as the last will of a board that
has only gone. So its own record counts, in which a goodbye is a DISCONNECT.
"""

import time

import pytest

LIMIT_S = 20
OFFLINE = b'"offline"'


def _slow(device, ms):
    device.repl.run(f"import _board, network\n_board.radio_ms({ms})")


class Goodbyes:
    """The messages since it was made."""

    def __init__(self, broker):
        if broker.engine != "mosquitto":
            pytest.skip("only Mosquitto tells how a session has ended")
        self._broker = broker
        self._before = broker.goodbyes()
        broker.forget()

    def came(self, times):
        """Whether there were so many sessions, each with its "offline"."""
        end = time.monotonic() + LIMIT_S
        while True:
            ends = self._broker.goodbyes() - self._before
            messages = self._broker.messages
            said = [m for m in messages if m[0].endswith("/status") and m[1] == OFFLINE]
            if min(ends, len(said)) >= times or time.monotonic() > end:
                return (ends, len(said)) == (times, times)
            time.sleep(0.02)


@pytest.mark.virtual("it sets how slow the radio is")
@pytest.mark.parametrize("radio_ms, times", [(2, 20), (20, 20), (200, 10)])
def test_disconnect_says_goodbye(device, world, radio_ms, times):
    _slow(device, radio_ms)
    goodbyes = Goodbyes(world.broker)
    for n in range(times):
        assert device.connect(device.wifi()) == 5
        device.repl.run("server.disconnect()")
        assert goodbyes.came(n + 1), n
    assert device.repl.value("until(lambda: not network.WLAN(0).active())") is True


@pytest.mark.virtual("it sets how slow the radio is")
@pytest.mark.parametrize("link", ["wl0", "eth0"])
def test_another_connection_waits_for_goodbye(link, device, world):
    _slow(device, 100)
    goodbyes = Goodbyes(world.broker)
    assert device.connect(device.wifi()) == 5
    assert device.connect(device.nic(link)) == 5
    assert goodbyes.came(1)


@pytest.mark.virtual("it sets how slow the radio is")
def test_restart_says_goodbye(device, world):
    _slow(device, 100)
    goodbyes = Goodbyes(world.broker)
    assert device.connect(device.wifi()) == 5
    device.repl.send("server.restart()\n")
    device.repl.reenter()
    assert goodbyes.came(1)


@pytest.mark.virtual("it silences the network")
def test_a_peer_that_acknowledges_nothing_delays_for_a_second_at_most(device, world):
    _slow(device, 2)
    assert device.connect(device.wifi()) == 5
    world.wifi["home"].cable.silence()
    # The call returns at once, the radio goes off later, and a scan need not wait for that.
    assert device.repl.value("(server.disconnect(), network.WLAN(0).active())[1]") is True
    device.repl.run("import network\nimp.scanwifinetworks()", timeout=30)
    assert device.repl.value("until(lambda: not network.WLAN(0).active(), 5000)") is True
