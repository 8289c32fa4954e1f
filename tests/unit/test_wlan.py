# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Wi-Fi from start to stop: calls of the driver, the key, losses, DHCP."""

import sys
import types

import _connectwith
import pytest
from connectwith import links, results
from connectwith.links import FAILED, HAS_ADDRESS, LINK_UP, LOSSES_SHIFT, UP, retry_limits, wlan
from connectwith.settings import nic

STATIC = {"ip": "10.0.0.9", "netmask": "255.255.255.0", "gateway": "10.0.0.1",
          "dns": ["10.0.0.1", "9.9.9.9"]}  # fmt: skip

ADDRESSES = ("10.0.0.7", "255.255.255.0", "10.0.0.1", "10.0.0.2")
BSSID = b"\x02\x00\x00\x00\x00\x01"


@pytest.fixture
def radio(monkeypatch):
    """The driver: `did` is what it was told, `state` what the events say, `refuses` an errno.
    The network has one access point."""
    radio = types.SimpleNamespace(did=[], state=0, on=False, used=[], refuses=0)

    class WLAN:
        IF_STA = 0

        def __init__(self, which):
            pass

        def active(self, *on):
            if on:
                radio.did.append(("active", on[0]))
                radio.on = on[0]
                if radio.refuses:
                    raise OSError(radio.refuses, "")
            return radio.on

        def __getattr__(self, name):
            def call(*arguments, **named):
                radio.did.append((name, *arguments, *named.items()))
                if radio.refuses:
                    raise OSError(radio.refuses, "")
                return ADDRESSES if name == "ifconfig" else name

            return call

    monkeypatch.setitem(sys.modules, "network", types.SimpleNamespace(WLAN=WLAN))
    monkeypatch.setattr(_connectwith, "link_state", lambda kind: radio.state, False)
    monkeypatch.setattr(_connectwith, "link_watch", lambda kind: None, False)
    monkeypatch.setattr(_connectwith, "link_used", lambda *how: radio.used.append(how))
    monkeypatch.setattr(_connectwith, "link_bssid", lambda: BSSID, False)
    monkeypatch.setattr(_connectwith, "scan_start", lambda ssid: None, False)
    found = [(b"home", BSSID, 1, -50, False)]
    monkeypatch.setattr(_connectwith, "scan_result", lambda late: found, False)
    monkeypatch.setattr(
        _connectwith, "dns_second", lambda server: radio.did.append(("second", server)), False
    )
    return radio


def config(key="geheim12", **more):
    block = nic.check_block("wificonfig", {"ssid": "home", "key": key})
    return {"interface": "wl0", "wificonfig": block, **more}


def joins(link, radio):
    """Polls until it joins; returns the driver's calls."""
    radio.did.clear()
    for _ in range(10):
        link.poll()
        if radio.did and radio.did[-1][0] == "connect":
            return list(radio.did)
    raise AssertionError(radio.did)


def started(radio, nic_=None, given=None):
    link = wlan.Wlan()
    link.start(nic_ or config(), given)
    return link


def test_joining(radio, clock, monkeypatch):
    link = started(radio)
    assert radio.used == [(0, True)] and link.poll() == 0
    radio.state = LINK_UP
    assert link.poll() == 0 and radio.did == [], "the old connection's end is awaited"
    radio.state = 0
    assert joins(link, radio) == [
        ("active", True), ("config", ("reconnects", 0)), ("ipconfig", ("dhcp4", True)),
        ("connect", "home", b"geheim12", ("bssid", None)),
    ]  # fmt: skip
    assert link.poll() == 1
    radio.state = LINK_UP
    assert link.poll() == 2
    radio.state |= HAS_ADDRESS
    assert link.poll() == UP and link.addresses() == ADDRESSES[:3]
    told = {"ssid": "home", "rssi": "status", "channel": "config"}
    assert link.info() == {**told, "bssid": "020000000001"}
    monkeypatch.setattr(_connectwith, "link_bssid", lambda: None)
    assert link.info() == told


@pytest.mark.parametrize("pm", [0, 1])
def test_each_attempt_sets_what_setpowersave_has_set(radio, clock, monkeypatch, pm):
    monkeypatch.setattr(links, "power_saving", pm)
    for _ in range(2):
        did = joins(started(radio), radio)
        assert did.index(("config", ("pm", pm))) > did.index(("active", True))


@pytest.mark.parametrize("nic", [{"interface": "wl0"}, None])
def test_nothing_is_told_of_a_connection_that_is_not_its_own(radio, clock, nic):
    radio.on = True
    radio.state = LINK_UP | HAS_ADDRESS  # of boot.py, or one that has not ended yet
    link = started(radio, nic or config())
    assert link.info() == {}
    link.poll()
    assert link.info() == {}
    if nic is None:
        link.stop()
        assert link.info() == {}


def test_a_radio_that_is_on_begins_from_a_known_state(radio, clock):
    radio.on = True
    link = started(radio)
    link.poll()
    assert radio.did == [("active", False)]


def test_an_open_network_and_static_addresses(radio, clock):
    link = started(radio, config("", staticconfig=STATIC))
    told = joins(link, radio)
    assert told[2:] == [
        ("ifconfig", ("10.0.0.9", "255.255.255.0", "10.0.0.1", "10.0.0.1")),
        ("second", "9.9.9.9"), ("connect", "home", None, ("bssid", None)),
    ]  # fmt: skip
    radio.state = LINK_UP
    radio.did.clear()
    clock.now_ms += 20_000
    for _ in range(3):
        link.poll()
        clock.now_ms += 8000
    assert radio.did == [], "no DHCP"


def test_the_key_is_bound_to_its_network(radio, clock):
    nic_ = config()
    nic_["wificonfig"]["ssid"] = "other"
    link = started(radio, nic_)
    with pytest.raises(ValueError):
        joins(link, radio)


def test_no_network_is_stored(radio, clock):
    link = started(radio, {"interface": "wl0"})
    stages = [link.poll() for _ in range(3)]
    assert stages[-1] == FAILED and link.result == results.NO_WIFI
    assert link.cause == "no network is stored" and link.poll() == FAILED


def test_dhcp_is_counted_from_each_join(radio, clock):
    link = started(radio)
    joins(link, radio)
    radio.state = LINK_UP
    link.poll()
    clock.now_ms += 7000
    radio.state = 1 << LOSSES_SHIFT | 8
    link.poll()
    clock.now_ms += 600
    joins(link, radio)
    radio.state |= LINK_UP
    radio.did.clear()
    link.poll()
    clock.now_ms += 7999
    link.poll()
    assert radio.did == []
    clock.now_ms += 1
    link.poll()
    assert radio.did == [("ipconfig", ("dhcp4", False)), ("ipconfig", ("dhcp4", True))]


def lose(link, radio, reason):
    radio.state = (radio.state >> LOSSES_SHIFT) + 1 << LOSSES_SHIFT | reason
    return link.poll()


@pytest.mark.parametrize("misses", [1, 2, 3, 4])
def test_pauses_grow_to_600_ms(radio, clock, misses):
    link = started(radio, None, retry_limits.RetryLimits(retry_limits._SINGLE, 10**6))
    joins(link, radio)
    for _ in range(misses):
        assert lose(link, radio, 201) == 1
        began_ms = clock.now_ms
        while link._state != wlan._JOINING:
            clock.now_ms += 1
            link.poll()
    assert clock.now_ms - began_ms in range(200 * min(misses, 3), 200 * min(misses, 3) + 3)
    assert link.faults == misses and (link.cause, link.code) == ("Wi-Fi reason", 201)


@pytest.mark.parametrize(("reason", "misses"), [(15, 2), (201, 2), (8, 2)])
def test_one_report_is_noise(radio, clock, reason, misses):
    link = started(radio)
    joins(link, radio)
    stages = []
    for _ in range(misses):
        clock.now_ms += 2000
        stages.append(lose(link, radio, reason))
        clock.now_ms += 600
        if stages[-1] != FAILED:
            joins(link, radio)
    assert stages == [1, FAILED] and link.faults == 1


def test_another_kind_of_refusal_is_counted_anew(radio, clock):
    link = started(radio)
    joins(link, radio)
    for reason in (201, 15, 201, 15):
        clock.now_ms += 3000
        assert lose(link, radio, reason) == 1
        clock.now_ms += 600
        joins(link, radio)


def test_stopping(radio, clock):
    link = started(radio)
    link.stop()
    assert radio.did == [] and radio.used[-1] == (0, False) and link.poll() == FAILED
    link.start(config())
    joins(link, radio)
    radio.did.clear()
    link.stop()
    assert radio.did == [("disconnect",), ("active", False)] and link.poll() == FAILED
    radio.did.clear()
    link.stop()
    assert radio.did == [("active", False)]


def test_a_driver_that_objects_to_a_stop(radio, clock):
    link = started(radio)
    joins(link, radio)
    radio.did.clear()
    radio.refuses = 0x3002
    link.stop()
    assert radio.did == [("disconnect",), ("active", False)]


def test_what_an_earlier_run_has_left_is_switched_off(radio):
    radio.on = True
    link = wlan.Wlan()
    link.adopt(True)
    link.stop()
    assert radio.did[-1] == ("active", False) and links.FAILED == link.poll()
