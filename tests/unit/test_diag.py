# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the diagnosis says about attempts, losses and the watcher of transitions."""

import errno

import _connectwith
import pytest
from connectwith.diagnostics import Diag, report


@pytest.mark.parametrize(
    "blame, words",
    [
        (("Wi-Fi reason", 201, 0), "Wi-Fi reason 201: no such network"),
        (("Wi-Fi reason", 99, 0), "Wi-Fi reason 99"),
        (("TCP errno", errno.ECONNREFUSED, 0), f"TCP errno {errno.ECONNREFUSED} ECONNREFUSED"),
        (("TLS error", -0x2700, 0x05), "TLS error -0x2700, certificate expired and CN does not"
                                       " match the host"),
        (("TLS error", -0x2700, 0x4000), "TLS error -0x2700, certificate flags 0x4000"),
        (("TLS error", -0x7780, 0), "TLS error -0x7780: refused by the server: client certificate,"
                                    " version, cipher or name"),
        (("TLS error", -0x7204, 0), "TLS error -0x7204: the server does not speak TLS"),
        (("TLS error", -0x6C00, 0), "TLS error -0x6c00"),
        (("CONNACK", 5, 0), "CONNACK 5"),
        (("not a proxy", 0, 0), "not a proxy"),
    ],
)  # fmt: skip
def test_causes(blame, words):
    diag = Diag()
    diag.begin("eth0")
    diag.set_cause(*blame)
    diag.end(4, None)
    told = report.last(diag, ((0, 4), (1, 150)), 12500)
    assert told["cause"] == words
    assert (told["name"], told["ms"], told["timeout"]) == ("NO_SERVER", 154, 12.5)
    assert told["stages"] == [("HARDWARE", 4), ("LINK", 150)]


def test_time_that_ran_out_and_exceptions():
    diag = Diag()
    assert report.last(diag, (), 1) is None
    diag.begin("eth0")
    assert report.last(diag, (), 1)["result"] is None
    diag.end(1, None)
    told = report.last(diag, (), 1)
    assert (told["name"], told["cause"]) == ("NO_LINK", "timeout")
    diag.begin("wl0")
    diag.end(0, RuntimeError("Wifi Unknown Error 0x0101" + "x" * 500))
    assert report.last(diag, (), 1)["cause"].startswith("RuntimeError: Wifi Unknown Error 0x0101")
    assert len(report.last(diag, (), 1)["cause"]) == 120
    diag.begin("wl0")
    diag.end(5, None)
    assert report.last(diag, (), 1)["cause"] is None


def test_a_loss_is_not_the_cause_of_an_attempt():
    diag = Diag()
    diag.begin("wl0")
    diag.end(5, None)
    diag.lost("no answer to PINGREQ", 0)
    assert report.last(diag, (), 1)["cause"] is None
    assert report.counters(diag) == {
        "attempts": 1, "successes": 1, "losses": 1, "lastloss": "no answer to PINGREQ",
        "handshakes": 0, "resumed": 0,
    }  # fmt: skip


def test_handshakes_count_from_the_begin_of_the_run(monkeypatch):
    made = [(7, 3)]  # a soft reset keeps them
    monkeypatch.setattr(_connectwith, "handshakes", lambda resumed: made[0][resumed])
    diag = Diag()

    def look():
        counters = report.counters(diag)
        return report.last(diag, (), 1)["resumed"], counters["handshakes"], counters["resumed"]

    diag.begin("wl0")
    assert look() == (False, 0, 0)
    made[0] = (8, 3)
    assert look() == (False, 1, 0)
    diag.begin("wl0")
    made[0] = (8, 4)
    assert look() == (True, 1, 1)
    diag.begin("wl0")
    assert look() == (False, 1, 1)


def test_every_stage_is_told_once_and_a_broken_watcher_harms_nobody(capsys):
    import sys

    sys.print_exception = lambda error: print(repr(error))
    told = []
    timeline = ((0, 1), (1, 2), (4, 3))
    at = 0
    while at < 4:  # RESOLVE, number 4, is still going on
        at = report.stages(lambda *stage: told.append(stage), timeline, at, 4)
    assert told == [("HARDWARE", 1), ("LINK", 2)]
    assert report.stages(lambda stage, ms: 1 / 0, timeline, at, 9) == 5
    assert "ZeroDivisionError" in capsys.readouterr().out
