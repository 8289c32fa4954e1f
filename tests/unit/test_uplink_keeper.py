# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# ruff: noqa: F401, F811 (fixtures are imported, and their names are parameters)
"""imp.uplink.keep over a controller that a test plays: attempts, events, calls of the user's."""

import types

import micropython
import pytest
from connectwith import results
from connectwith.connection import job
from connectwith.settings import nic
from connectwith.uplink import keeper as module
from connectwith.uplink import look, options, status
from uplink_desk import desk, events, looks, run_scheduled
from uplink_world import LOOKING


def test_the_preferred_link_and_its_event(desk, events):
    desk.begin()
    (job,) = desk.control.jobs
    assert (job.kind, job.timeout_ms, job.nic, job.settings) == (
        nic.ETHERNET, 20_000, {"interface": "eth0"}, "server",
    )  # fmt: skip
    assert job.plan is None and job.is_reconnect and job.has_next()
    assert events == []
    desk.connect(nic.ETHERNET)
    assert events == [{"event": "connected", "interface": "eth0", "result": 5}]
    assert desk.control.watched == [(30_000, 10_000, 5000)]


def test_cable_out_and_back_in(desk, events, looks):
    desk.begin()
    desk.connect(nic.ETHERNET)
    looks[nic.ETHERNET] = False
    desk.run(31_000)
    desk.lose(nic.ETHERNET)
    desk.run(500)
    desk.connect(nic.WIFI)
    desk.run(1000)
    assert desk.control.moves == []
    looks[nic.ETHERNET] = True
    desk.run(3100)
    (job,) = desk.control.moves
    assert job.kind == nic.ETHERNET
    assert status.report(desk.keeper)["state"] == "moving"
    desk.connect(nic.ETHERNET)
    assert events[1:] == [
        {"event": "lost", "interface": "eth0", "result": 1},
        {"event": "connected", "interface": "wl0", "result": 5},
        {"event": "moved", "interface": "eth0", "result": 5, "before": "wl0"},
    ]
    assert status.report(desk.keeper)["moves"] == 1


@pytest.mark.parametrize(
    ("loss", "code", "next_kind"),
    [
        ("closed by the server", 0, nic.ETHERNET),
        ("errno", 104, nic.ETHERNET),
        ("errno", 103, nic.WIFI),
        ("no answer to PINGREQ", 0, nic.WIFI),
        ("link lost", 0, nic.WIFI),
        ("send timeout", 0, nic.WIFI),
    ],
)
def test_what_ended_the_session_says_what_is_tried_first(desk, loss, code, next_kind):
    desk.begin()
    desk.connect(nic.ETHERNET)
    desk.run(31_000)
    desk.lose(nic.ETHERNET, loss, code, results.NO_SERVER)
    desk.run(600)
    assert desk.control.jobs[-1].kind == next_kind


def test_cellular_has_time_to_register(desk):
    desk.begin()
    desk.fail(nic.ETHERNET)
    desk.fail(nic.WIFI)
    desk.run(1000)
    while desk.control.jobs[-1].kind != nic.CELLULAR:
        desk.fail(desk.control.jobs[-1].kind)
        desk.run(1000)
    assert desk.control.jobs[-1].timeout_ms == 120_000


def test_a_failed_move_is_told_and_the_session_goes_on(desk, events, looks):
    desk.begin()
    desk.fail(nic.ETHERNET)
    desk.connect(nic.WIFI)
    desk.run(3000)
    desk.fail(nic.ETHERNET, results.NO_IP_ADDRESS)
    assert events[-1] == {"event": "failed", "interface": "eth0", "result": 2}
    now = status.report(desk.keeper)
    assert (now["state"], now["interface"]) == ("connected", "wl0")
    assert now["candidates"][0]["penalty"] == 1000


def test_twice_for_one_event(desk, events):
    desk.begin()
    desk.connect(nic.ETHERNET)
    for _ in range(2):
        desk.keeper.connected(nic.ETHERNET)
    desk.lose(nic.ETHERNET)
    desk.keeper.lost(nic.ETHERNET, 1)
    desk.run(600)
    desk.fail(nic.WIFI)
    desk.keeper.failed(nic.WIFI, 1)
    desk.work()
    assert [event["event"] for event in events] == ["connected", "lost", "failed"]


def test_settings_that_cannot_be_read_are_a_failure(desk, events, monkeypatch, capsys):
    def broken():
        raise OSError(5)

    monkeypatch.setattr(job, "server_settings", broken)
    monkeypatch.setattr(module.sys, "print_exception", lambda error: print(repr(error)), False)
    desk.begin()
    assert events[0] == {"event": "failed", "interface": "eth0", "result": 0}
    assert "OSError" in capsys.readouterr().out
    monkeypatch.setattr(job, "server_settings", lambda: "server")
    desk.run(2000)
    assert desk.control.jobs


def test_a_session_over_one_of_the_links_stays(desk, events):
    desk.control.connected = True
    desk.control.live = types.SimpleNamespace(kind=nic.WIFI, nic={"interface": "wl0"})
    desk.begin()
    assert desk.control.jobs == []
    assert events == [{"event": "connected", "interface": "wl0", "result": 5}]
    assert status.report(desk.keeper)["why"] == "connected already"


def test_a_session_with_other_settings_goes_on_until_the_next_one(desk, events):
    config = {"interface": "wl0", "wificonfig": {"ssid": "another", "key": b"sealed"}}
    desk.control.connected = True
    desk.control.live = types.SimpleNamespace(kind=nic.WIFI, nic=config)
    desk.begin()
    assert desk.control.moves == desk.control.jobs and len(desk.control.jobs) == 1
    desk.connect(nic.ETHERNET)
    assert events == [{"event": "connected", "interface": "eth0", "result": 5}]


def test_sealed_keys_look_different_each_time():
    one = {"interface": "wl0", "wificonfig": {"ssid": "home", "key": b"one"}}
    other = {"interface": "wl0", "wificonfig": {"ssid": "home", "key": b"two"}}
    assert options._is_same(one, other)
    assert not options._is_same(one, {"interface": "wl0", "wificonfig": None})
    several = {"interface": "wl0", "wificonfig": {"ssid": "van", "key": b"x"}, "networks": True}
    assert not options._is_same(one, several) and options._is_same(
        {**one, "networks": True}, several
    )
    assert not options._is_same(one, {**other, "staticconfig": {"ip": "10.0.0.2"}})


# -- calls of the user's


def test_stop_keeps_the_session_and_ends_a_move(desk, events, looks):
    desk.begin()
    desk.fail(nic.ETHERNET)
    desk.connect(nic.WIFI)
    desk.run(3000)
    assert desk.control.connecting
    desk.stop()
    assert desk.control.connected and not desk.control.connecting
    assert desk.control.keeping is None
    run_scheduled(desk)
    assert events[-1] == {"event": "ended", "interface": "wl0"}
    desk.stop()
    run_scheduled(desk)
    assert [e["event"] for e in events].count("ended") == 1


def test_a_call_of_the_users_ends_it_and_the_callback_says_so_later(desk, events):
    desk.begin()
    desk.control.disconnect()
    assert events == []
    run_scheduled(desk)
    assert events == [{"event": "ended", "interface": None}]


def test_the_queue_of_the_scheduler_holds_nothing_of_what_has_ended(desk, events):
    """Its places keep an argument until they are needed again (py/scheduler.c)."""
    desk.begin()
    desk.control.disconnect()
    arguments = [argument for _, argument in desk.scheduled]
    run_scheduled(desk)
    assert events[-1]["event"] == "ended" and arguments == [[]]


def test_a_full_queue_of_the_scheduler_is_printed(desk, monkeypatch, capsys):
    def full(function, argument):
        raise RuntimeError("schedule queue full")

    monkeypatch.setattr(micropython, "schedule", full, False)
    monkeypatch.setattr(module.sys, "print_exception", lambda error: print(repr(error)), False)
    desk.begin()
    desk.control.disconnect()
    assert "queue full" in capsys.readouterr().out


def test_keep_again(desk, events):
    desk.begin()
    desk.connect(nic.ETHERNET)
    first, later = desk.keeper, []
    desk.keeper = desk.make(later.append)
    desk.begin()
    assert first.ended and not desk.keeper.ended
    assert later == [{"event": "connected", "interface": "eth0", "result": 5}]
    run_scheduled(desk)
    assert events[-1]["event"] == "connected"
    assert first.after(first.told - 1)[0] == {"event": "ended", "interface": "eth0"}
    assert desk.control.keeping.keeper is desk.keeper


@pytest.mark.parametrize(("call", "interface"), [("stop", "eth0"), ("disconnect", None)])
def test_keep_again_in_the_callback_of_its_end(desk, events, call, interface):
    def again(event):
        events.append(event)
        if event["event"] == "ended":
            options._begin(desk.control, desk.make(again))

    for _ in range(2):  # the second takes the place of the first
        desk.keeper = desk.make(again)
        desk.begin()
        if not desk.control.connected:
            desk.connect(nic.ETHERNET)
    run_scheduled(desk)
    assert [event["event"] for event in events] == ["connected", "connected"]
    events.clear()
    desk.stop() if call == "stop" else desk.control.disconnect()
    run_scheduled(desk)
    assert events == [{"event": "ended", "interface": interface}]
    assert desk.control.keeping is not None


def test_a_callback_that_raises(desk, monkeypatch, capsys):
    import connectwith

    monkeypatch.setattr(connectwith.sys, "print_exception", lambda e: print(repr(e)), False)
    desk.keeper = desk.make(lambda event: 1 // 0)
    desk.begin()
    desk.connect(nic.ETHERNET)
    assert "ZeroDivisionError" in capsys.readouterr().out
    assert desk.control.keeping is not None


@pytest.mark.parametrize("call", ["stop", "disconnect", "keep"])
def test_a_callback_that_ends_it(desk, call):
    told = []

    def callback(event):
        told.append(event["event"])
        if event["event"] != "connected":
            return
        if call == "keep":
            options._begin(desk.control, desk.make(None))
        else:
            desk.stop() if call == "stop" else desk.control.disconnect()

    desk.keeper = desk.make(callback)
    desk.begin()
    desk.connect(nic.ETHERNET)
    run_scheduled(desk)
    desk.run(5000)
    assert told == (["connected"] if call == "keep" else ["connected", "ended"])


def test_what_a_callback_does_to_its_event_is_its_own(desk, looks):
    def callback(event):
        event.clear()

    desk.keeper = desk.make(callback)
    desk.begin()
    desk.connect(nic.ETHERNET)
    assert desk.keeper.after(0)[0]["interface"] == "eth0"


# -- looks


def test_a_look_is_ended_when_something_else_happens(desk, looks):
    desk.begin()
    desk.fail(nic.ETHERNET)
    desk.connect(nic.WIFI)
    looks[nic.ETHERNET] = None
    desk.run(600)
    assert desk.keeper.policy.state == LOOKING
    desk.lose(nic.WIFI)
    assert look.Look.ended == 1 and desk.keeper._look is None


def test_a_look_that_never_ends(desk, looks):
    desk.begin()
    desk.fail(nic.ETHERNET)
    desk.connect(nic.WIFI)
    looks[nic.ETHERNET] = None
    desk.run(20_600)
    assert look.Look.ended >= 1
