# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's desk, between a model and a board that is a terminal of the test."""

import os
import time

import pytest
from bench import BenchError
from bench.modem.transcript import Line
from lab.desk import watch
from lab.model.board import Modem
from lab_desk_stand_ins import at_work
from waiting import until


@pytest.fixture
def lab(tmp_path):
    """With one board."""
    with at_work(tmp_path, 1) as made:
        yield made


@pytest.fixture
def two(tmp_path):
    """With two boards."""
    with at_work(tmp_path, 2) as made:
        yield made


def view(lab):
    return lab.lab.snapshot(0.0)


def board(lab):
    return view(lab).boards[0]


def problem(lab):
    return view(lab).problem + board(lab).problem


def test_console_both_ways(lab):
    lab.desk.type(0, "print('é')\r")
    until(lambda: lab.board.said == "print('é')\r".encode())
    os.write(lab.board.master, b'one\x1e{"boot": 1}\x1f\xc3')
    os.write(lab.board.master, b"\xa9")
    until(lambda: lab.state.console_from(0)[0] == "oneé")
    until(lambda: any(e.endswith(" board: booted") for e in view(lab).events))


def test_script_is_pasted(lab):
    lab.desk.run_script(0, "a = 1\r\nif a:\n\tb = 2\n" * 200)
    body = b"a = 1\rif a:\r    b = 2\r" * 200
    until(lambda: lab.board.said == b"\x03\x03\x05" + body + b"\x04")


def test_board_that_does_not_read_is_said_and_ctrl_c_clears_what_waits(lab):
    lab.board.deaf.set()
    until(lambda: lab.board.hears == "nothing")
    for _ in range(5):
        lab.desk.type(0, "x" * 100000)
    until(lambda: "does not read" in problem(lab))
    lab.desk.type(0, "\x03")
    lab.board.deaf.clear()
    until(lambda: lab.board.said.endswith(b"\x03"))
    assert len(lab.board.said) < 200000


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("f(:", '"script.py", line 1, SyntaxError'),
        ("a\x04b", "control character"),
        ("x" * 100001, "too long"),
    ],
)
def test_script_that_cannot_run_is_not_started(lab, code, words):
    lab.desk.run_script(0, code)
    until(lambda: words in problem(lab))
    assert lab.board.said == b""
    lab.desk.run_script(0, "a = 1")
    until(lambda: lab.board.said and not problem(lab))


def test_fault_is_made_and_told(lab):
    lab.desk.fault(0, "ap-rssi=-80")
    until(lambda: lab.world.wifi["home"].made == [-80])
    until(lambda: view(lab).parts["ap"] == ("faulty", ("ap-rssi=-80",)))


@pytest.mark.parametrize(
    ("text", "words"),
    [("ap-rssi", "ap-rssi=DBM"), ("ap-of", "no fault"), ("ap-rssi=-80@5s", "at once"),
     ("ap-off", "netsim has ended"), ("ap-on", "KeyError")],
)  # fmt: skip
def test_fault_that_cannot_be_made_is_a_sentence(lab, text, words):
    lab.desk.fault(0, text)
    until(lambda: words in problem(lab))
    assert view(lab).parts["ap"] == ("ok", ())
    lab.desk.fault(0, "ap-rssi=-1")  # the desk goes on
    until(lambda: lab.world.wifi["home"].made == [-1])


def test_all_faults_of_all_boards_end(two):
    two.desk.recorder.record()
    two.desk.fault(1, "dns-drop")
    two.desk.fault(1, "modem-deny")
    two.desk.end_faults()  # and those before it that have not been made yet
    until(lambda: two.world.modems[1].made == ["deny", "restore"])
    until(lambda: not view(two).faults())
    assert two.world.dns.made == ["drop", "restore"] and two.world.modems[0].made == []
    two.desk.recorder.stop_recording()
    steps = [(entry.board, entry.words) for entry in view(two).recording.entries]
    assert steps == [("board 2", "dns-drop"), ("board 2", "modem-deny"),
                     ("board 1", "dns-restore"), ("board 2", "modem-restore")]  # fmt: skip


def test_an_end_that_is_refused_is_said_and_the_others_come(two):
    def refuses():
        raise BenchError("the modem has ended")

    two.world.modems[0].restore = refuses
    for number in (0, 1):
        two.desk.fault(number, "modem-deny")
    two.desk.end_faults()
    until(lambda: two.world.modems[1].made == ["deny", "restore"])
    until(lambda: view(two).faults() == [(0, "modem", ("modem-deny",))])


def test_messages(lab):
    lab.desk.publish("imp/1/device/x", '"hi"')
    until(lambda: [message[1:] for message in view(lab).messages] == [("imp/1/device/x", "hi")])


@pytest.mark.parametrize(
    "topic",
    ["", "a/#", "+/a", "refused", "$SYS/x", "a\x01", "a\uffff", "\ud800", "a/" * 200, "a" * 65536],
)
def test_message_that_cannot_be_sent(lab, topic):
    lab.desk.publish(topic, "x")
    until(lambda: problem(lab))
    assert lab.world.broker.messages == []


def test_resets(lab):
    lab.desk.soft_reset(0)
    until(lambda: lab.board.said == b"\x03\x03\x04")
    lab.desk.press_en(0)
    until(lambda: lab.board.orders == ["en", "en"])


def test_en_that_is_not_heard_is_a_sentence(lab):
    lab.board.deaf.set()
    lab.desk.press_en(0)
    until(lambda: problem(lab).endswith("Switch it off, and on again."))


def test_power(lab):
    lab.desk.power(0, False)
    until(lambda: board(lab).power == "off")
    lab.desk.type(0, "lost")
    lab.desk.run_script(0, "a = 1")
    until(lambda: "The board is off" in problem(lab))
    lab.desk.power(0, True)
    until(lambda: board(lab).power == "on")
    lab.desk.type(0, "x")
    until(lambda: lab.board.said == b"\rx")
    assert lab.board.orders == ["en", "stop", "stop", "start"]


def test_crash_is_said_and_power_mends_it(lab):
    lab.board.unplug()
    until(lambda: board(lab).power == "crashed")
    assert "stack overflow" in problem(lab)
    lab.desk.fault(0, "ap-rssi=-80")  # the bench goes on
    until(lambda: lab.world.wifi["home"].made == [-80])
    lab.desk.power(0, True)
    until(lambda: board(lab).power == "on")
    assert problem(lab) == ""


def test_what_flows_is_told_and_ends(lab):
    until(lambda: board(lab).traffic == {"ap": False})
    lab.world.netsim.packets = 5
    until(lambda: board(lab).traffic == {"ap": True, "dns": True})
    until(lambda: board(lab).traffic == {"ap": False})
    lab.world.netsim.network = ""
    until(lambda: board(lab).traffic == {})


def test_bench_that_has_ended_is_a_sentence_and_the_desk_goes_on(lab):
    def ended():
        raise BenchError("netsim has ended")

    lab.world.netsim.traffic = ended
    said = "networks have ended. The bench says: netsim has ended. End the lab with Ctrl-C"
    until(lambda: said in problem(lab))
    lab.desk.fault(0, "ap-rssi=-80")
    until(lambda: lab.world.wifi["home"].made == [-80])


def test_broker_that_has_ended_by_itself_is_a_fault(lab):
    lab.world.broker.crashed = True
    until(lambda: "The broker has ended by itself" in problem(lab))
    assert view(lab).parts["broker"] == ("off", ("broker-stop",))
    lab.desk.fault(0, "ap-rssi=-80")  # it is said once
    until(lambda: view(lab).parts["ap"][1] and not problem(lab))
    lab.desk.fault(0, "broker-start")
    until(lambda: view(lab).parts["broker"] == ("ok", ()))
    assert lab.world.broker.starts == 1 and not lab.world.broker.crashed
    lab.world.broker.crashed = True
    until(lambda: "The broker has ended by itself" in problem(lab))


def test_modem_that_has_ended_by_itself_is_said_and_the_end_of_all_faults_starts_it(two):
    until(lambda: view(two).boards[1].modem.state == "on")
    two.world.modems[1].state = "gone"
    until(lambda: "The modem has ended by itself" in view(two).boards[1].problem)
    assert not view(two).boards[0].problem
    two.desk.end_faults()
    until(lambda: view(two).boards[1].modem.state == "off" and not view(two).boards[1].problem)
    assert [modem.made for modem in two.world.modems] == [[], ["restore"]]


def test_modem_and_its_lines_are_told_once(lab):
    until(lambda: board(lab).modem == Modem("on", "ready", "searching", "-73 dBm"))
    lab.world.modems[0].lines += [Line(1.0, "board", "AT+CPIN=***"), Line(1.1, "modem", "OK")]
    until(lambda: board(lab).modem_lines == [(">", "AT+CPIN=***"), ("<", "OK")])
    lab.world.modems[0].lines += [Line(2.0, "mode", "data mode")]
    until(lambda: len(board(lab).modem_lines) == 3)
    assert board(lab).modem_lines[-1] == ("-", "data mode")


def test_waits_for_a_processor_are_told(lab, monkeypatch):
    monkeypatch.setattr(watch, "queued_ns", lambda process: {"1": time.monotonic_ns(), "2": 0})
    until(lambda: len(board(lab).waits) > 2 and board(lab).waits[-1][1] > 1000)
