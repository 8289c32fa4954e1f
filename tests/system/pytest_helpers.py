# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Timers, the idle callback, scans."""

import pytest
from repl import BoardError

SERVER_CONNECTED = 5


@pytest.fixture
def helper(device):
    """The board with a list `got` for the callbacks."""
    device.repl.run("got = []")
    return device


def _inside_a_callback(helper, code):
    """Runs lines where nothing scheduled comes in between: on a chip a timer may be due in the
    middle of any other code."""
    lines = "".join(f"    {line}\n" for line in code.splitlines())
    return helper.repl.run(
        f"def inside():\n{lines}    got.append('inside')\nimp.wakeup(0, inside)\n"
        "until(lambda: 'inside' in got)\ngot.remove('inside')\n"
    )


def test_wakeup(helper):
    out = _inside_a_callback(
        helper,
        "imp.wakeup(0.3, lambda: got.append('third'))\n"
        "late = imp.wakeup(0.2, lambda: got.append('never'))\n"
        "imp.wakeup(0.1, lambda: got.append('second'))\n"
        "imp.wakeup(0, lambda: got.append('first'))\n"
        "imp.wakeup(10737418, lambda: got.append('in four months'))\n"
        "imp.cancelwakeup(late)\nimp.cancelwakeup(late)\n"
        "print(got)",
    )
    assert out.strip() == "[]"
    assert helper.repl.value("until(lambda: len(got) >= 3)", timeout=20) is True
    helper.repl.run("settle(200)")
    assert helper.repl.value("got") == ["first", "second", "third"]


def test_a_callback_may_cancel_a_timer_that_is_due(helper):
    helper.repl.run("later = []")
    _inside_a_callback(
        helper,
        "imp.wakeup(0, lambda: (got.append(1), imp.cancelwakeup(later[0])))\n"
        "later.append(imp.wakeup(0, lambda: got.append(2)))",
    )
    helper.repl.run("settle(300)")
    assert helper.repl.value("got") == [1]


def test_a_timer_is_not_early(helper):
    helper.repl.run(
        "start = time.ticks_ms()\n"
        "imp.wakeup(0.5, lambda: got.append(time.ticks_diff(time.ticks_ms(), start)))"
    )
    assert helper.repl.value("until(lambda: got)", timeout=20)
    assert 500 <= helper.repl.value("got")[0] < 5000


def test_a_callback_that_raises_is_printed_and_forgotten(helper):
    out = helper.repl.run(
        "imp.wakeup(0, lambda: 1 / 0)\nimp.wakeup(0.05, lambda: got.append(1))\nuntil(lambda: got)"
    )
    assert "ZeroDivisionError" in out
    assert helper.repl.value("got") == [1]


_FULL = """
ran = 0
def greedy():
    global ran
    ran += 1
    return bytearray(100000)
def fill():
    timer = imp.wakeup(0.2, greedy)
    chain, size = None, 65536
    while size:
        try: chain = (chain, bytearray(size)) if size > 8 else (chain,)
        except MemoryError: size //= 2
    start = time.ticks_ms()
    while not ran and time.ticks_diff(time.ticks_ms(), start) < 10000: pass
"""


def test_a_callback_without_memory_is_called_and_harms_no_other_code(helper):
    assert "MemoryError" in helper.repl.run(_FULL + "fill()", timeout=30)
    assert helper.repl.value("ran") == 1


def test_ctrl_c_in_a_callback_leaves_the_timers_behind_it(helper):
    helper.repl.run("def stop(): raise KeyboardInterrupt\n")
    with pytest.raises(BoardError, match="KeyboardInterrupt"):
        helper.repl.run(
            "imp.wakeup(0.05, stop)\n"
            "imp.wakeup(0.05, lambda: got.append(1))\nimp.wakeup(0.05, lambda: got.append(2))\n"
            "time.sleep(20)",
            timeout=30,
        )
    assert helper.repl.value("until(lambda: len(got) == 2)", timeout=20) is True
    assert helper.repl.value("got") == [1, 2]


def test_a_timer_that_starts_itself_leaves_room_for_the_code(helper):
    helper.repl.run(
        "def again():\n    got.append(1)\n    imp.wakeup(0, again)\nagain()\n"
        "n = 0\nstart = time.ticks_ms()\n"
        "while time.ticks_diff(time.ticks_ms(), start) < 300: n += 1"
    )
    assert helper.repl.value("len(got)") > 5
    assert helper.repl.value("n") > 100


def test_bad_arguments(helper):
    for call in (
        "wakeup(-1, print)",
        "wakeup('1', print)",
        "wakeup(1, 5)",
        "onidle(5)",
        "wakeup(10737419, print)",
        "wakeup(True, print)",
        "scanwifinetworks(5)",
    ):
        with pytest.raises(BoardError, match="ValueError|TypeError"):
            helper.repl.run("imp." + call)


def test_s74_onidle(helper):
    out = _inside_a_callback(
        helper,
        "imp.onidle(lambda: got.append('f'))\nimp.onidle(lambda: got.append('g'))\nprint(got)",
    )
    assert out.strip() == "[]"
    assert helper.repl.value("until(lambda: got)", timeout=20) is True
    _inside_a_callback(helper, "imp.onidle(lambda: got.append('h'))\nimp.onidle(None)")
    helper.repl.run("settle(200)")
    assert helper.repl.value("got") == ["g"]


def test_onidle_waits_for_the_attempt(helper):
    _inside_a_callback(
        helper,
        f"attempt({helper.ethernet()!r})\nimp.onidle(lambda: got.append(server.isconnected()))",
    )
    assert helper.wait()[0][1] == SERVER_CONNECTED
    assert helper.repl.value("until(lambda: got)", timeout=20) is True
    assert helper.repl.value("got") == [True]


@pytest.mark.virtual("it counts the networks in the air")
def test_s73_scans(helper, world):
    found = helper.repl.value("imp.scanwifinetworks()", timeout=30)
    assert {(ap["ssid"], ap["open"], ap["channel"]) for ap in found} == {
        ("home-net", False, 6), ("cafe-net", True, 6),
    }  # fmt: skip
    assert all(len(ap["bssid"]) == 12 and ap["rssi"] < 0 for ap in found)
    helper.repl.run(
        "imp.scanwifinetworks(got.append)\nassert not got\n"
        "try:\n    imp.scanwifinetworks()\n"
        "except RuntimeError: got.append('refused')\n"
        "try:\n    imp.scanwifinetworks(print)\n"
        "except RuntimeError: got.append('refused')"
    )
    assert helper.repl.value("until(lambda: len(got) == 3)", timeout=30) is True
    assert helper.repl.value("got[:2]") == ["refused", "refused"]
    assert len(helper.repl.value("got[2]")) == 2
    # The radio is off again, and the next scan may run.
    assert helper.repl.value("__import__('network').WLAN(0).active()") is False
    for access_point in world.wifi.values():
        access_point.off()
    assert helper.repl.value("imp.scanwifinetworks()", timeout=30) == []


@pytest.mark.virtual("it counts the networks in the air")
def test_a_scan_beside_the_connection(helper):
    assert helper.connect(helper.wifi()) == SERVER_CONNECTED
    assert len(helper.repl.value("imp.scanwifinetworks()", timeout=30)) == 2
    assert helper.repl.value("server.isconnected() and server.log('still here')") == 0


def test_a_connection_begun_during_a_scan_keeps_the_radio(helper):
    helper.repl.run(f"imp.scanwifinetworks(got.append)\nattempt({helper.wifi()!r})")
    assert helper.wait()[0][1] == SERVER_CONNECTED
    assert helper.repl.value("until(lambda: got)", timeout=30) is True
    assert helper.repl.value("server.isconnected()") is True
