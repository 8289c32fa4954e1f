# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a bench keeps of what it has seen, when it stands for days."""

import threading

import pytest
from bench.dns import Dns
from bench.inbox import Inbox
from bench.kept import Kept
from bench.modem.record import RECORD_MAX
from conftest import wait_until
from dnslib import DNSRecord
from modem_desk import warm


def test_the_newer_half_stays():
    kept = Kept(10)
    for number in range(1000):
        kept.append(number)
        assert len(kept) <= 10 and kept[-1] == number
        assert kept == list(range(kept.gone, number + 1))


def ask(dns, name):
    dns.handle(DNSRecord.question(name).pack(), ("127.0.2.1", 53))


@pytest.fixture
def dns(monkeypatch):
    """A DNS server that sends nothing."""
    dns = Dns()
    monkeypatch.setattr(dns, "send", lambda *_: None)
    yield dns
    dns.close()


def test_dns_queries_are_bounded(dns):
    most = dns.queries.most
    for number in range(most + 1):
        ask(dns, f"n{number}.test")
    assert most / 2 <= len(dns.queries) <= most
    assert dns.queries[-1] == (f"n{most}.test", "A")


def test_garbage_goes_on_in_turn_when_queries_are_forgotten(dns, monkeypatch):
    sent = []
    monkeypatch.setattr(dns, "send", lambda data, *_: sent.append(len(data)))
    dns.queries.most = 3
    dns.garbage()
    for _ in range(30):
        ask(dns, "broker.test")
    assert all(sorted(sent[n : n + 3]) == sorted(sent[:3]) for n in range(0, 30, 3))
    assert len(set(sent)) == 3


def test_messages_are_bounded():
    inbox = Inbox()
    inbox.messages.most = 100
    for number in range(1000):
        inbox.record("topic", b"%d" % number, False)
    assert 50 <= len(inbox.messages) <= 100 and inbox.messages[-1][1] == b"999"


def test_a_wait_survives_that_older_messages_are_forgotten():
    inbox = Inbox()
    inbox.messages.most = 10
    for _ in range(10):
        inbox.record("old", b"", False)
    since, found = len(inbox.messages), []
    waiting = threading.Thread(target=lambda: found.append(inbox.wait_for("new", 10, since)))
    waiting.start()
    wait_until(lambda: inbox._changed._waiters)
    inbox.record("other", b"", False)  # half of the old ones go
    inbox.record("new", b"1", False)
    waiting.join(15)
    assert found == [("new", b"1", False)]


def test_a_modem_forgets_old_pins():
    desk = warm()
    for _ in range(RECORD_MAX + 5):
        desk.modem.scene.sim.state = "pin"
        desk.modem.scene.sim.pin_tries = 3
        desk.at("AT+CPIN=0000", 0.1)
    assert len(desk.modem.pin_tries) == RECORD_MAX
