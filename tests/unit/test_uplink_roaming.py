# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# ruff: noqa: F401, F811 (fixtures are imported, and their names are parameters)
"""The keeper changes to another access point of the same network: calls, events, failures."""

import pytest
from clockwork import PERIOD
from connectwith import results
from connectwith.settings import nic
from connectwith.uplink import status
from test_uplink_policy import ETHERNET, WIFI, Desk
from uplink_desk import desk, events, looks
from uplink_world import CONNECTED, FAILED, LIVE, LOOK, NOTHING, ROAMS, TRY, TRYING


@pytest.fixture
def air(desk):
    return desk.air


def test_another_access_point(desk, events, looks, air):
    looks[nic.ETHERNET] = False
    desk.begin()
    desk.fail(nic.ETHERNET)
    desk.connect(nic.WIFI)
    assert air.did[:2] == ["begin", "poll"]
    before, air.target = desk.control.live, b"bssid!"
    began = len(desk.control.jobs)
    desk.run(1200)
    assert ("leave", b"bssid!") in air.did and len(desk.control.jobs) == began + 1
    assert (
        desk.control.jobs[-1].nic is before.nic and desk.control.moves[-1] is desk.control.jobs[-1]
    )
    desk.connect(nic.WIFI)
    assert events[-1] == {"event": "moved", "interface": "wl0", "before": "wl0",
                          "result": results.SERVER_CONNECTED}  # fmt: skip
    assert air.made == 1 and desk.keeper.moves == 1
    assert status.report(desk.keeper)["why"] == "stronger access point"
    desk.lose(nic.WIFI)
    assert air.did[-1] == "end"


def test_another_access_point_that_fails(desk, events, looks, air):
    looks[nic.ETHERNET] = False
    desk.begin()
    desk.fail(nic.ETHERNET)
    desk.connect(nic.WIFI)
    air.target = b"bssid!"
    desk.run(1200)
    desk.control.connected = False
    desk.fail(nic.WIFI)
    desk.run(3000)
    desk.connect(desk.control.jobs[-1].kind)
    assert [event["event"] for event in events[-2:]] == ["failed", "connected"]


def test_no_roaming_without_wifi(desk, events, looks, air):
    looks[nic.ETHERNET] = False
    desk.begin()
    desk.connect(nic.ETHERNET)
    desk.run(1000)
    assert air.made == 0


# -- the policy alone


@pytest.fixture(params=[0, PERIOD - 40_000])
def roaming(request):
    """Wi-Fi alone, connected for 40 s."""
    desk = Desk(request.param, count=1, free=1)
    desk.connect(0)
    desk.after(40_000, NOTHING)
    return desk


def test_a_change_is_no_loss(roaming):
    roaming.tell(ROAMS, 0)
    assert (roaming.policy.state, roaming.policy.target) == (TRYING, 0)
    roaming.tell(CONNECTED, 0, 3000)
    assert (roaming.policy.state, roaming.policy.current) == (LIVE, 0)
    assert roaming.policy.penalties == [0]


def test_a_change_that_fails(roaming):
    roaming.tell(ROAMS, 0)
    roaming.tell(FAILED, 0, 3000)
    roaming.after(750, TRY, 0)
    roaming.tell(FAILED, 0)
    roaming.after(1500, TRY, 0)


def test_a_change_of_which_nothing_is_heard(roaming):
    roaming.tell(ROAMS, 0)
    roaming.after(300_000, NOTHING)
    roaming.after(750, TRY, 0)


def test_only_a_session_that_is_alone_changes_the_access_point():
    desk = Desk(0)
    assert not desk.policy.handle(ROAMS, WIFI, desk.now)
    desk.connect(ETHERNET, WIFI)
    assert not desk.policy.handle(ROAMS, ETHERNET, desk.now)
    desk.after(10_000, LOOK, ETHERNET)
    assert not desk.policy.handle(ROAMS, WIFI, desk.now), "it is looking"
