# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The modem's model with arbitrary input in arbitrary order."""

from bench.modem.record import RECORD_MAX
from hypothesis import given, settings
from hypothesis import strategies as st
from modem_desk import Desk, warm

COMMANDS = [
    "AT", "ATE0", "ATE1", "AT+CSQ;+CREG?", "AT+CPIN?", 'AT+CPIN="1234"', "AT+CFUN=4", "AT+CFUN=0",
    "AT+CFUN=1", "AT+CRESET", "AT+CPOF", "ATD*99#", "ATH", "ATO", "+++", "AT+COPS=2", "AT+COPS=0",
    "AT+COPS=?", "AT+IPR=9600", "AT+CGATT=0", "AT+CGATT=1", "AT+CGACT=0,1", "AT+CEREG=2", "ATZ",
    'AT+CGDCONT=1,"IP","internet"', "AT+CGDCONT=1", "AT+CMEE=2", "AT+", "AT+NOPE", "\xff\x00", "",
]  # fmt: skip
CONTROLS = [
    ("restore",), ("power_on",), ("warm",), ("power_off",), ("reboot",), ("sim", "pin", "1234", 2),
    ("sim", "removed", "1234", 3), ("sim", "ready", "1234", 3), ("register", "all", 2),
    ("register", "cereg", 1), ("carrier_lost",), ("silence_ppp",), ("mute", True), ("storm", 3),
    ("mute", False), ("hang_dial",), ("refuse_dial", "BUSY"), ("refuse_dial", None),
]  # fmt: skip
STEPS = st.one_of(
    st.tuples(st.just("line"), st.sampled_from(COMMANDS)),
    st.tuples(st.just("bytes"), st.binary(max_size=40)),
    st.tuples(st.just("do"), st.sampled_from(CONTROLS)),
    st.tuples(st.just("sleep"), st.floats(0, 30)),
    st.tuples(st.just("key"), st.sampled_from([0.05, 0.5, 3.0])),
    st.tuples(st.just("ended"), st.none()),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_any_order_of_anything(steps):
    desk = Desk()
    for kind, what in steps:
        if kind == "line":
            desk.hear(what.encode("latin-1") + b"\r")
        elif kind == "bytes":
            desk.hear(what, 9600)
        elif kind == "do":
            getattr(desk.controls, what[0])(*what[1:])
        elif kind == "sleep":
            desk.sleep(what)
        elif kind == "key":
            desk.press(what)
        else:
            desk.modem.call.ended()
    # Whatever happened: healthy again, it works as if it were new.
    desk.controls.restore()
    desk.modem.warm()
    desk.sleep(0)
    assert desk.at("ATE0").endswith("OK")
    assert desk.at("AT+CEREG?") == "+CEREG: 0,1|OK"
    assert desk.at("ATD*99#") == "CONNECT 115200"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(COMMANDS[:8]), max_size=8), st.randoms(use_true_random=False))
def test_how_the_bytes_are_cut_changes_nothing(lines, chance):
    whole, cut = warm(), warm()
    data = b"".join(line.encode("latin-1") + b"\r" for line in lines)
    whole.hear(data)
    while data:
        size = chance.randint(1, 5)
        cut.hear(data[:size])
        data = data[size:]
    assert whole.sleep(60) == cut.sleep(60)
    assert whole.modem.commands == cut.modem.commands


@settings(max_examples=10, deadline=None)
@given(st.binary(min_size=2000, max_size=8000))
def test_nothing_grows(noise):
    desk = warm()
    for _ in range(5):
        desk.hear(noise)
    assert len(desk.modem._line) <= 2000 and len(desk.modem._waiting) <= 2000
    assert len(desk.modem.clock._timers) < 10


def test_what_is_recorded_is_bounded():
    desk = warm()
    for _ in range(RECORD_MAX + 5):
        desk.at("AT+NOPE", 0.1)
    assert len(desk.modem.commands) == len(desk.modem.unknown) == RECORD_MAX
