# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""netsim against hostile boards, wrong commands and a vanished owner; built with sanitizers."""

import os
import random
import signal
import socket
import struct
import subprocess
import time

import pytest
from fake_board import SYN, FakeBoard


@pytest.fixture
def netsim(sanitized, tmp_path):
    """A netsim of its own, whose end must be clean."""
    from bench.guard import Guard
    from bench.netsim_process import Netsim

    folder = tmp_path / "world"
    folder.mkdir()
    guard = Guard(folder)
    try:
        netsim = Netsim(folder, guard, sanitized)
        netsim.command("wifi home key=secret assoc-ms=0")
        netsim.command("set ethernet link-ms=0")
        yield netsim
        code = netsim.close()
        assert code == 0, netsim.log
        assert "ERROR" not in netsim.log and "runtime error" not in netsim.log
    finally:
        guard.close()


def alive(netsim):
    with FakeBoard(netsim.path, mac="240ac40000ff") as board:
        return board.join("home", "secret")[:1] == b"U" and board.dhcp() is not None


@pytest.mark.parametrize(
    "hello",
    [b"H", b"Hwifi", b"Hwifi 240ac400000", b"Hwifi 240ac400000x", b"Hwifi 240ac40000011",
     b"Hlora 240ac4000001", b"Jhome\0secret", b"\0", b"H" + b"x" * 5000],
)  # fmt: skip
def test_wrong_greeting_closes_the_connection(netsim, hello):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as raw:
        raw.connect(str(netsim.path))
        raw.settimeout(5)
        raw.send(hello)
        if len(hello) < 2048:
            assert raw.recv(10) == b""
    assert alive(netsim)


def test_random_messages(netsim):
    generator = random.Random(2)
    for kind in ("wifi", "eth", "gpio"):
        with FakeBoard(netsim.path, kind) as board:
            for _ in range(500):
                letter = generator.choice("FJLSQPGHUDA\0\xff")
                board.send(letter, generator.randbytes(generator.choice((0, 1, 5, 40, 1514))))
                while board.receive(0.001) and generator.random() < 0.5:
                    pass
    assert alive(netsim)


def test_mutated_frames(netsim):
    """Frames that look right but for some bytes, and frames cut short."""
    generator = random.Random(3)
    with FakeBoard(netsim.path) as board:
        board.join("home", "secret")
        board.dhcp()
        frames = []
        board.send, send = lambda _, frame=b"": frames.append(frame), board.send
        board.arp("10.0.2.2", 0)
        board.udp("10.0.2.2", 67, bytes(300), 68)
        board.udp("10.0.2.2", 69, b"\0\1file\0octet\0", 1000)
        board.udp("10.0.2.3", 53, b"query", 1001)
        board.tcp("10.0.2.2", 9, 1002, 1, 1, SYN)
        board.send = send
        for _ in range(3000):
            frame = bytearray(generator.choice(frames))
            for _ in range(generator.randrange(4)):
                # Mostly in the headers, and not in the destination, which would be swallowed.
                at = min(int(generator.expovariate(1 / 20)) + 14, len(frame) - 1)
                frame[at] = generator.randrange(256)
            if generator.random() < 0.2:
                del frame[generator.randrange(14, len(frame)) :]
            if len(frame) >= 34 and frame[12:14] == b"\x08\0" and generator.random() < 0.9:
                fix_checksum(frame)
            board.send("F", bytes(frame))
            while board.receive(0.0001):
                pass
    assert alive(netsim)


def fix_checksum(frame):
    from fake_board import checksum

    size = frame[14] % 16 * 4
    if len(frame) >= 14 + size and size >= 20:
        frame[24:26] = b"\0\0"
        frame[24:26] = struct.pack(">H", checksum(bytes(frame[14 : 14 + size])))


def test_board_that_never_reads(netsim):
    """It loses frames, then its connection; the others do not notice."""
    with FakeBoard(netsim.path) as deaf:
        deaf.join("home", "secret")
        begin = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - begin < 20:
                deaf.send("S")
                deaf.send("J", b"home\0wrong")
                deaf.send("L")
        assert time.monotonic() - begin < 20, "still connected"
        assert alive(netsim)


def test_more_interfaces_than_there_is_room_for(netsim):
    boards = [FakeBoard(netsim.path) for _ in range(256)]
    extra = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    extra.connect(str(netsim.path))
    extra.settimeout(5)
    assert extra.recv(10) == b""
    extra.close()
    for board in boards:
        board.close()
    netsim.wait_event("gone 256")
    assert alive(netsim)


@pytest.mark.parametrize(
    "line",
    ["", "what", "set", "set nowhere drop=0", "set home drop", "set home drop=2",
     "set home drop=x", "set home drop=nan", "set home delay-ms=-1", "set home chip=off",
     "set ethernet power=off", "set home ssid=%zz", "set home ssid=%00",
     "set home ssid=" + "x" * 33, "set home key=" + "x" * 65, "wifi", "wifi home",
     "wifi " + "x" * 32, "kick home", "kick home 0", "kick ethernet 8", "redirect dns=65536",
     "redirect dns=", "redirect x", "sim x=1", "gpio 240ac4000001 1 1", "show nowhere",
     "show home cafe", "x" * 3000,
     "set home " + "drop=0 " * 120],
    ids=lambda line: line[:24],
)  # fmt: skip
def test_wrong_commands_are_answered(netsim, line):
    from bench import BenchError

    with pytest.raises(BenchError, match="netsim: "):
        netsim.command(line)
    assert netsim.command("show home").startswith("name=home number=2 ")


def test_a_late_answer_is_not_that_of_the_next_command(netsim, monkeypatch):
    from bench import BenchError

    os.kill(netsim.pid, signal.SIGSTOP)
    try:
        with monkeypatch.context() as short:
            short.setattr("bench.netsim_process._ANSWER_TIMEOUT_S", 0.02)
            for line in ("wifi late", "nonsense"):
                with pytest.raises(BenchError, match="no answer within 0.02 s"):
                    netsim.command(line)
    finally:
        os.kill(netsim.pid, signal.SIGCONT)
    assert netsim.command("show home").startswith("name=home ")
    assert netsim.command("show late").startswith("name=late "), "it was carried out"


def test_gpio_both_ways(netsim):
    with FakeBoard(netsim.path, "gpio") as board:
        board.send("G", b"12 1")
        netsim.wait_event("gpio 240ac4000001 12 1")
        netsim.command("gpio 240ac4000001 5 0")
        assert board.expect("I") == b"I5 0"


def test_the_events_of_a_busy_pin_are_bounded(netsim):
    netsim.events.most = 100
    with FakeBoard(netsim.path, "gpio") as board:
        for n in range(1000):
            board.send("G", f"12 {n % 2}".encode())
        board.send("G", b"13 1")
        netsim.wait_event("gpio * 13 1")
    assert 50 <= len(netsim.events) <= 100


def test_ends_with_its_standard_input(sanitized, tmp_path):
    path = tmp_path / "net"
    process = subprocess.Popen(
        [sanitized, "--socket", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == f"ready {path}\n".encode()
    with FakeBoard(path) as board:
        process.stdin.close()
        assert process.wait(60) == 0
        assert board.receive(10) == b"", "like power loss of everything"
    process.stdout.close()
    assert not path.exists()


def test_socket_that_cannot_be(sanitized, tmp_path):
    for path in (tmp_path / "no" / "folder", tmp_path / ("x" * 200)):
        done = subprocess.run(
            [sanitized, "--socket", path], input=b"", capture_output=True, timeout=60
        )
        assert done.returncode == 1 and str(path).encode() in done.stderr


def test_options(sanitized):
    done = subprocess.run([sanitized, "--help"], capture_output=True, timeout=60)
    assert done.returncode == 0 and b"cut-after" in done.stdout
    done = subprocess.run([sanitized, "--sock"], capture_output=True, timeout=60)
    assert done.returncode == 2 and b"usage" in done.stderr
