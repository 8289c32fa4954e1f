# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The minute after a loss: a connection of `server.connect` goes through the interfaces, one of
`server.connectwith` stays with its own."""

import pytest

SERVER_CONNECTED, NO_LINK, NO_WIFI, NO_SERVER = 5, 1, 1, 4

_WATCH = """
from connectwith import connection
control = connection.get()
losses = []
def lost(result):
    losses.append((result, server.isconnected()))
server.onunexpecteddisconnect(lost)
def link():
    return server.isconnected() and control.live.nic["interface"]
def connect():
    done = []
    server.connect(done.append, 60)
    until(lambda: done, 61000)
    return done
def sessions(): return imp.diag.counters()["successes"]
"""


@pytest.fixture
def stored(device):
    """A board that has stored the Wi-Fi network, and is not connected."""
    config = device.wifi()["wificonfig"]
    device.repl.run(f"imp.setwificonfiguration({config['ssid']!r}, {config['key']!r})")
    device.repl.run(_WATCH)
    return device


def _connect(stored):
    assert stored.repl.value("connect()", timeout=70) == [SERVER_CONNECTED]


def _until(stored, condition, limit_ms=50000):
    limit_s = limit_ms / 1000 + 10
    assert stored.repl.value(f"until(lambda: {condition}, {limit_ms})", limit_s) is True


def test_a_cable_that_is_out(stored, world):
    _connect(stored)
    assert stored.repl.value("link()") == "eth0"
    world.ethernet.unplug()
    _until(stored, "link() == 'wl0'")
    last = stored.last_attempt()
    assert (last["interface"], last["result"]) == ("wl0", SERVER_CONNECTED)
    assert last["tries"] == {"eth0": NO_LINK}
    assert stored.repl.value("(losses, imp.diag.counters()['losses'])") == ([], 1)
    # The cable is back: the next loss uses it.
    world.ethernet.plug()
    world.wifi["home"].off()
    _until(stored, "link() == 'eth0'")
    assert stored.repl.value("losses") == []


def test_a_cable_that_comes_back_during_the_outage(stored, world):
    world.wifi["home"].off()
    _connect(stored)
    world.ethernet.unplug()
    _until(stored, "(imp.diag.lastattempt().get('tries') or {}).get('wl0') == 1")
    world.ethernet.plug()
    _until(stored, "link() == 'eth0'")
    assert stored.repl.value("losses") == []


def test_connectwith_stays_with_its_interface(stored, world):
    stored.repl.run("control.retry_ms = 15000")
    assert stored.connect(stored.ethernet()) == SERVER_CONNECTED
    world.ethernet.unplug()
    _until(stored, "losses")
    assert stored.repl.value("losses") == [(NO_LINK, False)]
    assert stored.last_attempt()["interface"] == "eth0"
    assert stored.repl.value("sessions()") == 1


def test_an_access_point_that_is_off(stored, world):
    world.ethernet.unplug()
    _connect(stored)
    assert stored.repl.value("link()") == "wl0"
    world.ethernet.plug()
    world.wifi["home"].off()
    _until(stored, "link() == 'eth0'")


def test_all_are_dead(stored, world):
    stored.repl.run("control.retry_ms = 20000")
    _connect(stored)
    world.wifi["home"].off()
    world.ethernet.unplug()
    _until(stored, "losses")
    assert stored.repl.value("losses") == [(NO_LINK, False)]
    stored.repl.run("settle(3000)")
    assert stored.repl.value("(len(losses), control.is_connecting())") == (1, False)


def test_the_other_interface_says_more(stored, world):
    stored.repl.run("control.retry_ms = 20000")
    _connect(stored)
    world.broker.stop()
    world.ethernet.unplug()
    _until(stored, "losses")
    assert stored.repl.value("losses") == [(NO_SERVER, False)]


def test_cellular_in_the_order(stored, world, modem):
    stored.repl.run("imp.setapn('internet')")
    world.ethernet.unplug()
    world.wifi["home"].off()
    _connect(stored)
    assert stored.repl.value("link()") == "cell0"
    modem.carrier_lost()
    _until(stored, "link() == 'cell0' and sessions() == 2")
    world.ethernet.plug()
    modem.carrier_lost()
    _until(stored, "link() == 'eth0'")
    assert stored.repl.value("losses") == []


def test_suspended(stored, world):
    """Under SUSPEND_ON_ERROR the user's code waits until another interface works."""
    _connect(stored)
    stored.repl.run(
        "server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, server.WAIT_TIL_SENT, 10)"
    )
    world.ethernet.unplug()
    _until(stored, "link() == 'wl0'")
    assert stored.repl.value("server.log('over Wi-Fi')", timeout=60) == 0


def test_a_broker_that_starts_anew(stored, world):
    """The interface that was in use is tried first: it is not the link that has failed."""
    world.ethernet.unplug()
    _connect(stored)
    attempts = stored.repl.value("imp.diag.counters()['attempts']")
    # The broker is up again before the first attempt.
    stored.repl.run(
        "from connectwith.connection import reconnect\n"
        "reconnect._first_pause_ms = lambda control: 8000\n"
    )
    world.broker.stop()
    world.broker.start()
    _until(stored, "sessions() == 2 and link() == 'wl0'")
    assert stored.repl.value("imp.diag.counters()['attempts']") == attempts + 1
