# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Several access points of one SSID: each of them counts."""

import pytest

NO_WIFI, SERVER_CONNECTED = 1, 5
_AIR = "several access points with one SSID"


class Air:
    """Access points of the network "home-net", the first of which the driver finds first. They are
    called near (strong, the first channel), far and attic."""

    def __init__(self, world):
        self._world = world
        self.home = world.wifi["home"]
        self.home.off()

    def add(self, name, rssi, channel):
        return self._world.add_wifi(
            name, self.home.ssid, self.home.key, rssi=rssi, channel=channel
        )

    def joined(self, since=0):
        """The names of the access points that a board has joined, in order."""
        events = self._world.netsim.events[since:]
        return [event.split()[2] for event in events if event.startswith("joined ")]


@pytest.fixture
def air(world):
    air = Air(world)
    air.near = air.add("near", -40, 1)
    air.far = air.add("far", -70, 6)
    world.netsim.events.clear()
    return air


def _ms_of(device, stage):
    return dict(device.last_attempt()["stages"])[stage]


FAULTS = {f"refuses with {reason}": ("refuse", reason) for reason in (2, 5, 15, 17, 203)}
FAULTS.update({"is silent": ("mute",), "has another key": ("set_key", "another-key")})


@pytest.mark.virtual(_AIR)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_one_that_is_found_first(device, air, fault):
    getattr(air.near, fault[0])(*fault[1:])
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert air.joined() == ["far"]


@pytest.mark.virtual(_AIR)
def test_a_key_that_none_of_them_has(device, air):
    nic = device.wifi(key="another-key")
    assert device.connect(nic) == NO_WIFI
    assert _ms_of(device, "LINK") >= 5000
    assert device.last_attempt()["ms"] < 30_000, "not the timeout of 60 s, on a busy machine"
    assert "wrong key" in device.last_attempt()["cause"]


@pytest.mark.virtual(_AIR)
def test_both_refuse_and_the_last_cause_is_told(device, air):
    air.near.refuse(17)
    air.far.refuse(203)
    assert device.connect(device.wifi(), timeout=4) == NO_WIFI
    assert device.last_attempt()["cause"].split(":")[0] in ("Wi-Fi reason 17", "Wi-Fi reason 203")
    assert air.joined() == []
    air.far.accept()
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert air.joined() == ["far"]


@pytest.mark.virtual(_AIR)
def test_the_good_one_comes_first_in_the_next_attempt(device, air, world):
    air.near.refuse(203)
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    begun = len(world.netsim.events)
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    left = [event for event in world.netsim.events[begun:] if event.startswith("left ")]
    assert len(left) == 1, "the end of the session before, and no refusal"
    air.near.accept()
    air.far.off()
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert air.joined() == ["far", "far", "near"]


@pytest.mark.virtual(_AIR)
def test_the_one_that_refuses_comes_back(device, air):
    air.near.refuse(203)
    air.far.refuse(17)
    device.start(device.wifi())
    device.repl.run("settle(1500)")
    assert device.calls() == []
    air.near.accept()
    assert device.wait()[0][1] == SERVER_CONNECTED
    assert air.joined() == ["near"]


# On the board: until the link has taken the result of its scan.
_UNTIL_SCANNED = """
import sys
from connectwith import links
def scanned():
    points = links.get(0)._points
    return points and points._scanned_ms[0] is not None
assert until(scanned)
"""


@pytest.mark.virtual(_AIR)
def test_one_that_goes_between_scan_and_join(device, air, world):
    attic = air.add("attic", -80, 11)
    air.near.refuse(203)
    air.far.association_ms(3000)  # the board is seen to join it, and then it goes
    device.start(device.wifi())
    world.netsim.wait_event("left * 203")
    device.repl.run(_UNTIL_SCANNED)
    air.far.off()
    assert device.wait()[0][1] == SERVER_CONNECTED
    assert air.joined() == [attic.name]


@pytest.mark.virtual(_AIR)
def test_two_of_three_refuse(device, air):
    attic = air.add("attic", -80, 11)
    air.near.refuse(15)
    air.far.full()
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert air.joined() == [attic.name]


@pytest.mark.virtual(_AIR)
def test_one_that_comes_later(device, air):
    air.far.off()
    air.near.refuse(203)
    device.start(device.wifi())
    device.repl.run("settle(2000)")
    assert device.calls() == []
    air.far.on()
    assert device.wait()[0][1] == SERVER_CONNECTED
    assert air.joined() == ["far"]


@pytest.mark.virtual(_AIR)
def test_a_hidden_network_with_two(device, air):
    air.near.hide()
    air.far.hide()
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    air.near.refuse(203)
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert air.joined() == ["near", "far"]


@pytest.mark.virtual(_AIR)
def test_a_hidden_network_that_refuses_for_a_while(device, air):
    air.far.off()
    air.near.hide()
    air.near.refuse(203)
    device.start(device.wifi())
    device.repl.run("settle(1500)")
    air.near.accept()
    assert device.wait()[0][1] == SERVER_CONNECTED


@pytest.mark.virtual(_AIR)
def test_the_users_scan_at_the_same_time(device, air):
    """Each scan has its own result, or an error; the attempt goes its way."""
    air.near.refuse(203)
    device.repl.run(
        "found, errors = [], []\n"
        "def scan():\n"
        "    try: imp.scanwifinetworks(found.append)\n"
        "    except (OSError, RuntimeError) as e: errors.append(type(e).__name__)\n"
    )
    device.start(device.wifi())
    device.repl.run(
        "def done():\n    scan()\n    return calls\nuntil(done, 20000)\nsettle(500)",
        timeout=30,
    )
    assert [call[1] for call in device.calls()] == [SERVER_CONNECTED]
    assert set(device.repl.value("errors")) <= {"OSError", "RuntimeError"}
    for networks in device.repl.value("found"):
        assert {"home-net", "cafe-net"} <= {network["ssid"] for network in networks}
