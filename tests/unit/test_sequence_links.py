# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Links in an attempt, held links included; unsealing of secrets."""

import types

import _connectwith
import pytest
from connectwith import links, results, session
from connectwith.connection import dialer, power_down, sequence
from connectwith.links import DISCONNECTING, FAILED, POWERING_OFF, UP, retry_limits
from connectwith.settings import cloud, nic, saving


class Link:
    """A link in the stage that the test gives it; `did` has the calls."""

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
def seq(monkeypatch):
    """A Sequence with a job over Wi-Fi; `told`: calls of the attempt, `links`: its links."""
    seq_links = [Link(), Link(), Link()]
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
    monkeypatch.setattr(links, "get", seq_links.__getitem__)
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
    seq = sequence.Sequence(attempt, diag, power_down.PowerDown(attempt))
    seq.told, seq.links, seq.flushes = told, seq_links, flushes
    seq._dialer = types.SimpleNamespace(
        poll=lambda: 4, start=lambda *arguments: told.dials.append(arguments), close=lambda: None,
        rate_address=lambda good: told.rated.append(good), late=-1, flags=0, device=None,
        result=results.NO_SERVER, cause="", code=0, silent=False, permanent=False, stream="stream",
    )  # fmt: skip
    told.dials, told.rated = [], []
    seq.settings = saving.check_cloud("mqtt://b", None, "u", "geheim", None, None, None)
    seq.job = types.SimpleNamespace(
        kind=nic.WIFI, nic={"interface": "wl0"}, link=seq_links[0], settings=seq.settings,
        is_reconnect=True, has_next=lambda: False, timeout_ms=60000,
    )  # fmt: skip
    seq.begin(seq.job)
    return seq


def test_a_link_is_started_and_waited_for(seq):
    link = seq.links[0]
    assert seq.step() > 0
    assert link.did == [("start", seq.job.nic, seq.limits)] and seq.link is link
    assert seq.told.entered == [(1, 0, -1)] and seq.flushes == [1]
    link.stage = UP
    seq.step()
    assert seq.told.routes == [("st1", ("1.1.1.1",))] and seq._dialer.device == "st1"
    assert len(seq.told.dials) == 1 and ("expect", -1) in seq.told.ended


@pytest.mark.parametrize(
    ("done", "arguments", "avoided"),
    [("link", (False, True), 0), ("dial", (False, True), 1), ("dial", (True, True), 0),
     ("dial", (False, False), 0), ("session", (False, True), 0)],
)  # fmt: skip
def test_a_failure_behind_the_link_is_told_to_it(seq, done, arguments, avoided):
    link = seq.links[0]
    calls = []
    link.avoid = lambda: calls.append(link.stage)
    seq.step()
    if done != "link":
        link.stage = UP
        seq.step()
    if done == "session":
        seq.settings.password = None
        seq.session = types.SimpleNamespace(
            open=lambda *_: None, poll=lambda now_ms: 1, close=lambda goodbye: False
        )
        seq._dialer.poll = lambda: dialer.READY
        seq.step()
        assert "succeeded" in seq.told.ended
    seq.release(*arguments)
    assert calls == [UP] * avoided, "before it is stopped"


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("several", [False, True])
def test_of_several_networks_the_nic_names_the_one_that_was_joined(seq, several, held):
    first, joined = {"ssid": "first", "key": ""}, {"ssid": "joined", "key": ""}
    seq.job.nic["wificonfig"] = first
    if several:
        seq.job.nic["networks"] = True
    if held:
        links.held[nic.WIFI] = dict(seq.job.nic)
    seq.links[0].network, seq.links[0].stage = joined, UP
    seq.settings.password = None
    seq._dialer.poll = lambda: dialer.READY
    seq.session = types.SimpleNamespace(
        open=lambda *_: None, poll=lambda now_ms: 1, close=lambda goodbye: False
    )
    for _ in range(3):
        seq.step()
        seq.links[0].stage = UP
        if "succeeded" in seq.told.ended:
            break
    assert seq.job.nic["wificonfig"] is (joined if several else first)
    if held:
        assert links.held[nic.WIFI] == seq.job.nic, "the next attempt uses it as it is"


def test_a_link_that_fails_ends_it(seq):
    seq.step()
    seq.links[0].stage = FAILED
    assert seq.step() == -1
    assert seq.told.ended == [results.NO_WIFI] and seq.told.causes[-1] == ("why", 7, 0)


def test_what_a_link_tries_again_is_noted_once(seq):
    seq.step()
    seq.links[0].faults = 1
    seq.step()
    seq.step()
    assert seq.told.ended == [("expect", results.NO_WIFI)]


@pytest.mark.parametrize(("stage", "starts"), [(UP, 0), (1, 1), (FAILED, 1)])
def test_a_held_link_that_is_up_is_used_as_it_is(seq, stage, starts):
    links.held[nic.WIFI] = seq.job.nic
    seq.links[0].stage = stage
    seq.step()
    assert len(seq.links[0].did) == starts
    assert len(seq.told.dials) == (stage == UP)


def test_a_held_link_with_other_settings_is_started_anew(seq):
    links.held[nic.WIFI] = {"interface": "wl0", "other": 1}
    seq.links[0].stage = UP
    seq.step()
    assert len(seq.links[0].did) == 1 and links.held[nic.WIFI] is seq.job.nic


@pytest.mark.parametrize(
    ("keep", "held", "stage", "kept"),
    [(True, True, UP, True), (False, True, UP, False), (True, False, UP, False),
     (True, True, 1, False)],
)  # fmt: skip
def test_a_held_link_outlives_the_connection(seq, keep, held, stage, kept):
    seq.step()
    if held:
        links.held[nic.WIFI] = seq.job.nic
    seq.links[0].stage = stage
    seq.release(False, keep)
    assert ("stop" not in seq.links[0].did) is kept and seq.link is None
    assert not seq._power_down.is_active()


def test_a_link_that_takes_its_time_is_looked_after(seq):
    seq.step()
    link = seq.links[0]
    link.after_stop = DISCONNECTING
    seq.release(False, True)
    assert seq._power_down.is_active() and seq.told.woken == [1] and seq._power_down.poll() == 10
    other = seq.links[1]
    seq.begin(types.SimpleNamespace(**{**vars(seq.job), "link": other, "kind": nic.ETHERNET}))
    assert seq.step() > 0 and other.did == [], "it is still on its network"
    link.stage = POWERING_OFF
    assert seq._power_down.poll() == 100
    seq.step()
    assert len(other.did) == 1, "off its network: the next one may begin"
    link.stage = FAILED
    assert (
        seq._power_down.poll() == -1
        and not seq._power_down.is_active()
        and seq._power_down.poll() == -1
    )


def test_a_link_that_is_wanted_again_is_taken_up_where_it_is(seq):
    seq.step()
    seq.links[0].after_stop = DISCONNECTING
    seq.release(False, True)
    seq.begin(seq.job)
    seq.step()
    assert not seq._power_down.is_active() and seq.links[0].did[-1][0] == "start"


def test_what_was_left_up_in_the_other_classes_is_stopped(seq, monkeypatch):
    asked = []

    def left_over(kind):
        asked.append(kind)
        if kind == 1:
            raise OSError(5)
        return seq.links[kind]

    monkeypatch.setattr(links, "left_over", left_over)
    seq.links[2].after_stop = POWERING_OFF
    seq.step()
    assert asked == [1, 2] and seq.links[2].did == ["stop"]
    assert seq._power_down.is_active() and seq.link is seq.links[0], (
        "off its network: it is not waited for"
    )


def test_the_password_is_unsealed_for_connect_and_wiped(seq, monkeypatch):
    kept = []
    sealed = _connectwith.seal(b"geheim", cloud.context(seq.settings, "password"))
    seq.settings.password = sealed

    def unseal(blob, context, mutable=False):
        value = bytearray(plain(blob, context)) if mutable else plain(blob, context)
        kept.append(value)
        return value

    plain = _connectwith.unseal
    monkeypatch.setattr(_connectwith, "unseal", unseal)
    opened = []
    seq.session = types.SimpleNamespace(
        open=lambda stream, settings, password, now_ms: opened.append(bytes(password)),
        poll=lambda now_ms: session._OPEN, close=lambda polite: False,
    )  # fmt: skip
    seq._dialer.poll = lambda: dialer.READY
    seq.links[0].stage = UP
    links.held[nic.WIFI] = seq.job.nic
    assert seq.step() == -1 and seq.told.ended[-1] == "succeeded"
    assert opened == [b"geheim"] and kept == [bytearray(6)], "wiped, all of it"
    assert seq.told.rated == [True]


def test_the_key_of_the_client_is_bound_to_its_purpose(seq):
    links.held[nic.WIFI] = seq.job.nic
    seq.links[0].stage = UP
    seq.settings.cert = b"cert"
    seq.settings.key = _connectwith.seal(b"key", cloud.context(seq.settings, "key"))
    seq.step()
    assert seq.told.dials[0] == (seq.settings, None, b"key")
    seq.settings.key = _connectwith.seal(b"key", cloud.context(seq.settings, "password"))
    with pytest.raises(ValueError):
        seq._start_dialer()


def test_a_refusal_by_the_broker(seq):
    seq.session = types.SimpleNamespace(
        open=lambda *_: None, poll=lambda now_ms: session._CLOSED, close=lambda polite: False,
        cause="CONNACK", code=5,
    )  # fmt: skip
    seq.settings.password = None
    seq._dialer.poll = lambda: dialer.READY
    seq.links[0].stage = UP
    links.held[nic.WIFI] = seq.job.nic
    assert seq.step() == -1
    assert seq.told.ended[-1] == results.NO_SERVER and seq.told.rated == [False]
    assert seq.told.causes[-1] == ("CONNACK", 5, 0)


@pytest.mark.parametrize(
    ("kind", "has_next", "limit_ms"),
    [(nic.ETHERNET, True, 5000), (nic.ETHERNET, False, 0), (nic.WIFI, True, 0)],
)
def test_a_cable_that_is_not_there_is_not_waited_for(seq, kind, has_next, limit_ms):
    seq.job.kind, seq.job.has_next, seq.job.link = kind, lambda: has_next, seq.links[kind]
    seq.step()
    assert seq.told.entered == [(1, limit_ms, -1)]
    seq.links[kind].stage = 2
    seq.step()
    assert seq.told.entered[1:] == [(2, 0, -1)]


def test_a_link_that_goes_in_the_middle(seq):
    links.held[nic.WIFI] = seq.job.nic
    seq.links[0].stage = UP
    seq.step()
    assert seq._state == sequence._DIALLING
    seq.links[0].stage = FAILED
    seq.limits.mode = retry_limits._SINGLE
    seq.limits._whole_ms = 10**6
    assert seq.step() > 0 and seq.told.ended[-1] == ("expect", results.NO_WIFI)
    assert seq._state == sequence._POLLING_LINK and len(seq.links[0].did) == 1
    seq.links[0].stage = UP
    seq.step()
    seq.links[0].stage = FAILED
    seq.limits.mode = retry_limits._FAILOVER
    assert seq.step() == -1 and seq.told.ended[-1] == results.NO_WIFI


def test_an_address_that_is_lost_again_at_once(seq, monkeypatch):
    monkeypatch.setattr(_connectwith, "link_route", lambda kind: None)
    links.held[nic.WIFI] = seq.job.nic
    seq.links[0].stage = UP
    assert seq.step() > 0 and seq.told.dials == []


@pytest.mark.parametrize("proxied", [True, False])
def test_a_proxy_is_told_to_the_dialer(seq, monkeypatch, proxied):
    if proxied:
        seq.job.nic["proxyconfig"] = nic.check_block(
            "proxyconfig", {"address": "p.test", "port": 3128}
        )
    links.held[nic.WIFI] = seq.job.nic
    seq.links[0].stage = UP
    seq.step()
    assert (seq.told.dials[0][1] is not None) is proxied
