# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The checks of a soak and a fleet: they must reject wrong results."""

import json
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "soak"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fleet"))

import growth
import held
import plan
from conditions import ANY_WIFI, FAULTS, LASTING, LINKS, MOMENTARY, OTHER, Conditions
from outbox import Ledger
from player import AnyLink
from random_calls import CELLULAR, LAN, Attempt, Kept, Model
from watch import Storm, Watch, peak_per_s, resumed


class Bench:
    """Accepts every method call, as the bench does."""

    modems = ()

    def __getattr__(self, name):
        return self

    def __getitem__(self, name):
        return self

    def __call__(self, *arguments, **named):
        return self


def attempt(link="eth0"):
    return Attempt(1, link, 20)


def any_link(*links):
    return AnyLink(1, [Attempt(1, link, 20) for link in links])


def after(subject, *faults):
    """`subject`, begun while `faults` are there."""
    conditions = Conditions(Bench())
    for name in faults:
        assert conditions.begin(name, [])
    subject.observe(conditions)
    return subject.allowed()


@pytest.mark.parametrize("name", FAULTS)
def test_faults_name_stages_that_there_are(name):
    for stages in (FAULTS[name].stops, FAULTS[name].hinders):
        for link, some in stages.items():
            there = CELLULAR if link == "cell0" else {**LAN, "leaving": None}
            assert link in (*LINKS, OTHER) and some <= set(there)
    assert FAULTS[name].stops or FAULTS[name].hinders


@pytest.mark.parametrize(
    ("link", "fault", "codes"),
    [
        ("wl0", "access point off", {1}), ("eth0", "access point off", {5}),
        ("eth0", "silence", {2}), ("cell0", "silence", {3, 13}),
        ("cell0", "registration denied", {10, 11}), ("cell0", "dialling refused", {12}),
        ("cell0", "modem mute", {8}), ("wl0", "DNS silent", {3}), ("eth0", "broker stalled", {4}),
        ("eth0", "delay and loss", {1, 2, 3, 4, 5}), ("cell0", "cable pulled", {5}),
        ("wl0", "two with one client ID", {4, 5}), ("wl0", "other access point off", {5}),
        ("wl0", "portal at the access point", {4}), ("eth0", "portal at the cable", {4}),
        (ANY_WIFI, "silence", {2}), (ANY_WIFI, "access point refuses", {1, 2, 3, 4, 5}),
    ],
)  # fmt: skip
def test_codes_of_faults(link, fault, codes):
    assert after(attempt(link), fault) == codes


def test_wifi_fails_if_both_networks_do():
    assert 5 in after(attempt(ANY_WIFI), "access point off")
    assert after(attempt(ANY_WIFI), "access point off", "other access point off") == {1}


@pytest.mark.parametrize(
    ("links", "faults", "codes"),
    [
        (("eth0", "wl0"), [], {5}),
        (("eth0", "wl0"), ["cable pulled"], {5}),
        (("eth0", "wl0"), ["cable pulled", "access point off"], {1}),
        (("wl0", "cell0"), ["broker down"], {4, 13}),
        (("eth0", "wl0"), ["delay and loss"], {1, 2, 3, 4, 5}),
    ],
)
def test_codes_of_several_interfaces(links, faults, codes):
    assert after(any_link(*links), *faults) == codes


def test_a_part_of_the_bench_has_one_fault_at_a_time():
    conditions = Conditions(Bench())
    assert conditions.begin("DNS silent", []) and not conditions.begin("name unknown", [])
    conditions.end_all([])
    assert conditions.active == [] and conditions.begin("name unknown", [])


def test_what_does_not_last_is_seen_by_who_runs():
    model = Model()
    model.faults = conditions = Conditions(Bench())
    model.start(attempt("cell0"))
    conditions.begin("carrier lost", [model])
    assert conditions.active == [] and model.attempts[1].allowed() > {5}


def test_rounds_are_drawn_from_the_seed():
    assert plan.draw(1, 7, 2) == plan.draw(1, 7, 2) != plan.draw(1, 8, 2)
    drawn = [step for number in range(300) for step in plan.draw(2, number, 2)]
    assert {step.arguments[0] for step in drawn if step.what == "fault"} == {*LASTING, *MOMENTARY}
    assert not any(step.what == "reset" and step.board == 0 for step in drawn)
    whats = {step.what for step in drawn}
    assert whats >= {"connect", "connectwith", "stay", "disconnect", "send", "reset", "recover"}
    assert whats >= {"uplink.keep", "uplink.back", "uplink.end", "outbox.fill", "outbox.drain"}


def event(what, interface="eth0", **more):
    results = {"connected": 5, "moved": 5, "failed": 4, "lost": 0}
    return {"event": what, "interface": interface, "result": results.get(what), **more}


def kept(*faults):
    """A device under keep since before some faults."""
    made = Kept({link: attempt(link) for link in ("eth0", "wl0")})
    conditions = Conditions(Bench())
    made.observe(conditions)
    for name in faults:
        conditions.begin(name, [])
    made.observe(conditions)
    return made


ARRIVED = event("connected")


@pytest.mark.parametrize(
    ("faults", "events"),
    [
        ([], [ARRIVED, event("ended")]),
        (["cable pulled"], [ARRIVED, event("lost"), event("connected", "wl0")]),
        (["broker down"], [event("failed"), ARRIVED, event("moved", "wl0", before="eth0")]),
        ([], [event("ended", None)]),
        ([], [ARRIVED, event("ended", None)]),
    ],
)
def test_right_events_of_keep(faults, events):
    made = kept(*faults)
    made.check(events)
    assert made.ended == (events[-1]["event"] == "ended")


@pytest.mark.parametrize(
    ("faults", "events"),
    [
        ([], [ARRIVED, ARRIVED]),
        ([], [ARRIVED, event("ended"), ARRIVED]),
        ([], [ARRIVED, event("ended"), event("ended")]),
        ([], [event("failed")]),
        ([], [ARRIVED, event("lost")]),
        (["access point off"], [ARRIVED, event("lost")]),
        (["cable pulled"], [event("lost")]),
        (["cable pulled"], [ARRIVED, event("lost", "wl0")]),
        (["cable pulled"], [event("failed", result=8)]),
        (["broker down"], [event("failed", "cell0")]),
        (["broker down"], [event("failed", result=5)]),
        ([], [event("moved", before="wl0")]),
        ([], [ARRIVED, event("moved", "wl0", before="wl0")]),
        ([], [event("connected", result=4)]),
        ([], [ARRIVED, event("ended", "wl0")]),
    ],
)
def test_wrong_events_of_keep(faults, events):
    with pytest.raises(AssertionError):
        kept(*faults).check(events)


def ledger(accepted, *came):
    """came: (message, its number in the outbox), or with the outbox's name as a third."""
    book = Ledger()
    for number in range(1, accepted + 1):
        book.accept(number)
    for number, n, *outbox in came:
        envelope = {"outbox": outbox[0] if outbox else "a", "n": n, "data": [number, "x"]}
        book.arrive(json.dumps(envelope).encode())
    return book


def test_kept_messages_that_came():
    book = ledger(3, (1, 1), (2, 2), (1, 1), (2, 2))
    assert (book.doubles, book.missing()) == (2, [3])
    assert ledger(2, (1, 7), (2, 1, "b")).missing() == []


@pytest.mark.parametrize(
    "came",
    [
        [(2, 2)],  # one is lost, or out of order
        [(1, 1), (3, 3)],
        [(1, 1), (1, 2)],  # a double with another ID
        [(1, 1), (1, 1, "b")],
        [(1, 2), (2, 1)],  # the number of a message before
        [(1, 1), (2, 2), (3, 3), (4, 4)],  # never accepted
    ],
)
def test_kept_messages_that_are_wrong(came):
    with pytest.raises(AssertionError):
        ledger(3, *came)


def test_a_double_after_the_end_of_a_round():
    book = ledger(2, (1, 1), (2, 2))
    book.settle()
    book.accept(3)
    for number in (2, 3):
        book.arrive(json.dumps({"outbox": "a", "n": number, "data": [number, ""]}).encode())
    assert (book.doubles, book.missing()) == (1, [])


def samples(**changes):
    """Ten samples; a change is a list of ten values."""
    quiet = {"heap": 50000, "free_sockets": 9, "fds": 12, "threads": 4, "rss_kib": 4000}
    rows = [{name: changes.get(name, [value] * 10)[i] for name, value in quiet.items()}
            for i in range(10)]  # fmt: skip
    return [held.Sample(60.0 * i, 10 * i, **row) for i, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("changes", "grown"),
    [
        ({}, []),
        ({"heap": [50000 + 800 * i for i in range(10)]}, ["heap +5600"]),
        ({"heap": [50000] * 9 + [60000]}, []),
        ({"free_sockets": [9] * 6 + [8] * 4}, ["sockets +1"]),
        ({"threads": [4] * 5 + [5] * 5}, ["threads +1"]),
        ({"fds": [12] * 5 + [14] * 5}, ["fds +2"]),
        ({"rss_kib": [4000 + 200 * i for i in range(10)]}, ["rss_kib +1400"]),
    ],
)
def test_growth(changes, grown):
    assert held.too_much(samples(**changes)) == grown


@pytest.mark.parametrize(
    ("levels", "bytes_lost"),
    [
        ([9000, 9000, 10024, 9000, 9000, 9000, 9000], 0),
        ([9000, 9000, 9000, 9000, 9000, 9000, 10024], 0),
        ([9000 + 320 * i for i in range(7)], 320),
        ([9000, 9320, 9640, 10984, 10280, 10600, 10920], 320),
        ([10024, 9320, 9640, 9960, 10280, 10600, 10920], 320),
    ],
)
def test_slope(levels, bytes_lost):
    assert growth.slope(levels) == bytes_lost


def test_the_worst_second_and_the_quantiles():
    assert peak_per_s([]) == 0
    assert peak_per_s([0.0, 0.5, 0.9, 1.2, 1.3, 9.0]) == 4
    storm = Storm("x", {str(i): float(i) for i in range(100)})
    assert (storm.quantile_s(0.5), storm.quantile_s(0.95)) == (50.0, 95.0)


@pytest.mark.parametrize(
    ("then", "now", "gained"),
    [
        ([1, 0], [1, 1], 1), ([1, 2], [2, 2], 0), ([1, 2], [2, 4], 2),
        ([1, 2], [1, 0], 0), ([3, 2], [1, 1], 1),  # it has booted in between
        ([1, 1], [1, 1], 1),  # a storm has one handshake at least, so it has booted, too
    ],
)  # fmt: skip
def test_resumed_sessions_between_two_counts(then, now, gained):
    assert resumed({"a": then, "b": [1, 0]}, {"a": now, "b": [2, 0]}) == gained
    assert resumed({}, {"a": now}) == now[1]


class Nodes:
    """A cluster whose node throws two boards out, of whom one has come back in its log."""

    messages = [("imp/a/status", b'"online"', False)]

    def __init__(self):
        self.looks = 0

    def mark(self):
        return 7

    def cpu_s(self):
        return 0.0

    peak_rss_kib = cpu_s

    def connections(self, since):
        return 0, 0

    def thrown_out(self, since):
        self.looks += 1
        return {"a", "b"} if self.looks > 1 else {"a"}  # a busy node logs late

    def accepted(self, since):
        return {"a": time.time(), "c": time.time()}


def test_who_was_thrown_out_is_waited_for_by_the_logs(monkeypatch):
    monkeypatch.setattr("watch._SETTLE_S", 0.5)
    seen = Watch(Nodes(), lambda text: None)
    seen.begin("a node is drained", ["a", "b", "c"])
    storm = seen.until_back(1.0, by_log=True)
    assert set(storm.back_s) == {"a"} and storm.missing == 1
