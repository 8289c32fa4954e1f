# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The deadline bounds the whole attempt, whatever user code, driver or peer does."""

import pytest

SERVER_CONNECTED = 5
NO_WIFI, NO_IP_ADDRESS, NOT_RESOLVED, NO_SERVER = 1, 2, 3, 4


@pytest.mark.parametrize("occupation", ["while not calls: pass", "time.sleep(4)"])
def test_deadline_while_user_code_is_busy(device, world, occupation):
    world.wifi["home"].association_ms(60_000)
    out = device.repl.run(
        f"start = time.ticks_ms()\nattempt({device.wifi()!r}, 1.5)\n{occupation}\n"
        "wait(1)\nprint(calls[0][1], time.ticks_diff(calls[0][4], start))\n",
        timeout=50,
    )
    result, took_ms = (int(word) for word in out.split())
    assert result == NO_WIFI
    assert took_ms >= 1500  # never early; how late is a measurement, not a test


@pytest.mark.parametrize("occupation", ["while not calls: pass", "time.sleep(4)"])
def test_success_while_user_code_is_busy(device, occupation):
    out = device.repl.run(
        f"attempt({device.ethernet()!r}, 10)\n{occupation}\nwait(1)\nprint(calls[0][1])\n",
        timeout=50,
    )
    assert out.strip() == str(SERVER_CONNECTED)


def _silent_association(world):
    world.wifi["home"].association_ms(60_000)


def _silent_dhcp(world):
    world.wifi["home"].dhcp(False)


def _silent_dns(world):
    world.dns.drop()


def _silent_route(world):
    world.dns.answer(world.broker.host, "192.0.2.1")


STAGES = [
    ("association", _silent_association, None, NO_WIFI),
    ("dhcp", _silent_dhcp, None, NO_IP_ADDRESS),
    ("dns", _silent_dns, None, NOT_RESOLVED),
    ("tcp", _silent_route, None, NO_SERVER),
    ("tls", None, "mute-tcp", NO_SERVER),
    ("session", None, "mute-mqtt", NO_SERVER),
]


def _make_silent(device, world, fault, peer):
    if fault:
        fault(world)
    if peer:
        device.use_broker(world.peer(peer).url)


@pytest.mark.parametrize("stage, fault, peer, code", STAGES, ids=[row[0] for row in STAGES])
def test_code_of_the_stage_in_which_time_ran_out(device, world, stage, fault, peer, code):
    # With the clock set already, a silent DNS holds RESOLVE and not CLOCK.
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    _make_silent(device, world, fault, peer)
    assert device.connect(device.wifi(), timeout=2) == code
    # The failed attempt leaves nothing behind: the next attempt works.
    world.restore()
    device.use_broker(world.broker.url)
    assert device.connect(device.wifi()) == SERVER_CONNECTED


@pytest.mark.parametrize("how", ["connectwith", "same interface", "disconnect"])
@pytest.mark.parametrize("stage, fault, peer, code", STAGES, ids=[row[0] for row in STAGES])
def test_second_call_at_every_stage(device, world, stage, fault, peer, code, how):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    _make_silent(device, world, fault, peer)
    device.start(device.wifi(), timeout=4, tag="old")
    device.repl.run("settle(800)")  # the attempt hangs in its stage now
    device.use_broker(world.broker.url)
    if how == "disconnect":
        device.repl.run("server.disconnect()")
        world.restore()
        device.repl.run("settle(4500)")
        assert len(device.calls()) == 1
        assert device.repl.value("server.isconnected()") is False
        return
    nic = device.ethernet() if how == "connectwith" else device.wifi()
    device.start(nic, tag="new")
    world.restore()  # only now: it ends what the old attempt waits for
    device.repl.run("settle(4500)")  # past the old attempt's deadline
    calls = device.wait(2)
    assert [(call[0], call[1]) for call in calls[1:]] == [("new", SERVER_CONNECTED)]
