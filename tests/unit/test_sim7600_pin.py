# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The SIM: what it waits for, when a PIN is sent and proven wrong, how its record ends."""

import pytest
from connectwith.links.modem import records
from connectwith.links.modem import sim as modem_sim
from connectwith.links.modem.line import Restart
from connectwith.links.retry_limits import _SINGLE, RetryLimits
from modem_script import line_of, lines
from nvs_in_memory import entries

OK = lines("OK")
LOCKED = ("AT+CPIN?", lines("+CPIN: SIM PIN", "OK"))
READY = ("AT+CPIN?", lines("+CPIN: READY", "OK"))
CARD = ("AT+CICCID", lines("+ICCID: 8988211000000123457F", "OK"))
OTHER_CARD = ("AT+CICCID", lines("+ICCID: 8988211000000999999F", "OK"))
BUSY = lines("+CME ERROR: 14")


def spic(tries):
    return "AT+SPIC", lines(f"+SPIC: {tries},10,0,10", "OK")


def sent(pin, answer=OK):
    return f'AT+CPIN="{pin}"', answer


def open_sim(clock, *script, pin=b"1234", timeout_ms=60000, chunk=1000):
    line = line_of(*script, chunk=chunk)
    sim = modem_sim.Sim(line)
    state, took_ms = clock.drive(sim.open(pin, RetryLimits(_SINGLE, timeout_ms)))
    assert not line.uart.script, "more was expected of the link"
    return sim, state, took_ms


def use_up(clock, pin="1234", card=CARD, tries=3):
    """A wrong PIN, which leaves a record."""
    wrong = sent(pin, lines("+CME ERROR: 16"))
    script = [LOCKED, spic(tries), card, wrong, spic(tries - 1), spic(tries - 1)]
    sim, state, _ = open_sim(clock, *script, pin=pin.encode())
    assert state == modem_sim.LOCKED and "wrong" in sim.cause
    assert sim.tries == tries - 1


def refuses(clock, *script, pin=b"1234"):
    """The PIN is not sent, because it was refused before."""
    sim, state, _ = open_sim(clock, LOCKED, *script, script[0], pin=pin)
    assert state == modem_sim.LOCKED
    return "before" in sim.cause


def opens(clock, tries, card=CARD):
    """The PIN is sent, and right."""
    return open_sim(clock, LOCKED, spic(tries), card, sent("1234"), READY)[1] == modem_sim.OPEN


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_the_right_pin_is_not_remembered_and_not_shown(clock, chunk):
    sim, state, _ = open_sim(clock, LOCKED, spic(3), CARD, sent("1234"), READY, chunk=chunk)
    assert state == modem_sim.OPEN
    assert sim.tries == 3
    assert not entries
    assert "> AT+CPIN=***" in sim._line.log
    assert "1234" not in str(sim._line.log).replace(CARD[1].decode().split()[1], "")


def test_a_wrong_pin_is_tried_once_in_all(clock):
    use_up(clock, "9999")
    assert refuses(clock, spic(2), CARD, pin=b"9999"), "a reset later it is not sent"
    assert opens(clock, 2)


def test_a_try_that_was_used_up_before_a_power_loss_was_the_one_try(clock):
    def at_the_moment():
        assert entries, "it is on record before it is sent"
        return None

    line = line_of(LOCKED, spic(3), CARD, ('AT+CPIN="1234"', at_the_moment))
    with pytest.raises(Restart):
        clock.drive(modem_sim.Sim(line).open(b"1234"))
    assert refuses(clock, spic(2), CARD)
    assert refuses(clock, spic(1)) is False, "too few are left"


def test_a_power_loss_before_the_sim_has_judged_costs_nothing(clock):
    line = line_of(LOCKED, spic(3), CARD, sent("1234", None))
    with pytest.raises(Restart):
        clock.drive(modem_sim.Sim(line).open(b"1234"))
    assert opens(clock, 3)
    assert not entries


def test_a_busy_sim_has_not_judged_the_pin(clock):
    waiting = [LOCKED, spic(3)] * 5  # until it is sent again
    _, state, took_ms = open_sim(
        clock, LOCKED, spic(3), CARD, sent("1234", BUSY), spic(3), *waiting,
        LOCKED, spic(3), CARD, sent("1234", lines("+CME ERROR: SIM busy")), spic(3), READY,
    )  # fmt: skip
    assert state == modem_sim.OPEN
    assert 2000 <= took_ms <= 4000
    assert not entries


def test_a_sim_that_is_slow_to_say_ready_after_ok(clock):
    slow = [LOCKED, spic(3)] * 20
    script = [LOCKED, spic(3), CARD, sent("1234"), *slow, ("AT+CPIN?", BUSY), READY]
    _, state, _ = open_sim(clock, *script)
    assert state == modem_sim.OPEN
    assert not entries


def test_a_busy_sim_at_the_end_of_the_time_bars_nothing(clock):
    script = [LOCKED, spic(3), CARD, sent("1234", BUSY), spic(3), *[LOCKED, spic(3)] * 3]
    sim, state, _ = open_sim(clock, *script, timeout_ms=1500)
    assert state == modem_sim.LOCKED
    assert sim.cause == "SIM: PIN required: +CME ERROR: 14"
    assert opens(clock, 3)


def test_a_refusal_that_costs_no_try_is_believed_the_second_time(clock):
    wrong = sent("1234", lines("+CME ERROR: 16"))
    script = [LOCKED, spic(3), CARD, wrong, spic(3), *[LOCKED, spic(3)] * 5]
    sim, state, _ = open_sim(
        clock, *script, LOCKED, spic(3), CARD, wrong, spic(3), spic(3)
    )  # fmt: skip
    assert state == modem_sim.LOCKED and "wrong" in sim.cause
    assert refuses(clock, spic(3), CARD)


def test_no_try_without_a_count(clock):
    unknown = [LOCKED, ("AT+SPIC", BUSY)]
    _, state, _ = open_sim(
        clock, *unknown * 5, LOCKED, spic(3), CARD, sent("1234"), READY
    )  # fmt: skip
    assert state == modem_sim.OPEN
    sim, state, _ = open_sim(clock, *unknown * 5, timeout_ms=1000)
    assert state == modem_sim.LOCKED and "tries" in sim.cause


@pytest.mark.parametrize("left", [0, 1])
def test_the_last_try_is_for_a_person(clock, left):
    sim, state, _ = open_sim(clock, LOCKED, spic(left), spic(left))
    assert state == modem_sim.LOCKED
    assert sim.tries == left
    assert not entries


def test_another_card_ends_the_record(clock):
    use_up(clock)
    assert refuses(clock, spic(3 - 1), CARD)
    assert opens(clock, 2, OTHER_CARD)


@pytest.mark.parametrize("unknown", [CARD, ("AT+CICCID", lines("ERROR"))])
def test_a_card_without_a_number_is_the_one_of_the_record(clock, unknown):
    use_up(clock, card=unknown)
    assert refuses(clock, spic(2), ("AT+CICCID", lines("ERROR")))


def test_a_person_who_has_opened_the_sim_ends_the_record(clock):
    use_up(clock)
    assert opens(clock, 3)


def test_erasing_the_settings_ends_the_record(clock):
    from connectwith.settings import saving

    use_up(clock)
    saving.save_block("cellconfig", {"apn": "internet"})
    assert refuses(clock, spic(2), CARD)
    saving.save_block("cellconfig", None)
    assert opens(clock, 2)


def test_the_record_of_an_older_firmware(clock):
    records._save(b"1234")
    assert refuses(clock, spic(2), CARD)
    assert opens(clock, 3)


def test_the_record_is_no_hash_of_four_digits():
    records.record_try(b"1234", b"", 3)
    assert b"1234" not in b"".join(entries.values())
    first = dict(entries)
    records.record_try(b"1234", b"", 3)
    assert first != entries  # sealed anew each time: nobody can compare


@pytest.mark.parametrize(
    ("answer", "more", "word"),
    [("+CPIN: PH-NET PIN\r\n\r\nOK", [], "PIN"), ("+CME ERROR: 5", [], "PIN"),
     ("+CME ERROR: 41", [], "PIN"), ("+CME ERROR: 12", [spic(0)], "PUK"),
     ("+CME ERROR: SIM PUK required", [spic(0)], "PUK")],
)  # fmt: skip
def test_the_lock_of_an_operator_and_a_puk_are_for_a_person(clock, answer, more, word):
    sim, state, took_ms = open_sim(clock, ("AT+CPIN?", lines(answer)), *more)
    assert state == modem_sim.LOCKED and word in sim.cause
    assert took_ms < 100


def test_a_sim_without_a_pin_is_open(clock):
    _, state, took_ms = open_sim(clock, READY)
    assert state == modem_sim.OPEN
    assert took_ms <= 20


def test_busy_is_waited_for(clock):
    _, state, took_ms = open_sim(clock, *[("AT+CPIN?", BUSY)] * 3, READY, pin=None)
    assert state == modem_sim.OPEN
    assert 700 <= took_ms <= 1000


@pytest.mark.parametrize(
    ("answer", "least_ms", "most_ms"),
    [("+CME ERROR: 14", 15000, 15500), ("+CPIN: SIM REMOVED\r\n\r\nOK", 3000, 3500),
     ("+CME ERROR: 10", 3000, 3500), ("+CME ERROR: SIM not inserted", 3000, 3500),
     ("ERROR", 15000, 15500)],
)  # fmt: skip
def test_a_sim_that_never_comes(clock, answer, least_ms, most_ms):
    sim = modem_sim.Sim(line_of(*[("AT+CPIN?", lines(answer))] * 200))
    state, took_ms = clock.drive(sim.open(None))
    assert state == modem_sim.LOCKED
    assert least_ms <= took_ms <= most_ms
