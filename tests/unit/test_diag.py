# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the diagnosis says about attempts, losses and the watcher of transitions."""

import errno

import pytest
from connectwith.diag import Diag


class Attempt:
    """Only the timeline of a real one."""

    def __init__(self, *entries):
        self.entries = entries

    def timeline(self):
        return self.entries


@pytest.mark.parametrize(
    "blame, words",
    [
        (("Wi-Fi reason", 201), "Wi-Fi reason 201"),
        (("TCP errno", errno.ECONNREFUSED), f"TCP errno {errno.ECONNREFUSED} ECONNREFUSED"),
        (("TLS error", -0x2700, 0x05), "TLS error -0x2700, certificate expired and CN does not"
                                       " match the host"),
        (("TLS error", -0x2700, 0x4000), "TLS error -0x2700, certificate flags 0x4000"),
        (("CONNACK", 5), "CONNACK 5"),
        (("not a proxy",), "not a proxy"),
    ],
)  # fmt: skip
def test_causes(blame, words):
    diag = Diag(Attempt((0, 4), (1, 150)))
    diag.begin("eth0")
    diag.blame(*blame)
    diag.end(4, None)
    report = diag.last()
    assert report["cause"] == words
    assert (report["name"], report["ms"]) == ("NO_SERVER", 154)
    assert report["stages"] == [("HARDWARE", 4), ("LINK", 150)]


def test_time_that_ran_out_and_exceptions():
    diag = Diag(Attempt())
    assert diag.last() is None
    diag.begin("eth0")
    assert diag.last()["result"] is None
    diag.end(1, None)
    assert (diag.last()["name"], diag.last()["cause"]) == ("NO_LINK", "timeout")
    diag.begin("wl0")
    diag.end(0, RuntimeError("Wifi Unknown Error 0x0101" + "x" * 500))
    assert diag.last()["cause"].startswith("RuntimeError: Wifi Unknown Error 0x0101")
    assert len(diag.last()["cause"]) == 120
    diag.begin("wl0")
    diag.end(5, None)
    assert diag.last()["cause"] is None


def test_a_loss_is_not_the_cause_of_an_attempt():
    diag = Diag(Attempt())
    diag.begin("wl0")
    diag.end(5, None)
    diag.lost("no answer to PINGREQ", 0)
    assert diag.last()["cause"] is None
    assert diag.counters() == {
        "attempts": 1, "successes": 1, "losses": 1, "lastloss": "no answer to PINGREQ",
    }  # fmt: skip


def test_every_stage_is_told_once_and_a_broken_watcher_harms_nobody(capsys):
    import sys

    sys.print_exception = lambda error: print(repr(error))
    told = []
    diag = Diag(Attempt((0, 1), (1, 2), (4, 3)))
    diag.watcher = lambda stage, ms: told.append((stage, ms))
    at = 0
    while at < 4:  # RESOLVE, number 4, is still going on
        at = diag.tell(at, 4)
    assert told == [("HARDWARE", 1), ("LINK", 2)]
    diag.watcher = lambda stage, ms: 1 / 0
    assert diag.tell(at, 9) == 5
    assert "ZeroDivisionError" in capsys.readouterr().out
