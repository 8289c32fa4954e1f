# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A move of the session to another link, as what keeps the device connected asks for it."""

import json

import pytest

SERVER_CONNECTED, NO_LINK, NO_SERVER = 5, 1, 4
WIFI, ETHERNET, CELLULAR = 0, 1, 2

# Runs on the board. `Keeper` notes what it is told.
_KEEPER = """
from connectwith import connection, settings
from connectwith.connection import keeping
from connectwith.connection.job import Job, server_settings
from connectwith.settings import nic as nics
control = connection.get()
told = []
class Keeper:
    wanted = None
    def connected(self, kind): told.append(("connected", kind))
    def failed(self, kind, result): told.append(("failed", kind, result))
    def lost(self, kind, result): told.append(("lost", kind, result, control.is_connecting()))
    def dropped(self): told.append("dropped")
    def poll(self, now_ms):
        job, self.wanted = self.wanted, None
        if job is not None:
            from connectwith.connection import move
            move.begin(control, job)
        return -1
keeper = Keeper()
def move(config, timeout_ms=15000):
    config = nics.normalise(config)
    kind = nics.link_of(config["interface"])
    keeper.wanted = Job(settings.fill(config, kind), kind, server_settings(), timeout_ms)
    control.keeping.ask()
def came(count, limit_ms=20000):
    until(lambda: len(told) >= count, limit_ms)
    return told
sent = []
number = 0
def chat(done, limit_ms=20000):
    # Sends a number every few ms until `done()`, and notes those that were taken.
    global number
    end = time.ticks_add(time.ticks_ms(), limit_ms)
    while not done() and time.ticks_diff(end, time.ticks_ms()) > 0:
        if server.log(number) == 0: sent.append(number)
        number += 1
        time.sleep_ms(10)
"""


@pytest.fixture
def kept(device):
    """The board with a keeper, not connected."""
    device.repl.run(_KEEPER)
    return device


def _begin(kept, nic):
    assert kept.connect(nic) == SERVER_CONNECTED
    kept.repl.run("keeping.keep(control, keeper)")


def _logged(world, since=0):
    found = world.broker.messages[since:]
    return [int(json.loads(payload)) for topic, payload, _ in found if topic.endswith("/log")]


def _statuses(world):
    return [p for topic, p, _ in world.broker.messages if topic.endswith("/status")]


def _all_arrive(kept, world, numbers):
    """Checks that the broker has got all `numbers`, the first time each in their order."""
    assert kept.repl.value("server.flush(10)", timeout=20) is True
    world.broker.publish("imp/mark", b"1")
    world.broker.wait_for("imp/mark")
    logged = list(dict.fromkeys(_logged(world)))
    assert set(numbers) <= set(logged)
    assert logged == sorted(logged)


@pytest.mark.parametrize("way", ["eth0 to wl0", "wl0 to eth0"])
def test_nothing_is_lost(kept, world, way):
    before, after = way.split(" to ")
    _begin(kept, kept.nic(before))
    kept.repl.run(f"move({kept.nic(after)!r})\nchat(lambda: told)", timeout=40)
    assert kept.repl.value("told") == [("connected", WIFI if after == "wl0" else ETHERNET)]
    assert kept.repl.value("(imp.diag.counters()['losses'], server.isconnected())") == (0, True)
    assert kept.repl.value("imp.diag.lastattempt()['interface']") == after
    kept.repl.run("chat(lambda: False, 300)")
    sent = kept.repl.value("sent")
    assert sent == list(range(len(sent))), "no send was refused"
    _all_arrive(kept, world, sent)
    links = "[control.job_on(links.get(kind)) is not None for kind in (0, 1)]"
    kept.repl.run("from connectwith import links")
    assert kept.repl.value(links) == [after == "wl0", after == "eth0"]


def test_the_status_is_online_after_the_last_will(kept, world):
    _begin(kept, kept.ethernet())
    kept.repl.run(f"move({kept.wifi()!r})\ncame(1)", timeout=40)
    kept.repl.run("settle(5000)", timeout=20)
    assert _statuses(world)[-3:] == [b'"offline"', b'"online"', b'"online"']


def test_a_move_that_fails_leaves_the_session(kept, world):
    _begin(kept, kept.ethernet())
    kept.repl.run(f"move({kept.wifi(key='wrong-wrong')!r}, 9000)\nchat(lambda: told)", timeout=40)
    assert kept.repl.value("told") == [("failed", WIFI, 1)]
    assert kept.repl.value("(imp.diag.counters()['losses'], server.isconnected())") == (0, True)
    sent = kept.repl.value("sent")
    assert sent == list(range(len(sent)))
    _all_arrive(kept, world, sent)
    assert kept.repl.value("imp.net.info()['ipv4']['address']") is not None


def test_the_live_link_is_lost_meanwhile(kept, world):
    _begin(kept, kept.ethernet())
    world.wifi["home"].association_ms(2000)
    kept.repl.run(f"move({kept.wifi()!r})\nsettle(500)")
    world.ethernet.unplug()
    kept.repl.run("came(2)", timeout=40)
    assert kept.repl.value("told") == [("lost", ETHERNET, NO_LINK, True), ("connected", WIFI)]
    assert kept.repl.value("server.isconnected()") is True


def test_a_call_of_the_users_ends_it(kept, world):
    _begin(kept, kept.ethernet())
    world.wifi["home"].association_ms(2000)
    kept.repl.run(f"move({kept.wifi()!r})\nsettle(500)")
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    assert kept.repl.value("(told, control.keeping, control.moving)") == (["dropped"], None, None)
    kept.repl.run("settle(3000)")
    assert kept.repl.value("(told, server.isconnected())") == (["dropped"], True)
