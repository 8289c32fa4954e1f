# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Scans for Wi-Fi networks: one at a time, bounded, and the radio is left as it was."""

import errno
import sys
import types

import _connectwith
import pytest
from clockwork import Alarm
from connectwith import connection, links
from connectwith.local import scan, timers

RECORD = (b"home", bytes.fromhex("02aabbccddee"), 11, -60, False)
ENTRY = {"ssid": "home", "bssid": "02aabbccddee", "channel": 11, "rssi": -60, "open": False}


class Link:
    """The Wi-Fi link: `joining` is whether it looks for access points itself."""

    joining = False

    def is_scanning(self):
        return self.joining


@pytest.fixture
def radio(monkeypatch, clock):
    """A radio that is off; `found`: the result of a scan, `lates`: arguments of scan_result()."""
    radio = types.SimpleNamespace(on=False, changes=[], found=None, lates=[], link=Link(),
                                  refuses=0, control_link=None, ended=[])  # fmt: skip

    def active(*on):
        if on:
            radio.on = on[0]
            radio.changes.append(on[0])
        return radio.on

    def start():
        assert radio.on
        if radio.refuses:
            raise OSError(radio.refuses, "")

    def result(late):
        radio.lates.append(late)
        return [] if late and radio.found is None else radio.found

    class WLAN:
        IF_STA = 0
        __new__ = lambda cls, which: types.SimpleNamespace(active=active)  # noqa: E731

    monkeypatch.setitem(sys.modules, "network", types.SimpleNamespace(WLAN=WLAN))
    monkeypatch.setattr(_connectwith, "scan_start", start, False)
    monkeypatch.setattr(_connectwith, "scan_result", result, False)
    monkeypatch.setattr(_connectwith, "link_watch", lambda kind: None, False)
    monkeypatch.setattr(_connectwith, "Alarm", Alarm, False)
    monkeypatch.setattr(timers, "_service", None)
    monkeypatch.setattr(links, "scan", None)
    monkeypatch.setattr(links, "get", lambda kind: radio.link)
    monkeypatch.setattr(links, "held", {})
    control = types.SimpleNamespace(
        end_linger=radio.ended.append,
        job_on=lambda link: "a job" if link is radio.control_link else None,
    )
    monkeypatch.setattr(connection, "get", lambda: control)
    return radio


def turn(clock):
    alarm = timers.get().alarm
    clock.now_ms += alarm.due_ms
    alarm.ring()


def test_a_scan_that_is_waited_for(radio, clock):
    began_ms = clock.now_ms
    clock.slept = [lambda: None, lambda: setattr(radio, "found", [RECORD])]
    assert scan.start(None) == [ENTRY]
    assert clock.now_ms - began_ms == 40 and radio.changes == [True, False]
    assert radio.ended == [radio.link] and links.scan is None


def test_a_scan_with_a_callback(radio, clock):
    told = []
    assert scan.start(told.append) is None
    with pytest.raises(RuntimeError, match="already"):
        scan.start(None)
    turn(clock)
    turn(clock)
    assert told == [] and radio.on
    radio.found = [RECORD, (b"\xff", *RECORD[1:])]
    turn(clock)
    turn(clock)
    assert told == [[ENTRY, {**ENTRY, "ssid": b"\xff"}]]
    assert radio.changes == [True, False] and links.scan is None


def test_a_callback_may_scan_again(radio, clock):
    told = []

    def again(found):
        told.append(found)
        if len(told) == 1:
            scan.start(again)

    radio.found = []
    scan.start(again)
    turn(clock)
    turn(clock)
    turn(clock)
    assert told == [[], []]


def test_a_scan_that_does_not_end(radio, clock):
    began_ms = clock.now_ms
    assert scan.start(None) == []
    assert clock.now_ms - began_ms == 15000
    assert radio.lates == [False] * 750 + [True]


def test_a_scan_that_cannot_begin(radio):
    radio.refuses = 12
    for callback in (None, print):
        with pytest.raises(OSError):
            scan.start(callback)
        assert not radio.on and links.scan is None


@pytest.mark.parametrize("callback", [True, False])
def test_no_memory_for_what_was_found(radio, clock, callback, monkeypatch):
    def short(late):
        raise MemoryError

    told = []
    monkeypatch.setattr(sys, "print_exception", told.append, False)
    monkeypatch.setattr(_connectwith, "scan_result", short)
    if callback:
        scan.start(lambda found: None)
        turn(clock)
        turn(clock)
        assert isinstance(told[0], MemoryError)
    else:
        with pytest.raises(MemoryError):
            scan.start(None)
    assert not radio.on and links.scan is None


@pytest.mark.parametrize("user", ["was on", "held", "attempt"])
def test_a_radio_that_somebody_uses_stays_on(radio, user):
    radio.on = user == "was on"
    radio.found = []
    if user == "held":
        links.held[0] = {}
    if user == "attempt":
        radio.control_link = radio.link
    scan.start(None)
    assert radio.on and radio.changes == ([] if user == "was on" else [True])


def test_what_is_no_callback(radio):
    with pytest.raises(TypeError, match="^callback: "):
        scan.start(1)
    assert radio.changes == []


def test_not_while_an_attempt_scans(radio):
    radio.link.joining = True
    with pytest.raises(OSError) as raised:
        scan.start(print)
    assert raised.value.args[0] == errno.EAGAIN and radio.changes == [] and links.scan is None
