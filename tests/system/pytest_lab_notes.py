# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the lab's code on the board tells, and that the user's code does not notice it."""

import pytest
from bench import Board
from lab.desk.memory import start_notes
from lab_board import equipped

pytestmark = pytest.mark.virtual("the lab's board")

_SERVER = """
import imp, server, time, machine, _connectwith
from my_network import *
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR_NO_DISCONNECT, server.WAIT_TIL_SENT, 5)
results = []
def end(result, interface): results.append(result)
def until(condition):
    while not condition(): time.sleep_ms(5)
HOME = {"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}}
CABLE = {"interface": "eth0"}
MODEM = {"interface": "cell0", "cellconfig": {"apn": APN}}
"""
_CONNECT = "server.connectwith(CABLE, end, 30)\nuntil(lambda: results)\n"


@pytest.fixture
def lab_board(request, world):
    """A board in the bench, switched on."""
    with Board(world, binary=request.config.getoption("--board-binary")) as board:
        yield board


@pytest.fixture
def lab(world, lab_board):
    with equipped(world, lab_board) as lab:
        yield lab


# -- attempts and the session


def test_an_attempt_and_its_session(lab):
    lab.run(_SERVER + _CONNECT)
    last = lab.until_end(1)
    assert (last["name"], last["result"], last["timeout"]) == ("SERVER_CONNECTED", 5, 30)
    assert [name for name, _ in last["stages"]][-2:] == ["TLS", "SESSION"]
    assert all(note["number"] == 1 and note["timeout"] == 30 for note in lab.of("attempt"))
    assert lab.of("session") == ["eth0"]
    lab.run("server.disconnect()")
    lab.until(lambda: lab.of("session") == ["eth0", None], "no session")


def test_a_failure_has_its_cause(lab, world):
    world.ethernet.unplug()
    lab.run(_SERVER + "server.connectwith(CABLE, end, 1)\nuntil(lambda: results)")
    last = lab.until_end(1)
    assert (last["name"], last["cause"]) == ("NO_LINK", "timeout") and lab.of("session") == []


def test_an_attempt_is_told_from_its_start(lab, lab_board, world):
    modem = world.fit_modem(lab_board)
    modem.mute()
    lab.run(_SERVER + "server.connectwith(MODEM, end, 8)\n")
    first = lab.until_note("attempt")
    assert (first["interface"], first["number"], first["timeout"]) == ("cell0", 1, 8)
    assert [name for name, _ in first["stages"]] == ["HARDWARE"] and "name" not in first
    last = lab.until_end(1)
    assert last["name"] == "NO_MODEM" and isinstance(last["at"], list)
    world.remove_modem(modem)


def test_an_attempt_that_a_call_ends_is_told(lab, world):
    world.wifi["home"].association_ms(60_000)
    lab.run(_SERVER + "server.connectwith(HOME, end, 60)\n")
    lab.until_note("attempt")
    lab.run("server.disconnect()\n")
    stopped = lab.until_note("attempt", lambda note: note.get("stopped"))
    assert (stopped["number"], stopped["result"]) == (1, None)
    lab.run(_CONNECT)
    assert lab.until_end(2)["interface"] == "eth0"


def test_the_session_is_followed_to_another_link(lab, world):
    lab.run(
        _SERVER + "imp.setwificonfiguration(SSID, KEY)\n"
        "imp.uplink.keep(order=['ethernet', 'wifi'], failback=1)\nuntil(server.isconnected)"
    )
    lab.until(lambda: lab.of("session") == ["eth0"], "a session")
    world.ethernet.unplug()
    lab.until_note("session", lambda interface: interface == "wl0")
    world.ethernet.plug()
    lab.until(lambda: lab.of("session")[-1] == "eth0", "back over the cable")
    assert None not in lab.of("session")[lab.of("session").index("wl0") :]  # make before break


def test_a_wrong_key_is_told_while_it_is_tried_again(lab):
    lab.run(_SERVER + "HOME['wificonfig']['key'] = 'not-the-key'\n"
            "server.connectwith(HOME, end, 30)")  # fmt: skip
    lab.until_note("attempt", lambda note: "wrong key" in note.get("cause", ""))
    assert "name" not in lab.of("attempt")[-1]
    assert "wrong key" in lab.until_end(1)["cause"]


# -- boots


def test_each_boot_is_told(lab, lab_board):
    (device,) = [note["device"] for note in lab.notes if "boot" in note]
    for restart in ("\x04", "machine.reset()\r", "machine.deepsleep(100)\r"):
        since = len(lab.notes)
        lab.run("import machine")
        lab.text = ""
        lab.type(restart.encode())
        lab.until_note("boot", since=since)
        lab.until_prompt()
        lab.until_note("gaps", since=since)
    assert {note["device"] for note in lab.notes if "boot" in note} == {device}
    assert device == lab.run("print(__import__('machine').unique_id().hex())")
    lab.run(_SERVER + _CONNECT)
    assert lab.until_end(1)["name"] == "SERVER_CONNECTED"


def test_light_sleep_changes_nothing(lab):
    lab.run(_SERVER + "machine.lightsleep(300)\n" + _CONNECT)
    assert lab.until_end(1)["name"] == "SERVER_CONNECTED"
    since = len(lab.notes)
    assert lab.until_note("gaps", since=since) and len(lab.of("boot")) == 1


def test_from_memory(world, lab_board):
    with equipped(world, lab_board, "\n".join(start_notes())) as lab:
        assert lab.run("print([name for name in dir() if 'look' in name])") == "[]"
        lab.run(_SERVER + _CONNECT)
        assert lab.until_end(1)["name"] == "SERVER_CONNECTED"
        assert lab.until_note("gaps")
        lab.run("import lab_notes\nlab_notes.pauses(False)")
        lab.until_note("gaps", lambda gaps: gaps is None)


# -- the user's code


def test_the_user_s_callback_for_transitions_stays_the_user_s(lab):
    shown = lab.run(
        _SERVER + "stages = []\n"
        "imp.diag.ontransition(lambda stage, ms: stages.append(stage))\n"
        "try: imp.diag.ontransition(3)\n"
        "except TypeError as error: print(error)\n" + _CONNECT + "print(stages)"
    )
    last = lab.until_end(1)
    assert shown.splitlines() == ["callback: not callable", str([n for n, _ in last["stages"]])]
    shown = lab.run("imp.diag.ontransition(None)\nstages.clear(); results.clear()\n"
                    + _CONNECT + "print(stages)")  # fmt: skip
    assert lab.until_end(2) and shown == "[]"


def test_an_exception_of_the_user_s_callback_is_printed(lab):
    shown = lab.run(_SERVER + "imp.diag.ontransition(lambda stage, ms: 1 / 0)\n" + _CONNECT)
    stages = lab.until_end(1)["stages"]
    assert shown.count("ZeroDivisionError: divide by zero") == len(stages)
    assert shown.count("Traceback") == len(stages)


_PIECES = """
for number in range(3000):
    print("n", number, sep="=", end=";")
print()
"""


def test_a_line_of_the_user_s_is_not_broken(lab):
    shown = lab.run(_SERVER + "server.connectwith(CABLE, end, 30)\n" + _PIECES)
    assert lab.until_end(1)["name"] == "SERVER_CONNECTED"
    assert shown == "".join(f"n={number};" for number in range(3000))


def test_control_characters_of_the_user_s_hide_no_note(lab):
    for mark in ("\x1e", "\x1f", "\x1f\x1e", "\x1e{"):
        since = len(lab.notes)
        assert lab.run(f"print({mark!r})") == mark
        assert lab.until_note("gaps", since=since)


_NO_MEMORY = """
import time
def without_memory(ms):
    chain, size = None, 65536
    while size:
        try: chain = (chain, bytearray(size)) if size > 8 else (chain,)
        except MemoryError: size //= 2
    start = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < ms: pass
"""


def test_without_memory_nothing_is_said_and_all_goes_on(lab):
    shown = lab.run(
        _SERVER + _NO_MEMORY + "server.connectwith(CABLE, end, 30)\nwithout_memory(2000)"
    )
    assert "lab_notes" not in shown  # the firmware's own sentences may be there
    since = len(lab.notes)
    lab.run("server.disconnect(); results.clear()\n" + _CONNECT + "time.sleep(2)")
    assert lab.until_note("attempt", lambda note: note.get("name"), since)
    assert lab.until_note("gaps", since=since)


# -- pauses


_PAUSE = """
import time, _connectwith
def pause(ms):
    with _connectwith.SchedulerLock():
        time.sleep_ms(ms)
"""


def test_a_pause_is_measured(lab):
    lab.until_note("gaps")
    lab.run(_PAUSE + "pause(120)\ntime.sleep(1)")
    gaps = lab.until_note("gaps", lambda gaps: max(gaps) >= 120_000)
    assert len(gaps) == 5 and min(gaps) >= 0
    assert {note["each_ms"] for note in lab.notes if "gaps" in note} == {50}


def test_the_ticks_need_no_memory(lab):
    lab.until_note("gaps")
    lab.run(_NO_MEMORY)
    since = len(lab.notes)
    lab.start("without_memory(1500)\nprint('end')")
    assert lab.until_note("gaps", since=since) and "end" not in lab.text
    lab.until(lambda: lab.text.endswith("end\r\n>>> "), "the end without an error")


def test_pauses_can_be_switched_off_and_on(lab):
    lab.until_note("gaps")
    lab.run("import lab_notes, time\nlab_notes.pauses(False)")
    lab.until_note("gaps", lambda gaps: gaps is None)
    since = len(lab.notes)
    lab.run("time.sleep(1)")
    assert lab.of("gaps", since) == []
    lab.run("lab_notes.pauses(True)\nlab_notes.pauses(True)")
    assert lab.until_note("gaps", since=since)


_TIMER = """
import machine, time
ticks = []
timer = machine.Timer(3, period=20, callback=lambda timer: ticks.append(1))
"""


def test_a_timer_of_the_user_s_wins(lab):
    lab.until_note("gaps")
    lab.run(_TIMER)
    lab.until_note("gaps", lambda gaps: gaps is None)
    since = len(lab.notes)
    lab.run("before = len(ticks)\nwhile len(ticks) < before + 20: time.sleep_ms(5)")
    lab.run("import lab_notes\nlab_notes.pauses(True)")
    assert lab.of("gaps", since) == [None]
    lab.run("before = len(ticks)\nwhile len(ticks) < before + 20: time.sleep_ms(5)")


def test_ticks_that_have_ended_begin_again(lab):
    lab.until_note("gaps")
    lab.run("import machine, time\nmachine.Timer(3).deinit()\ntime.sleep(1)")
    since = len(lab.notes)
    assert lab.until_note("gaps", since=since)
    assert None not in lab.of("gaps")


def test_the_scheduler_s_queue_has_room_for_the_user_s_code(lab):
    lab.until_note("gaps")
    shown = lab.run(
        _PAUSE + "import micropython\nran = []\n"
        "with _connectwith.SchedulerLock():\n"
        "    time.sleep_ms(100)\n"
        "    for number in range(7): micropython.schedule(ran.append, number)\n"
        "time.sleep_ms(100)\nprint(ran)"
    )
    assert shown == "[0, 1, 2, 3, 4, 5, 6]"
