# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The modem as a process: its serial line, its pins, its data calls."""

import os
import signal
import time

import pytest
from conftest import wait_until
from fake_board import FakeBoard
from fake_line import Line
from fake_ppp import LCP, TERM_ACK, TERM_REQ, PppClient

MAC = "240ac4000077"


@pytest.fixture(scope="module")
def fitted(shared_world, tmp_path_factory):
    """One process for all tests: a line and its modem."""
    line = Line(tmp_path_factory.mktemp("board"))
    modem = shared_world.fit_modem(line)
    yield line, modem
    shared_world.remove_modem(modem)
    line.close()


@pytest.fixture
def line(fitted):
    line = fitted[0]
    line.set_rate(115200)
    line.pid = os.getpid()
    return line


@pytest.fixture
def modem(world, line, fitted):
    """As fitted: `world` has been restored, and the modem with it."""
    while line.read(0.01):
        pass
    return fitted[1]


@pytest.fixture
def pins(world, modem):
    """The board's pins."""
    with FakeBoard(world.net, "gpio", MAC) as pins:
        world.netsim.wait_event(f"client * gpio {MAC} *")
        yield pins


def listen(line, modem):
    """Until the modem has its end of the line."""
    modem.warm()
    line.is_heard()
    modem.commands.clear()


def test_a_command_and_its_reply(line, modem):
    listen(line, modem)
    assert line.at(b"AT+CSQ") == b"AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
    assert modem.commands[-1] == "AT+CSQ"


def test_the_power_key_and_status(world, line, modem, pins):
    assert pins.expect("I") == b"I34 0", "a new board is told the level"
    assert not modem.on
    pins.send("G", b"4 1")
    world.netsim.wait_event(f"gpio {MAC} 4 1")  # its length is measured from here
    time.sleep(0.2)
    pins.send("G", b"4 0")
    line.until(b"PB DONE")
    assert pins.expect("I") == b"I34 1"
    assert modem.on
    wait_until(lambda: modem.presses)
    assert 0.1 < modem.presses[0] < 2.4
    pins.send("G", b"5 1")  # another pin
    assert modem.state == "on"


def test_a_board_that_resets_lets_go_of_the_key(world, line, modem, pins):
    pins.send("G", b"4 1")
    world.netsim.wait_event(f"gpio {MAC} 4 1")
    pins.close()
    wait_until(lambda: modem.presses)
    with FakeBoard(world.net, "gpio", MAC) as again:
        assert again.expect("I")[:3] == b"I34"


def test_other_boards_keys_are_not_ours(world, line, modem):
    line.pid = 1  # now nothing in this process is this board
    with FakeBoard(world.net, "gpio", MAC) as pins:
        pins.send("G", b"4 1")
        world.netsim.wait_event(f"gpio {MAC} 4 1")
        pins.send("G", b"4 0")
        world.netsim.wait_event(f"gpio {MAC} 4 0")
    assert modem.presses == []


def test_another_rate(line, modem):
    listen(line, modem)
    line.set_rate(921600)
    line.write(b"AT\r")
    time.sleep(0.1)
    modem.urc("RDY")
    assert b"RDY" not in line.read(1)
    line.set_rate(115200)
    line.write(b"\r")
    time.sleep(0.1)
    while line.read(0.2):
        pass
    line.write(b"AT+IPR=921600\r")
    line.until(b"OK\r\n")
    assert modem.rate == 921600
    line.set_rate(921600)
    line.at(b"AT")
    assert modem.unknown == []


def test_a_fixed_rate(line, modem):
    modem.baud(9600)
    line.set_rate(9600)
    listen(line, modem)
    line.at(b"AT")


def test_the_board_goes_off_and_comes_back(line, modem):
    listen(line, modem)
    line.close()
    modem.urc("nobody hears this")
    line.open()
    listen(line, modem)
    line.at(b"AT")


def test_pieces(line, modem):
    listen(line, modem)
    modem.chunk(1)
    modem.raw(b"x" * 1000)
    pieces = []
    while sum(map(len, pieces)) < 1000:
        pieces.append(line.read(10))
        assert pieces[-1]
    assert len(pieces) > 10  # a slow machine may glue some
    assert line.at(b"AT") == b"AT\r\r\nOK\r\n"
    modem.chunk(None)
    line.at(b"AT")


def test_a_storm(line, modem):
    listen(line, modem)
    modem.storm(200)
    assert line.until(b"ACT 1\r\n").startswith(b"\r\n+CGEV: ME PDN ")
    while line.read(0.3):
        pass
    line.at(b"AT")


def test_a_line_that_nobody_reads(line, modem):
    listen(line, modem)
    for _ in range(20):
        modem.raw(b"x" * 10000)
    assert modem.on
    while line.read(0.3):
        pass
    line.at(b"AT")


def test_a_data_call(world, line, modem):
    listen(line, modem)
    modem.ppp("chap", "me", "secret")
    line.write(b"ATD*99#\r")
    line.until(b"CONNECT 115200\r\n")
    client = PppClient(line.read, line.write)
    assert client.open("me", "secret")
    assert (client.address, client.dns) == ("10.0.200.15", "10.0.200.3")
    assert modem.data
    wait_until(lambda: modem.cable.counters["clients"] == 1)
    client.send(LCP, TERM_REQ, b"")
    client.expect(LCP, TERM_ACK)
    line.until(b"+PPPD: DISCONNECTED\r\n", got=client.rest())
    assert not modem.data
    wait_until(lambda: modem.cable.counters["clients"] == 0)


@pytest.mark.parametrize("end", ["carrier_lost", "power_off", "reboot", "restore"])
def test_a_call_that_ends_takes_its_server_along(world, line, modem, end):
    listen(line, modem)
    line.write(b"ATD*99#\r")
    line.until(b"CONNECT")
    wait_until(lambda: modem.cable.counters["clients"] == 1)
    getattr(modem, end)()
    wait_until(lambda: modem.cable.counters["clients"] == 0)


def texts(modem, since):
    """The lines of the transcript from `since` on, without their times."""
    return [(line.sender, line.text) for line in modem.transcript(since)[0]]


def test_the_transcript(line, modem):
    listen(line, modem)
    begin, since = time.monotonic(), modem.transcript()[1]
    line.at(b'AT+CGAUTH=1,2,"swordfish","joe"')
    assert modem.on  # what the simulator has told before an answer has come before it
    assert texts(modem, since) == [("board", "AT+CGAUTH=***"), ("modem", "OK")]
    lines, following = modem.transcript(since)
    assert following == since + 2 and modem.transcript(following) == ([], following)
    assert begin < lines[0].at_s <= lines[1].at_s < time.monotonic()
    modem.storm(300)
    modem.storm(300)
    lines, after = modem.transcript(since)
    assert after == following + 600 and len(lines) == 500
    modem.restore()
    assert modem.transcript(since) == (lines, after)


def test_the_view(world, line, modem):
    assert modem.view() == ("off", False, "ready", "none", 99, None)
    listen(line, modem)
    modem.signal(7)
    assert modem.view() == ("on", False, "ready", "registered", 7, None)
    line.at(b'AT+CGDCONT=1,"IP","internet"')
    line.write(b"ATD*99#\r")
    line.until(b"CONNECT")
    wait_until(lambda: modem.view().data)
    assert modem.view().apn == "internet"
    assert modem.board_pid == os.getpid()
    wait_until(lambda: modem.mac in [link.mac for link in world.netsim.traffic().links.values()])


def test_a_stuck_simulator_holds_no_display_up(line, modem):
    listen(line, modem)
    view, kept = modem.view(), modem.transcript()
    os.kill(modem.pid, signal.SIGSTOP)
    try:
        assert modem.view() == view and modem.transcript() == kept
    finally:
        os.kill(modem.pid, signal.SIGCONT)
    assert modem.on


def test_the_end_of_the_process(world, tmp_path):
    line = Line(tmp_path)
    modem = world.fit_modem(line)
    listen(line, modem)
    line.write(b"ATD*99#\r")
    line.until(b"CONNECT")
    wait_until(lambda: modem.cable.counters["clients"] == 1)
    pid = modem.pid
    world.remove_modem(modem)
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"))
    wait_until(lambda: world.cellular.cable.counters["clients"] == 0)
    line.close()
    assert modem.view() == ("gone", False, "removed", "none", 99, None)
    assert ("mode", "data mode") in texts(modem, 0)


def test_a_process_that_was_killed_is_started_again_by_restore(world, line, modem, pins):
    assert pins.expect("I") == b"I34 0"
    listen(line, modem)
    assert pins.expect("I") == b"I34 1"
    modem.deny()
    count, killed = modem.transcript()[1], modem.pid
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: modem.view().state == "gone")
    world.restore()
    assert modem.pid != killed
    assert pins.expect("I") == b"I34 0"
    assert modem.view() == ("off", False, "ready", "none", 99, None)
    listen(line, modem)
    assert modem.view().registration == "registered"
    assert modem.transcript()[1] > count


def test_complaints_are_told(modem):
    from bench import BenchError

    with pytest.raises(BenchError, match="sim: one of"):
        modem.sim("lost")
    with pytest.raises(BenchError, match="ppp"):
        modem.ppp("eap")
    assert not modem.on
