# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cause of a broken connection: the peer, or the link, whose loss lwIP may report first."""

import types

import _connectwith
import connectwith
import pytest
from clockwork import press_ctrl_c
from connectwith import clock, links, results, session
from connectwith.connection import power_down, sequence
from connectwith.links import DISCONNECTING, FAILED, UP, retry_limits
from connectwith.settings import nic

ECONNABORTED, ECONNRESET = 103, 104


def job(kind=nic.WIFI, mode=retry_limits._RECONNECT, timeout_ms=60000, **more):
    """The job of an attempt in this mode (see retry_limits.py)."""
    given = types.SimpleNamespace(kind=kind, timeout_ms=timeout_ms, nic={}, **more)
    given.is_reconnect = mode == retry_limits._RECONNECT
    given.has_next = lambda: mode == retry_limits._FAILOVER
    return given


@pytest.fixture
def seq(monkeypatch):
    """An attempt whose session has just broken with errno 103; `ended`: its causes and results."""
    monkeypatch.setattr(_connectwith, "Resolver", lambda: None, False)
    ended = []
    attempt = types.SimpleNamespace(stage=lambda: 8, fail=ended.append, expect=ended.append)
    diag = types.SimpleNamespace(set_cause=lambda *cause: ended.append(cause))
    seq = sequence.Sequence(attempt, diag, power_down.PowerDown(attempt))
    seq.begin(job())
    link = seq.link = types.SimpleNamespace(state=UP, result=results.NO_WIFI)
    link.poll = lambda: link.state
    seq._dialer = types.SimpleNamespace(close=lambda: None, rate_address=lambda good: None)
    seq.session = types.SimpleNamespace(
        close=lambda polite: False,
        poll=lambda now_ms: session._CLOSED,
        cause="errno",
        code=ECONNABORTED,
    )
    seq._state = sequence._OPENING_SESSION
    seq.ended = ended
    return seq


def test_a_link_that_is_down_a_moment_later_is_to_blame(seq):
    assert seq.step() > 0 and seq.step() > 0 and not seq.ended
    seq.link.state = FAILED
    assert seq.step() < 0
    assert seq.ended == [("link lost", 0, 0), results.NO_WIFI]


def test_a_link_that_stays_up_is_not_for_long(seq):
    waited_ms = 0
    while not seq.ended:
        waited_ms += max(0, seq.step())
        assert waited_ms < 100
    assert seq.ended == [("errno", ECONNABORTED, 0), results.NO_SERVER]


def test_a_peer_that_resets_is_to_blame_at_once(seq):
    seq.session.code = ECONNRESET
    assert seq.step() < 0
    assert seq.ended == [("errno", ECONNRESET, 0), results.NO_SERVER]


@pytest.mark.parametrize(
    ("kind", "silent", "result"),
    [(nic.CELLULAR, True, results.PPP_NO_CONNECTIVITY), (nic.CELLULAR, False, results.NO_SERVER),
     (nic.WIFI, True, results.NO_SERVER)],
)  # fmt: skip
def test_a_silent_network_behind_ppp_has_a_code_of_its_own(seq, kind, silent, result):
    seq.begin(job(kind))
    seq._state = sequence._DIALLING
    seq._dialer = types.SimpleNamespace(
        poll=lambda: -1, result=results.NO_SERVER, cause="TCP errno", code=113, flags=0,
        silent=silent, permanent=False, suspects_portal=lambda *_: False,
    )  # fmt: skip
    assert seq.step() < 0
    assert seq.ended[-1] == result


@pytest.fixture
def dated(monkeypatch, seq):
    """An attempt whose TLS is about to fail with `flags`; `verdicts`: results of the check,
    `dialled` how often it was dialled, `asked` how often for the time."""
    seq.flags, seq.verdicts, seq.dialled, seq.asked = 0x01, [], 0, 0
    seq.quality, seq.answers = 5, []
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now_s: seq.quality, False)
    stream = types.SimpleNamespace(not_before=lambda: 77)

    def start(*_):
        seq.dialled += 1

    seq._dialer = types.SimpleNamespace(
        poll=lambda: -1, result=results.NO_SERVER, cause="TLS error", code=-0x2700, silent=False,
        stream=stream, start=start, flags=0, late=-1, permanent=True, close=lambda: None,
        suspects_portal=lambda *_: False,
    )  # fmt: skip

    class TimeSync:
        def __init__(self, settings, diag, route, queries, dials):
            self.closed = False
            self.queries, self.dials = queries + 1, dials + 2

        def ask(self):
            seq.asked += 1

        def poll(self):
            return seq.answers.pop(0) if seq.answers else -1

        def set_floor(self):
            seq.answers = ["settled"]

        def begin_dial(self):
            pass

        def check(self, flags, not_before_s):
            assert (flags, not_before_s) == (seq.flags, 77)
            return seq.verdicts.pop(0)

        def poll_idle(self, idle_ms):
            return seq.verdicts.pop(0)

        def close(self):
            self.closed = True

    monkeypatch.setattr(clock, "TimeSync", TimeSync)
    monkeypatch.setattr(connectwith, "unload", lambda name: None)  # it would undo that
    settings = types.SimpleNamespace(key=None, cert=None)
    seq.job = job(settings=settings)
    seq._state = sequence._DIALLING
    seq._attempt.enter = lambda *_: None
    return seq


@pytest.mark.parametrize("flags", [0x01, 0x0200, 0x0201, 0x0205])
def test_a_refused_date_may_be_the_clocks_fault(dated, flags):
    dated._dialer.flags = dated.flags = flags
    dated.verdicts = [0, 0, 1, 0]
    assert dated.step() > 0 and dated.step() > 0 and not dated.dialled
    assert dated._state == sequence._CHECKING_DATE and dated.ended == [
        ("TLS error", -0x2700, flags)
    ]
    dated.step()
    assert dated.dialled == 1 and dated.ended[-1] == ("TLS error", -0x2700, flags)
    assert dated.ended[1] == (None, 0, 0), "a new try, with nothing to blame yet"
    assert not dated.verdicts and dated._state == sequence._CHECKING_DATE


def test_a_refused_date_that_is_the_certificates_fault_ends_it(dated):
    dated._dialer.flags = 0x01
    dated.verdicts = [-1]
    assert dated.step() < 0
    assert dated.ended[-2:] == [("TLS error", -0x2700, 0x01), results.NO_SERVER]


@pytest.mark.parametrize("flags", [0, 0x02, 0x04, 0x08])
def test_anything_else_that_is_refused_is_no_matter_of_the_clock(dated, flags):
    dated._dialer.flags = flags
    assert dated.step() < 0 and not dated.dialled and dated._time_sync is None


@pytest.mark.parametrize(
    ("quality", "asked", "dialled"),
    [(0, 1, 0), (1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 0, 1), (5, 0, 1)],
)
def test_what_a_clock_is_asked_for(dated, quality, asked, dialled):
    dated._dialer.poll = lambda: 4
    dated.quality = quality
    dated._check_clock()
    assert (dated.asked, dated.dialled) == (asked, dialled)
    if not quality:
        dated.answers = [0, -1]
        assert dated.step() > 0 and not dated.dialled
        dated.step()
        assert dated.dialled == 1 and dated.answers == []
    kept = dated._time_sync
    dated.session.close = lambda polite: False
    dated._dialer.close = lambda: None
    dated.link.stop = lambda: None
    dated.link.state = FAILED
    dated.release(False, False)
    assert dated._time_sync is None and (kept is None or kept.closed)


@pytest.mark.parametrize(
    ("watched", "due_ms", "look_ms", "wait_ms"),
    [(True, 45_000, None, 45_000), (True, 90_000, None, 60_000), (True, 0, None, 0),
     (True, 45_000, 1_000, 1_000), (True, 300, 1_000, 300), (False, 45_000, None, 50),
     (False, 45_000, 1_000, 50)],
)  # fmt: skip
def test_what_a_quiet_session_waits_for(seq, watched, due_ms, look_ms, wait_ms):
    seq.session.watch = lambda: watched
    seq.session.due_ms = lambda now_ms: due_ms
    if look_ms is not None:
        seq.link.look_ms = look_ms
    assert seq.poll_idle(60_000) == wait_ms


def test_a_session_looks_after_the_clock_until_it_is_known(dated):
    dated.session.watch = lambda: True
    dated.session.due_ms = lambda now_ms: 60_000
    assert dated.poll_idle(500) == 500
    dated._get_sync()
    assert dated._time_sync.queries == 1
    dated.verdicts = [50, 500, -1]
    assert [dated.poll_idle(500), dated.poll_idle(500), dated.poll_idle(500)] == [50, 500, 500]
    assert dated._time_sync is None
    # What the attempt has done already counts on.
    dated._get_sync()
    assert (dated._time_sync.queries, dated._time_sync.dials) == (2, 4)
    dated.begin(dated.job)
    dated._time_sync = None
    dated._get_sync()
    assert (dated._time_sync.queries, dated._time_sync.dials) == (1, 2)


@pytest.fixture
def leaver(monkeypatch, seq):
    """A link that is up, with a session that says goodbye; `pending`: it is not
    acknowledged yet."""
    seq.pending = True
    seq.stops = 0
    monkeypatch.setattr(_connectwith, "lingering", lambda: seq.pending, False)
    monkeypatch.setattr(_connectwith, "dns_flush", lambda: None, False)
    seq._attempt.wake = lambda ms: None
    seq.session.close = lambda polite: polite
    seq._dialer.close = lambda: None

    def stop():
        seq.stops += 1

    seq.link.stop = stop
    seq.link.state = FAILED  # once it is stopped
    return seq


def test_a_link_stays_up_until_goodbye_has_left(leaver):
    leaver.release(True, False)
    assert leaver.link is None and leaver._power_down.is_active()
    assert leaver._power_down.poll() > 0 and leaver._power_down.poll() > 0 and not leaver.stops
    leaver.begin(job(link=None))
    assert leaver.step() > 0, "the next attempt waits"
    leaver.pending = False
    assert leaver._power_down.poll() < 0
    assert leaver.stops == 1 and not leaver._power_down.is_active()


def test_a_link_without_goodbye_goes_off_at_once(leaver):
    leaver.release(False, False)
    assert leaver.stops == 1 and not leaver._power_down.is_active()


def test_a_link_that_is_wanted_otherwise_goes_off_at_once(leaver):
    link = leaver.link
    leaver.release(True, False)
    leaver._power_down.end_linger(object())
    assert not leaver.stops
    leaver._power_down.end_linger(link)
    assert leaver.stops == 1 and not leaver._power_down.is_active()


def test_a_stop_that_ctrl_c_cuts_short_is_repeated(leaver):
    link = leaver.link
    leaver.release(True, False)
    leaver.pending = False
    whole = link.stop
    link.stop = press_ctrl_c
    with pytest.raises(KeyboardInterrupt):
        leaver._power_down.poll()
    link.stop = whole
    link.state = DISCONNECTING
    assert leaver._power_down.poll() > 0 and leaver.stops == 1
    link.state = FAILED
    assert leaver._power_down.poll() < 0 and leaver.stops == 1


@pytest.mark.parametrize("used", [True, False])
@pytest.mark.parametrize("modem_off", [True, False])
def test_what_a_run_before_has_left_is_stopped_once(monkeypatch, seq, used, modem_off):
    stopped = []
    monkeypatch.setattr(sequence.links, "_modem_is_off", lambda: modem_off)
    left = types.SimpleNamespace(
        adopt=lambda it_was: stopped.append(it_was), stop=lambda: stopped.append("stop"),
        poll=lambda: FAILED,
    )  # fmt: skip
    monkeypatch.setattr(_connectwith, "link_used", lambda link: used, False)
    monkeypatch.setattr(_connectwith, "dns_flush", lambda: None, False)
    monkeypatch.setattr(sequence.links, "get", lambda kind: left)
    monkeypatch.setattr(sequence.links, "held", {})
    seq._dialer.close = lambda: None
    seq.session.close = lambda polite: False
    seq.link = None
    seq.job.link = types.SimpleNamespace(poll=lambda: 0, start=lambda *_: None, faults=0)
    seq.job.nic = {}
    seq._enter = lambda stage: None
    for _ in range(2):
        seq._state = sequence._PREPARE
        seq.step()
        seq.link = None
    # A modem outlives every reset; Ethernet is left up by a run that is known to have used it.
    assert stopped == ([True, "stop"] * 2 if used else [] if modem_off else [False, "stop"])


def test_a_link_that_stays_up_keeps_the_limits_that_it_was_started_with(monkeypatch, seq):
    """A later attempt has retry limits of its own."""
    started_with, link = seq.limits, seq.link
    monkeypatch.setattr(links, "held", {nic.WIFI: {}})
    monkeypatch.setattr(links, "get", lambda kind: link)
    seq.release(False, True)
    assert seq.link is None and seq.limits is not started_with
