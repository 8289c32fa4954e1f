# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Retries and their limits: the rows, Wi-Fi's reports, DHCP, the server."""

import re
import sys
import types
from pathlib import Path

import _connectwith
import pytest
from connectwith import links, results
from connectwith.connection.job import Job
from connectwith.links import FAILED, retry_limits, wlan
from connectwith.settings import nic

SINGLE, FAILOVER, RECONNECT = retry_limits._SINGLE, retry_limits._FAILOVER, retry_limits._RECONNECT


def now(clock):
    return clock.now_ms % (1 << 30)


# -- the rows


@pytest.mark.parametrize("row", [retry_limits.WIFI, retry_limits.SIM_BUSY, retry_limits._SERVER])
def test_alone_most_of_the_timeout_is_used(clock, row):
    given = retry_limits.RetryLimits(SINGLE, 60000)
    clock.now_ms += 40000
    since_ms = now(clock)  # when it first fails does not matter
    clock.now_ms += 7999
    assert not given.is_over(row, since_ms)
    clock.now_ms += 1
    assert given.is_over(row, since_ms)


@pytest.mark.parametrize("mode", [SINGLE, FAILOVER, RECONNECT])
def test_a_row_has_its_own_end(clock, mode):
    given = retry_limits.RetryLimits(mode, 86400000)
    limit_ms = retry_limits.WIFI_KEY[mode]
    since_ms = now(clock)
    clock.now_ms += limit_ms - 1
    assert not given.is_over(retry_limits.WIFI_KEY, since_ms)
    clock.now_ms += 1
    assert given.is_over(retry_limits.WIFI_KEY, since_ms)


def test_after_a_loss_the_server_is_left_to_the_pauses_between_attempts(clock):
    assert retry_limits.RetryLimits(RECONNECT, 60000).is_over(retry_limits._SERVER, now(clock))
    assert not retry_limits.RetryLimits(FAILOVER, 60000).is_over(retry_limits._SERVER, now(clock))


def test_pauses_grow_and_end_growing():
    pauses = [retry_limits.pause_ms(tries) for tries in (0, 1, 2, 3, 4, 99)]
    assert pauses == [500, 1000, 2000, 4000, 5000, 5000]


@pytest.mark.parametrize(
    ("plan", "is_reconnect", "mode"),
    [(None, False, SINGLE), (False, False, SINGLE), (True, False, FAILOVER),
     (None, True, RECONNECT), (False, True, RECONNECT), (True, True, RECONNECT)],
)  # fmt: skip
def test_the_place_of_a_job(monkeypatch, plan, is_reconnect, mode):
    monkeypatch.setattr(links, "get", lambda kind: None)
    plan = None if plan is None else types.SimpleNamespace(has_next=lambda job, more=plan: more)
    job = Job({}, nic.WIFI, None, 60000, plan=plan)
    job.is_reconnect = is_reconnect
    assert retry_limits.mode_of(job) == mode


def test_the_document_has_the_rows():
    """The table of docs/api.md has the three times of each row of the code."""
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and re.fullmatch(r"`[A-Z_]+`", cells[4]):
            rows[cells[4].strip("`")] = tuple(cells[1:4])
    names = [n for n in vars(retry_limits) if isinstance(getattr(retry_limits, n), tuple)]
    assert sorted(rows) == sorted(n.lstrip("_") for n in names)

    def words(ms, mode):
        if not ms:
            return "0.8 of the timeout" if mode == SINGLE else "at once"
        return f"{ms / 1000:g} s"

    for name in names:
        row = getattr(retry_limits, name)
        assert rows[name.lstrip("_")] == tuple(words(row[mode], mode) for mode in range(3)), name


# -- Wi-Fi


@pytest.fixture
def radio(monkeypatch, clock):
    """A Wi-Fi link that joins; `refuse(reason)` simulates refusals."""
    state = {"losses": 0, "reason": 0, "bits": 0, "joins": 0, "dhcp": []}

    class Driver:
        IF_STA = 0

        def __init__(self, _):
            pass

        def active(self, *on):
            return bool(on and on[0])

        def config(self, **_):
            pass

        def ipconfig(self, dhcp4):
            state["dhcp"].append((clock.now_ms, dhcp4))

        def connect(self, ssid, key, bssid=None):
            assert bssid is None, "there is only one"
            state["joins"] += 1

    network = types.SimpleNamespace(WLAN=Driver)
    monkeypatch.setitem(sys.modules, "network", network)
    monkeypatch.setattr(_connectwith, "link_watch", lambda link: None, False)

    def link_state(_):
        return state["losses"] << links.LOSSES_SHIFT | state["bits"] | state["reason"]

    monkeypatch.setattr(_connectwith, "link_state", link_state, False)
    bssid = b"\x02\0\0\0\0\1"
    monkeypatch.setattr(_connectwith, "link_bssid", lambda: bssid, False)
    monkeypatch.setattr(_connectwith, "scan_start", lambda ssid: None, False)
    found = [(b"home", bssid, 6, -50, False)]
    monkeypatch.setattr(_connectwith, "scan_result", lambda late: found, False)
    link = wlan.Wlan()

    def start(mode, timeout_ms=60000):
        block = {"ssid": "home", "key": ""}
        given = retry_limits.RetryLimits(mode, timeout_ms)
        link.start({"interface": "wl0", "wificonfig": block}, given)
        state.update(losses=0, reason=0, bits=0, joins=0)
        state["dhcp"].clear()

    def until(what, limit_ms=120000):
        """Polls each 10 ms until `what(stage)` is true; returns the duration in ms."""
        began_ms = clock.now_ms
        while True:
            stage = link.poll()
            if what(stage):
                return clock.now_ms - began_ms
            clock.now_ms += 10
            assert clock.now_ms - began_ms < limit_ms

    def refuse(reason, for_ms, each_ms=100):
        """The radio reports `reason` for each join until `for_ms` are over or the link fails."""
        began_ms = clock.now_ms
        while clock.now_ms - began_ms < for_ms:
            joins = state["joins"]
            took_ms = until(lambda stage, n=joins: stage == FAILED or state["joins"] > n)
            if link.poll() == FAILED:
                break
            clock.now_ms += each_ms
            state["losses"] += 1
            state["reason"] = reason
            assert took_ms <= 650
            if link.poll() == FAILED:
                break
        return clock.now_ms - began_ms

    return types.SimpleNamespace(
        link=link, state=state, start=start, until=until, refuse=refuse
    )  # fmt: skip


@pytest.mark.parametrize("reason", [2, 15, 202, 204])
def test_a_wrong_key_is_told_within_about_5_s(radio, reason):
    radio.start(SINGLE)
    took_ms = radio.refuse(reason, 60000)
    assert radio.link.poll() == FAILED
    assert 5200 <= took_ms <= 6500
    assert (radio.link.cause, radio.link.code) == ("Wi-Fi reason", reason)
    assert radio.link.result == results.NO_WIFI


@pytest.mark.parametrize("reason", [2, 15])
def test_an_access_point_that_starts_is_no_wrong_key(radio, reason):
    radio.start(SINGLE)
    radio.refuse(201, 8000)
    radio.refuse(reason, 4900)
    radio.refuse(203, 3000)
    radio.refuse(reason, 4900)
    assert radio.link.poll() != FAILED
    radio.until(lambda stage: radio.state["joins"] > 0)
    radio.state["bits"] = links.LINK_UP | links.HAS_ADDRESS
    assert radio.until(lambda stage: stage == links.UP) < 1100


@pytest.mark.parametrize("reason", [201, 203, 17, 212, 5])
def test_a_network_that_is_not_there_yet(radio, reason):
    radio.start(SINGLE)
    took_ms = radio.refuse(reason, 60000)
    assert 48000 <= took_ms < 49500
    assert radio.link.faults > 30


@pytest.mark.parametrize("mode", [FAILOVER, RECONNECT])
def test_a_slow_scan_is_looked_at_twice(radio, mode):
    """A scan of all channels takes 2.4 s."""
    radio.start(mode)
    radio.refuse(201, 60000, each_ms=2400)
    assert radio.link.poll() == FAILED and radio.state["joins"] == 2


def test_a_dhcp_server_that_comes_late(radio, clock):
    radio.start(SINGLE)
    radio.until(lambda stage: radio.state["joins"] == 1)
    clock.now_ms += 3000
    radio.until(lambda stage: True)
    radio.state["bits"] = links.LINK_UP
    up_ms = clock.now_ms
    radio.state["dhcp"].clear()
    radio.until(lambda stage: clock.now_ms - up_ms > 33000)
    begun = [(at_ms - up_ms, on) for at_ms, on in radio.state["dhcp"]]
    assert begun == [(8000 * i, on) for i in (1, 2, 3, 4) for on in (False, True)]


# -- the server


@pytest.fixture
def server(monkeypatch, clock):
    pauses = []

    def backoff_ms(tries, first_ms, longest_ms, chance):
        pauses.append(min(first_ms << tries, longest_ms))
        return pauses[-1]

    monkeypatch.setattr(_connectwith, "backoff_ms", backoff_ms, False)
    plan = retry_limits.RetryLimits()
    plan.pauses = pauses
    return plan


def test_the_server_is_tried_again_with_growing_pauses(server, clock):
    server.begin(SINGLE, 60000)
    began_ms = clock.now_ms
    while server.should_retry(False):
        while server.pause_ms():
            clock.now_ms += server.pause_ms()
    assert server.pauses[:6] == [500, 1000, 2000, 4000, 5000, 5000]
    assert 48000 <= clock.now_ms - began_ms < 53000
    server.begin(SINGLE, 60000)
    server.should_retry(False)
    assert server.pauses[-1] == 500


def test_what_cannot_change_is_not_tried_again(server):
    server.begin(SINGLE, 60000)
    assert not server.should_retry(True)


def test_with_another_interface_the_server_has_2_s(server, clock):
    server.begin(FAILOVER, 60000)
    clock.now_ms += 30000
    assert server.should_retry(False)
    clock.now_ms += 1999
    assert server.should_retry(False)
    clock.now_ms += 1
    assert not server.should_retry(False)


def test_a_peer_that_has_gone_without_a_word(server, clock):
    server.begin(SINGLE, 60000)
    for stage in (5, 7, 8):
        assert not server.is_silent(stage)
        clock.now_ms += 14999
        assert not server.is_silent(stage)
        clock.now_ms += 1
        assert server.is_silent(stage)
    server.should_retry(False)
    assert not server.is_silent(8)
    server.begin(FAILOVER, 60000)
    server.is_silent(7)
    clock.now_ms += 60000
    assert not server.is_silent(7), "another interface is the better try"


@pytest.mark.parametrize(
    ("stage", "kind", "proxied", "result"),
    [(5, nic.WIFI, False, results.NO_SERVER), (5, nic.WIFI, True, results.NO_PROXY),
     (5, nic.CELLULAR, False, results.PPP_NO_CONNECTIVITY), (6, nic.WIFI, True, results.NO_PROXY),
     (7, nic.WIFI, True, results.NO_SERVER), (7, nic.CELLULAR, False, results.NO_SERVER),
     (8, nic.ETHERNET, False, results.NO_SERVER)],
)  # fmt: skip
def test_the_code_of_silence(stage, kind, proxied, result):
    job = types.SimpleNamespace(kind=kind, nic={"proxyconfig": {}} if proxied else {})
    assert retry_limits.result_of_silence(stage, job) == result


@pytest.mark.parametrize(
    ("cause", "code", "permanent"),
    [("CONNACK", 1, True), ("CONNACK", 3, False), ("CONNACK", 5, True), ("MQTT: x", 0, True),
     ("closed by the server", 0, False), ("errno", 104, False)],
)  # fmt: skip
def test_a_broker_that_refuses_and_one_that_restarts(cause, code, permanent):
    assert retry_limits.is_permanent(cause, code) == permanent
