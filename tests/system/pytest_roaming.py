# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A device that is kept connected leaves a weak access point for a stronger one of its network."""

import json
import time

import pytest

LIMIT_S = 60  # for what takes a few seconds; machines may be slow
pytestmark = pytest.mark.virtual("signals that change")

# Runs on the board: it looks at the signal 50 times as often.
_PRELUDE = """
import agent
from connectwith.uplink import roam
roam.LOOK_MS = 200
events = []
def heard(event): events.append((event["event"], event.get("interface"), event.get("before")))
def connected():
    status = imp.uplink.status()
    return status is not None and status["state"] == "connected"
"""


class Walk:
    """A device that is connected over "near"; "far" has the same SSID."""

    def __init__(self, device, world, listed):
        self.device, self.world = device, world
        world.wifi["home"].off()
        self.near = world.add_wifi("near", "walk-net", "key-of-walk", rssi=-60, channel=1)
        self.far = world.add_wifi("far", "walk-net", "key-of-walk", rssi=-90, channel=6)
        world.netsim.events.clear()
        device.repl.run(_PRELUDE)
        nics = [device.wifi("near")]
        if listed:
            known = [nics[0]["wificonfig"], {"ssid": "elsewhere", "key": ""}]
            device.repl.run(f"imp.uplink.networks({known!r})")
            nics = None
        device.repl.run(f"imp.uplink.keep(heard, order=['wifi'], nics={nics!r})")
        self.wait("connected()")

    def wait(self, condition):
        ms = LIMIT_S * 1000
        found = self.device.repl.value(f"until(lambda: {condition}, {ms})", timeout=LIMIT_S + 10)
        assert found is True, f"{condition}: {self.events()}"

    def events(self):
        return self.device.repl.value("events")

    def joined(self):
        events = self.world.netsim.events
        return [event.split()[2] for event in events if event.startswith("joined ")]

    def swap(self):
        """The device has gone: what was near is weak, what was far is strong."""
        self.near.rssi(-88)
        self.far.rssi(-60)


def await_numbers(world, wanted):
    """Waits until the broker has had all these messages."""
    end = time.monotonic() + LIMIT_S
    while True:
        messages = list(world.broker.messages)
        had = {json.loads(m[1]) for m in messages if m[0].endswith("/agent/number")}
        if wanted <= had:
            return
        assert time.monotonic() < end, wanted - had
        time.sleep(0.1)


@pytest.fixture(params=[False, True], ids=["one network", "a list"])
def walk(device, world, request):
    return Walk(device, world, request.param)


@pytest.fixture
def plain(device, world):
    return Walk(device, world, False)


def test_it_leaves_the_weak_one_when_idle(walk, world):
    assert walk.device.repl.value("agent.send('number', 1)") == 0
    walk.swap()
    walk.wait("len(events) == 2 and connected()")
    assert walk.events() == [("connected", "wl0", None), ("moved", "wl0", "wl0")]
    assert walk.joined() == ["near", "far"]
    assert walk.device.repl.value("agent.send('number', 2)") == 0
    await_numbers(world, {1, 2})
    assert walk.device.repl.value("imp.diag.counters()['losses']") == 0
    # The next change would come after 5 minutes.
    walk.far.rssi(-88)
    walk.near.rssi(-40)
    walk.device.repl.run("settle(3000)")
    assert walk.joined() == ["near", "far"]


def test_not_while_a_message_is_not_acknowledged(plain, world):
    world.broker.stall()
    assert plain.device.repl.value("agent.send('number', 1)") == 0
    plain.swap()
    plain.device.repl.run("settle(3000)")
    assert plain.joined() == ["near"]
    world.broker.resume()
    plain.wait("len(events) == 2 and connected()")
    assert plain.joined() == ["near", "far"]


def test_two_that_are_about_equal(plain):
    """The scan finds the other one, which is not worth the change."""
    plain.near.rssi(-85)
    plain.far.rssi(-76)
    plain.wait("__import__('connectwith.links').links.scan is not None")
    plain.device.repl.run("settle(3000)")
    assert plain.joined() == ["near"] and len(plain.events()) == 1


def test_a_stronger_one_that_refuses(plain):
    plain.far.refuse(203)
    plain.swap()
    plain.wait("len(events) == 2 and connected()")
    assert plain.joined() == ["near", "near"]
    assert plain.device.repl.value("server.isconnected()") is True


def test_messages_over_a_change(plain, world):
    plain.device.repl.run(
        "def send_all():\n"
        "    number = 0\n"
        "    while number < 60:\n"
        "        if agent.send('number', number) == 0: number += 1\n"
        "        time.sleep_ms(100)\n"
    )
    plain.swap()
    plain.device.repl.run("send_all()\nuntil(lambda: server.flush(1), 20000)", timeout=LIMIT_S)
    plain.wait("len(events) == 2 and connected()")
    await_numbers(world, set(range(60)))
    assert plain.joined() == ["near", "far"]


def test_the_users_scan_and_an_interface_that_is_held(plain):
    plain.device.repl.run("held = imp.net.open({'interface': 'wl0'})")
    plain.swap()
    plain.device.repl.run("settle(2000)")
    found = plain.device.repl.value("[n['ssid'] for n in imp.scanwifinetworks()]", timeout=20)
    assert "walk-net" in found and plain.joined() == ["near"]
    plain.device.repl.run("held.close()")
    plain.wait("len(events) == 2 and connected()")
    assert plain.joined() == ["near", "far"]


@pytest.mark.parametrize("moment_ms", [700, 900, 1200])
def test_a_soft_reset_in_the_middle(plain, moment_ms):
    plain.swap()
    plain.device.repl.run(f"settle({moment_ms})")
    plain.device.repl.soft_reset()
    plain.device.prepare()
    assert plain.device.connect(plain.device.wifi("far")) == 5
