# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What an attempt does with its link, held ones among them, and with its secrets."""

import types

import _connectwith
import pytest
from connectwith import links, results, session
from connectwith.connection import dialer, sequence
from connectwith.links import DISCONNECTING, FAILED, POWERING_OFF, UP, retry_limits
from connectwith.settings import cloud, nic, saving


class Link:
    """A link in the stage that the test gives it; `did` is what it was told."""

    def __init__(self):
        self.stage, self.after_stop = FAILED, FAILED
        self.did = []
        self.faults, self.asked = 0, 0
        self.result, self.cause, self.code = results.NO_WIFI, "why", 7

    def start(self, config, given=None):
        self.did.append(("start", config, given))
        self.stage = 1

    def stop(self):
        self.did.append("stop")
        self.stage = self.after_stop

    def poll(self):
        return self.stage


@pytest.fixture
def way(monkeypatch):
    """A Sequence with a job over Wi-Fi; `ended`: what the attempt was told, `links`: its links."""
    way_links = [Link(), Link(), Link()]
    told = types.SimpleNamespace(
        use=lambda *arguments: told.routes.append(arguments), routes=[], stage=-1, ended=[],
        entered=[], woken=[], causes=[],
    )  # fmt: skip
    monkeypatch.setattr(_connectwith, "Resolver", lambda: told, False)
    monkeypatch.setattr(_connectwith, "link_used", lambda *_: False)
    monkeypatch.setattr(_connectwith, "link_route", lambda kind: ("st1", ("1.1.1.1",)), False)
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now_s: 5, False)
    monkeypatch.setattr(_connectwith, "lingering", lambda: False, False)
    flushes = []
    monkeypatch.setattr(_connectwith, "dns_flush", lambda: flushes.append(1), False)
    monkeypatch.setattr(links, "held", {})
    monkeypatch.setattr(links, "get", way_links.__getitem__)
    monkeypatch.setattr(links, "left_over", lambda kind: None)

    def enter(stage, limit_ms, late):
        told.stage = stage
        told.entered.append((stage, limit_ms, late))

    attempt = types.SimpleNamespace(
        stage=lambda: told.stage, enter=enter, fail=lambda result: told.ended.append(result),
        expect=lambda result: told.ended.append(("expect", result)), wake=told.woken.append,
        succeed=lambda: told.ended.append("succeeded"),
    )  # fmt: skip
    diag = types.SimpleNamespace(set_cause=lambda *cause: told.causes.append(cause), link=None)
    way = sequence.Sequence(attempt, diag)
    way.told, way.links, way.flushes = told, way_links, flushes
    way._dialer = types.SimpleNamespace(
        poll=lambda: 4, start=lambda *arguments: told.dials.append(arguments), close=lambda: None,
        rate_address=lambda good: told.rated.append(good), late=-1, flags=0, device=None,
        result=results.NO_SERVER, cause="", code=0, silent=False, permanent=False, stream="stream",
    )  # fmt: skip
    told.dials, told.rated = [], []
    way.settings = saving.check_cloud("mqtt://b", None, "u", "geheim", None, None, None)
    way.job = types.SimpleNamespace(
        kind=nic.WIFI, nic={"interface": "wl0"}, link=way_links[0], settings=way.settings,
        is_reconnect=True, has_next=lambda: False, timeout_ms=60000,
    )  # fmt: skip
    way.begin(way.job)
    return way


def test_a_link_is_started_and_waited_for(way):
    link = way.links[0]
    assert way.step() > 0
    assert link.did == [("start", way.job.nic, way.limits)] and way.link is link
    assert way.told.entered == [(1, 0, -1)] and way.flushes == [1]
    link.stage = UP
    way.step()
    assert way.told.routes == [("st1", ("1.1.1.1",))] and way._dialer.device == "st1"
    assert len(way.told.dials) == 1 and ("expect", -1) in way.told.ended


def test_a_link_that_fails_ends_it(way):
    way.step()
    way.links[0].stage = FAILED
    assert way.step() == -1
    assert way.told.ended == [results.NO_WIFI] and way.told.causes[-1] == ("why", 7, 0)


def test_what_a_link_tries_again_is_noted_once(way):
    way.step()
    way.links[0].faults = 1
    way.step()
    way.step()
    assert way.told.ended == [("expect", results.NO_WIFI)]


@pytest.mark.parametrize(("stage", "starts"), [(UP, 0), (1, 1), (FAILED, 1)])
def test_a_held_link_that_is_up_is_used_as_it_is(way, stage, starts):
    links.held[nic.WIFI] = way.job.nic
    way.links[0].stage = stage
    way.step()
    assert len(way.links[0].did) == starts
    assert len(way.told.dials) == (stage == UP)


def test_a_held_link_with_other_settings_is_started_anew(way):
    links.held[nic.WIFI] = {"interface": "wl0", "other": 1}
    way.links[0].stage = UP
    way.step()
    assert len(way.links[0].did) == 1 and links.held[nic.WIFI] is way.job.nic


@pytest.mark.parametrize(
    ("keep", "held", "stage", "kept"),
    [(True, True, UP, True), (False, True, UP, False), (True, False, UP, False),
     (True, True, 1, False)],
)  # fmt: skip
def test_a_held_link_outlives_the_connection(way, keep, held, stage, kept):
    way.step()
    if held:
        links.held[nic.WIFI] = way.job.nic
    way.links[0].stage = stage
    way.release(False, keep)
    assert ("stop" not in way.links[0].did) is kept and way.link is None
    assert not way.is_stopping()


def test_a_link_that_takes_its_time_is_looked_after(way):
    way.step()
    link = way.links[0]
    link.after_stop = DISCONNECTING
    way.release(False, True)
    assert way.is_stopping() and way.told.woken == [1] and way.poll_stop() == 10
    other = way.links[1]
    way.begin(types.SimpleNamespace(**{**vars(way.job), "link": other, "kind": nic.ETHERNET}))
    assert way.step() > 0 and other.did == [], "it is still on its network"
    link.stage = POWERING_OFF
    assert way.poll_stop() == 100
    way.step()
    assert len(other.did) == 1, "off its network: the next one may begin"
    link.stage = FAILED
    assert way.poll_stop() == -1 and not way.is_stopping() and way.poll_stop() == -1


def test_a_link_that_is_wanted_again_is_taken_up_where_it_is(way):
    way.step()
    way.links[0].after_stop = DISCONNECTING
    way.release(False, True)
    way.begin(way.job)
    way.step()
    assert not way.is_stopping() and way.links[0].did[-1][0] == "start"


def test_what_was_left_up_in_the_other_classes_is_stopped(way, monkeypatch):
    asked = []

    def left_over(kind):
        asked.append(kind)
        if kind == 1:
            raise OSError(5)
        return way.links[kind]

    monkeypatch.setattr(links, "left_over", left_over)
    way.links[2].after_stop = POWERING_OFF
    way.step()
    assert asked == [1, 2] and way.links[2].did == ["stop"]
    assert way.is_stopping() and way.link is way.links[0], "off its network: it is not waited for"


def test_the_password_is_unsealed_for_connect_and_wiped(way, monkeypatch):
    kept = []
    sealed = _connectwith.seal(b"geheim", cloud.context(way.settings, "password"))
    way.settings.password = sealed

    def unseal(blob, context, mutable=False):
        value = bytearray(plain(blob, context)) if mutable else plain(blob, context)
        kept.append(value)
        return value

    plain = _connectwith.unseal
    monkeypatch.setattr(_connectwith, "unseal", unseal)
    opened = []
    way.session = types.SimpleNamespace(
        open=lambda stream, settings, password, now_ms: opened.append(bytes(password)),
        poll=lambda now_ms: session._OPEN, close=lambda polite: False,
    )  # fmt: skip
    way._dialer.poll = lambda: dialer.READY
    way.links[0].stage = UP
    links.held[nic.WIFI] = way.job.nic
    assert way.step() == -1 and way.told.ended[-1] == "succeeded"
    assert opened == [b"geheim"] and kept == [bytearray(6)], "wiped, all of it"
    assert way.told.rated == [True]


def test_the_key_of_the_client_is_bound_to_its_purpose(way):
    links.held[nic.WIFI] = way.job.nic
    way.links[0].stage = UP
    way.settings.cert = b"cert"
    way.settings.key = _connectwith.seal(b"key", cloud.context(way.settings, "key"))
    way.step()
    assert way.told.dials[0] == (way.settings, None, b"key")
    way.settings.key = _connectwith.seal(b"key", cloud.context(way.settings, "password"))
    with pytest.raises(ValueError):
        way._start_dialer()


def test_a_refusal_by_the_broker(way):
    way.session = types.SimpleNamespace(
        open=lambda *_: None, poll=lambda now_ms: session._CLOSED, close=lambda polite: False,
        cause="CONNACK", code=5,
    )  # fmt: skip
    way.settings.password = None
    way._dialer.poll = lambda: dialer.READY
    way.links[0].stage = UP
    links.held[nic.WIFI] = way.job.nic
    assert way.step() == -1
    assert way.told.ended[-1] == results.NO_SERVER and way.told.rated == [False]
    assert way.told.causes[-1] == ("CONNACK", 5, 0)


@pytest.mark.parametrize(
    ("kind", "has_next", "limit_ms"),
    [(nic.ETHERNET, True, 5000), (nic.ETHERNET, False, 0), (nic.WIFI, True, 0)],
)
def test_a_cable_that_is_not_there_is_not_waited_for(way, kind, has_next, limit_ms):
    way.job.kind, way.job.has_next, way.job.link = kind, lambda: has_next, way.links[kind]
    way.step()
    assert way.told.entered == [(1, limit_ms, -1)]
    way.links[kind].stage = 2
    way.step()
    assert way.told.entered[1:] == [(2, 0, -1)]


def test_a_link_that_goes_in_the_middle(way):
    links.held[nic.WIFI] = way.job.nic
    way.links[0].stage = UP
    way.step()
    assert way._state == sequence._DIALLING
    way.links[0].stage = FAILED
    way.limits.mode = retry_limits._SINGLE
    way.limits._whole_ms = 10**6
    assert way.step() > 0 and way.told.ended[-1] == ("expect", results.NO_WIFI)
    assert way._state == sequence._POLLING_LINK and len(way.links[0].did) == 1
    way.links[0].stage = UP
    way.step()
    way.links[0].stage = FAILED
    way.limits.mode = retry_limits._FAILOVER
    assert way.step() == -1 and way.told.ended[-1] == results.NO_WIFI


def test_an_address_that_is_lost_again_at_once(way, monkeypatch):
    monkeypatch.setattr(_connectwith, "link_route", lambda kind: None)
    links.held[nic.WIFI] = way.job.nic
    way.links[0].stage = UP
    assert way.step() > 0 and way.told.dials == []


@pytest.mark.parametrize("proxied", [True, False])
def test_a_proxy_is_told_to_the_dialer(way, monkeypatch, proxied):
    if proxied:
        way.job.nic["proxyconfig"] = nic.check_block(
            "proxyconfig", {"address": "p.test", "port": 3128}
        )
    links.held[nic.WIFI] = way.job.nic
    way.links[0].stage = UP
    way.step()
    assert (way.told.dials[0][1] is not None) is proxied
