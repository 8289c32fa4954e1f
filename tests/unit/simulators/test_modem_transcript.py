# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lines of command mode as a display gets them: in order, and without a secret."""

import pytest
from bench.modem.masking import SECRET, answer, command, without
from bench.modem.scene import PUK
from bench.modem.transcript import KEPT
from hypothesis import example, given, settings
from hypothesis import strategies as st
from modem_desk import Desk, warm

PIN, USER, PASSWORD = "83920174", "jvk@example", "swordf;2,+x"
SECRETS = (PIN, USER, PASSWORD, PUK)


def shown(desk):
    """What has come since the last time: "> " before a line of the board, "< " of the modem."""
    signs = {"board": "> ", "modem": "< ", "mode": ""}
    return [signs[line.sender] + line.text for line in desk.modem.transcript.take()]


def fresh():
    """A modem that is on, and nothing in its transcript."""
    desk = warm()
    shown(desk)
    return desk


def test_lines_in_order_with_their_times():
    desk = fresh()
    begin = desk.now
    assert desk.at("AT+CSQ;+CREG?", 2) == "+CSQ: 20,99|+CREG: 0,1|OK"
    lines = desk.modem.transcript.take()
    assert [tuple(line[1:]) for line in lines] == [
        ("board", "AT+CSQ;+CREG?"), ("modem", "+CSQ: 20,99"), ("modem", "+CREG: 0,1"),
        ("modem", "OK"),
    ]  # fmt: skip
    assert lines[0].at_s == begin
    assert begin < lines[-1].at_s <= desk.now
    assert desk.modem.transcript.take() == []


def test_an_answer_of_several_lines_and_an_urc():
    desk = fresh()
    desk.at("ATI")
    desk.controls.urc("+CGEV: ME PDN DEACT 1")
    assert shown(desk)[-3:] == ["< +GCAP: +CGSM", "< OK", "< +CGEV: ME PDN DEACT 1"]


def test_data_mode_is_told_and_its_bytes_are_not():
    desk = fresh()
    desk.at("ATD*99#")
    desk.hear(b"~\xff\x7d\x23AT+CSQ\r~")
    desk.modem.call.output(b"~OK\r\n~")
    desk.controls.urc("RDY")
    desk.controls.raw("NO CARRIER\r\n")
    desk.sleep(1)
    desk.hear(b"+++")
    desk.sleep(1)
    assert shown(desk) == ["> ATD*99#", "< CONNECT 115200", "data mode", "data mode ends", "< OK"]
    desk.at("ATO")
    desk.controls.carrier_lost()
    assert shown(desk) == [
        "> ATO", "< CONNECT 115200", "data mode", "data mode ends", "< NO CARRIER",
        "< +PPPD: DISCONNECTED",
    ]  # fmt: skip
    desk.at("ATD*99#")
    shown(desk)
    desk.controls.power_off()
    assert shown(desk) == ["data mode ends"]


def test_what_the_modem_does_not_hear_or_say_is_not_told():
    desk = fresh()
    desk.controls.mute(True)
    desk.at("AT")
    desk.controls.urc("RDY")
    desk.controls.raw("x")
    assert shown(desk) == []


def test_what_is_no_command_is_counted():
    desk = fresh()
    desk.hear(b"\r\n\r")
    desk.hear(f'IN="{PIN}"\r'.encode())
    desk.hear(b'GAUTH=1,2,"ATE1V1Q0"\r')  # the first bytes are lost, and the password has an AT
    desk.sleep(1)
    desk.hear(b"AT+CSQ\r", 9600)
    desk.hear(b"\r")
    desk.controls.raw(PIN)
    lines = shown(desk)
    no_command = "characters that do not begin with AT)"
    assert lines[:2] == [f"> (13 {no_command}", f"> (20 {no_command}"]
    assert "characters at another rate)" in lines[-2]
    assert lines[-1] == "< (8 bytes)"


@pytest.mark.parametrize(
    "line, as_shown",
    [
        ("AT", "AT"),
        ("ate0v1&d0+cmee=1;+csq", "ate0v1&d0+cmee=1;+csq"),
        ('AT+CGDCONT=1,"IP","internet.example"', 'AT+CGDCONT=1,"IP","internet.example"'),
        ("ATD*99***1#", "ATD*99***1#"),
        ("ATS0=1", "ATS0=1"),
        ("AT+CPIN?", "AT+CPIN?"),
        ("AT+CGAUTH?", "AT+CGAUTH?"),
        (f'AT+CPIN="{PIN}"', "AT+CPIN=***"),
        (f"at+cpin={PIN}", "at+cpin=***"),
        (f"AT+CPIN?{PIN}", "AT+CPIN***"),
        (f"AT+CPIN{PIN}", "AT+CPIN***"),
        (f'AT+CPIN ="{PIN}"', "AT+CPIN***"),
        (f'AT+CPIN="{PIN}', "AT+CPIN=***"),
        (f'AT+CPIN="{PUK}","{PIN}";+CSQ', "AT+CPIN=***"),
        (f'AT+CSQ;+CPIN="{PIN}"', "AT+CSQ;+CPIN=***"),
        (f'AT+CGDCONT=1,"IP","inAT+CPIN="{PIN}"', "AT+CGDCONT=***"),
        (f"AT+CGAUTH=1,2,{PASSWORD},{USER}", "AT+CGAUTH=***"),
        (f'AT+CGAUTH=1,3,"{PASSWORD}"', "AT+CGAUTH=***"),
        ('AT+CLCK="SC",1,"1234"', "AT+CLCK=***"),
        ('AT+CPWD="SC","1234","4321"', "AT+CPWD=***"),
        (f'AT+CPINS="{PIN}"', "AT+CPIN***"),
        (f'AT+PIN="{PIN}"', "AT***"),
        (f"AT {PIN}", "AT ***"),
        (f"ATD{PIN}", "AT***"),
    ],
)
def test_command_lines(line, as_shown):
    assert command(line)[0] == as_shown


@pytest.mark.parametrize(
    "line, as_shown",
    [
        ("+CPIN: READY", "+CPIN: READY"),
        ("+CPIN: SIM PIN", "+CPIN: SIM PIN"),
        ("+CPIN: PH-NET PUK", "+CPIN: PH-NET PUK"),
        ("+CME ERROR: SIM PIN required", "+CME ERROR: SIM PIN required"),
        ("+CLCK: 1", "+CLCK: 1"),
        (f'+CGAUTH: 1,2,"{USER}","{PASSWORD}"', "+CGAUTH: ***"),
        (f'at+cgauth=1,2,"{PASSWORD}"', "at+cgauth=***"),
        (f'AT+CPIN="{PIN}"', "AT+CPIN=***"),
        (f"+C\x00PIN: {PIN}", "***"),
        (f"echo of AT+CPIN={PIN}", "***"),
    ],
)
def test_answers(line, as_shown):
    assert answer(line) == as_shown


def test_a_secret_in_an_answer_to_something_else():
    desk = fresh()
    desk.at(f'AT+CGAUTH=1,2,"{PASSWORD}","{USER}"')
    desk.at(f'AT+CPIN="{PIN}"')
    desk.controls.ppp("chap", USER, PASSWORD, 1)
    desk.controls.answer("AT+CSQ", [f"\r\n+CSQ: 20,99 {PASSWORD}\r\n", f"\r\n{PIN}", "\r\nOK\r\n"])
    shown(desk)
    desk.at("AT+CSQ")
    desk.controls.urc(f"{USER}: {PIN}")
    assert shown(desk) == ["> AT+CSQ", "< +CSQ: 20,99 ***", "< ***", "< OK", "< ***: ***"]


def test_a_pin_is_no_part_of_a_longer_number():
    assert without("001010123456789 and 1234, (1234)", ["1234", "12"]) == (
        "001010123456789 and ***, (***)"
    )


def test_an_answer_in_pieces_is_one_line():
    desk = fresh()
    desk.controls.answer("AT+CGAUTH?", ['\r\n+CGAUTH: 1,2,"jo', f'e","{PASSWORD}"\r\n\r\nOK\r\n'])
    desk.at("AT+CGAUTH?")
    assert shown(desk) == ["> AT+CGAUTH?", "< +CGAUTH: ***", "< OK"]


def test_the_echo_is_on():
    desk = Desk()
    desk.controls.sim("pin", PIN, 3)
    desk.modem.power_on()
    shown(desk)
    for byte in f'AT+CPIN="{PIN}"\r'.encode():
        desk.hear(bytes((byte,)))
    assert PIN.encode() in desk.sleep(2)
    assert shown(desk) == ["> AT+CPIN=***", "< OK", "< +CPIN: READY"]
    assert desk.modem.pin_tries == [PIN]


def test_control_characters_are_spelled():
    desk = fresh()
    desk.controls.urc("a\x00b\x1b[2J")
    assert shown(desk) == [r"< a\x00b\x1b[2J"]


def test_what_is_kept_is_bounded():
    desk = fresh()
    desk.controls.storm(3 * KEPT)
    desk.at('AT+CGDCONT=1,"IP","' + "x" * 500 + '"')
    for n in range(100):
        desk.at(f'AT+CPIN="{n:08}"')
    lines = desk.modem.transcript.take()
    assert len(lines) == KEPT
    assert max(len(line.text) for line in lines) <= 201
    assert len(desk.modem.transcript._hidden) < 50


FORMS = [
    f'+CPIN="{PIN}"', f"+CPIN={PIN}", f'+CPIN="{PUK}","{PIN}"', f'+CLCK="SC",1,"{PIN}"',
    f'+CPWD="SC","{PIN}","{PUK}"', f'+CGAUTH=1,1,"{PASSWORD}","{USER}"',
    f"+CGAUTH=1,2,{PASSWORD},{USER}", f'+CGAUTH=1,3,"{PASSWORD}"',
]  # fmt: skip
OTHERS = ["E0", "+CSQ", ";", " ", '+CGDCONT=1,"IP","internet"', "+COPS?", '"', "+CPIN?", "D*99#"]
NOISE = st.text(st.characters(max_codepoint=255, exclude_characters="\r"), max_size=3)


@st.composite
def lines(draw):
    """A command line with a secret: in any case, between others, with characters too many or too
    few before the secret."""
    form = draw(st.sampled_from(FORMS))
    name, secret = form[: (at := form.index("=") + 1)], form[at:]
    for _ in range(draw(st.integers(0, 2))):
        i = draw(st.integers(0, len(name)))
        name = name[:i] + draw(NOISE) + name[i + draw(st.integers(0, 2)) :]
    name = draw(st.sampled_from([name, name.lower(), name.swapcase()]))
    before = "".join(draw(st.lists(st.sampled_from(OTHERS), max_size=2)))
    after = draw(st.sampled_from(["", '"', ";+CSQ", ",1", "x"]))
    begin = draw(st.sampled_from(["AT", "at", "aT", "xAT", "", "AT AT"]))
    return begin + before + name + secret + after


def pieces(secret):
    """Four characters in a row are too many."""
    return {secret[i : i + 4] for i in range(len(secret) - 3)}


@settings(max_examples=400, deadline=None)
@given(st.lists(lines(), min_size=1, max_size=3), st.booleans(), st.booleans(), st.data())
@example([f'AT+CGDCONT=1,"IP","i+CPIN="{PIN}"'], True, False, None)
def test_no_form_of_a_command_shows_its_secret(sent, echo, locked, data):
    desk = Desk()
    desk.controls.sim("pin" if locked else "ready", PIN, 3)
    desk.modem.power_on()
    desk.at(f"ATE{int(echo)}")
    stream = "".join(f"{line}\r" for line in sent).encode("latin-1", "replace")
    while stream:
        size = data.draw(st.integers(1, 40)) if data else len(stream)
        desk.hear(stream[:size])
        desk.sleep(data.draw(st.sampled_from([0, 0.005, 1])) if data else 1)
        stream = stream[size:]
    desk.sleep(60)
    desk.at("AT+CGAUTH?")
    text = "\n".join(shown(desk)).lower()
    for secret in SECRETS:
        assert not [p for p in pieces(secret.lower()) if p in text], text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_masked(text):
    assert command("AT" + text)[0].startswith("AT")
    assert not answer(f"{SECRET[0]}: {text}1234").endswith("1234")
    assert "secret" not in without(f"{text}secret", ["secret", text])
