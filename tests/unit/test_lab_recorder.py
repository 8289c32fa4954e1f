# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's recorder, between a model and orders that are noted."""

import pytest
from lab.desk.recorder import Recorder
from lab.model import Lab
from waiting import until

from commands.typed_faults import PARTS

DEVICE = "240ac4000001"


class Orders:
    """What was played."""

    def __init__(self):
        self.played = []

    def __getattr__(self, name):
        return lambda *values: self.played.append((name, *values))


@pytest.fixture
def orders():
    return Orders()


@pytest.fixture
def lab():
    made = Lab(PARTS)
    board = made.add_board("board")
    board.powered("on")
    board.note({"boot": 1, "device": DEVICE}, 0.0)
    return made


@pytest.fixture
def recorder(lab, orders, tmp_path):
    made = Recorder(lab, orders, {"home": "correct-horse"}, tmp_path)
    yield made
    made.close()


def view(lab):
    return lab.snapshot(0.0).recording


def connect(lab):
    note = {"number": 1, "interface": "wl0", "stages": [["LINK", 5]], "name": "SERVER_CONNECTED"}
    lab.boards[0].note({"attempt": note}, 1.0)


def a_recording(lab, recorder):
    recorder.record()
    recorder.did(0, "run_script", "print(1)\n")
    connect(lab)
    recorder.did(0, "fault", "ap-off")
    lab.boards[0].note({"session": None}, 2.0)
    recorder.stop_recording()


def test_what_was_done_and_seen_is_listed(lab, recorder):
    a_recording(lab, recorder)
    found = view(lab)
    assert found.state == "idle" and found.note == ""
    assert [(e.board, e.words, e.is_step) for e in found.entries] == [
        ("board", "run the script", True), ("board", "attempt over wl0: SERVER_CONNECTED", False),
        ("board", "session over wl0", False), ("board", "ap-off", True),
        ("board", "no session", False),
    ]  # fmt: skip
    compile(found.text, "test", "exec")
    assert "print(1)" in found.text


def test_nothing_is_recorded_before_and_after(lab, recorder):
    recorder.did(0, "fault", "ap-off")
    a_recording(lab, recorder)
    count = len(view(lab).entries)
    recorder.did(0, "fault", "ap-on")
    connect(lab)
    assert len(view(lab).entries) == count


def test_faults_in_force_are_the_first_steps(lab, recorder):
    lab.fault("dns", "delay", "dns-delay=500", ("500",))
    recorder.record()
    assert [e.words for e in view(lab).entries] == ["dns-delay=500"]
    assert view(lab).state == "recording"


def test_faults_of_each_board_s_modem_are_among_them(lab, recorder):
    lab.add_board("other")
    lab.fault("dns", "drop", "dns-drop", ())
    lab.fault("modem", "deny", "modem-deny", (), 1)
    recorder.record()
    assert [(e.board, e.words) for e in view(lab).entries] == [
        ("board", "dns-drop"), ("other", "modem-deny")
    ]  # fmt: skip


def test_session_at_the_start_is_said(lab, recorder):
    connect(lab)
    recorder.record()
    assert "EN reset" in view(lab).note


def test_recording_is_played_when_what_it_waits_for_comes(lab, recorder, orders):
    a_recording(lab, recorder)
    recorder.play()
    until(lambda: orders.played == [("run_script", 0, "print(1)\n")])
    assert view(lab).state == "playing"
    lab.boards[0].note({"boot": 1, "device": DEVICE}, 3.0)
    connect(lab)
    until(lambda: orders.played[1:] == [("fault", 0, "ap-off")])
    lab.boards[0].note({"session": None}, 4.0)
    until(lambda: view(lab).state == "idle")
    assert "to its end" in view(lab).note


def test_playing_can_be_ended(lab, recorder, orders):
    a_recording(lab, recorder)
    recorder.play()
    until(lambda: orders.played)
    recorder.stop_playing()
    until(lambda: view(lab).state == "idle")
    assert len(orders.played) == 1


def test_save(lab, recorder, tmp_path):
    a_recording(lab, recorder)
    recorder.save("cable_out")
    (file,) = tmp_path.iterdir()
    assert file.name == "pytest_recorded_cable_out.py"
    assert str(file) in view(lab).note and "./tools/cw test" in view(lab).note
    recorder.save("cable_out")
    assert "already" in view(lab).note
    recorder.save("../x")
    assert "no name" in view(lab).note and ". Use 1 to 40" in view(lab).note
    assert len(list(tmp_path.iterdir())) == 1


def test_without_a_recording_there_is_nothing_to_play_or_save(lab, recorder, orders, tmp_path):
    recorder.play()
    recorder.stop_recording()
    recorder.save("x")
    assert view(lab).state == "idle" and "no recording" in view(lab).note
    assert orders.played == [] and list(tmp_path.iterdir()) == []


def test_what_a_board_at_a_serial_port_did_is_not_saved(lab, orders, tmp_path):
    lab.add_board("ttyUSB0", "real")
    recorder = Recorder(lab, orders, {}, tmp_path)
    recorder.record()
    recorder.did(1, "run_script", "import imp\n")
    recorder.stop_recording()
    assert "record the steps of a virtual board" in view(lab).note
    recorder.save("a")
    assert "record the steps of a virtual board" in view(lab).note
    assert list(tmp_path.iterdir()) == []
