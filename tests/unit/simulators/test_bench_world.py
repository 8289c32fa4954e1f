# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Worlds start and stop without leftovers, also after errors; unsuitable boards are refused."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, wait_until
from fake_board import FakeBoard


def pids_of(world):
    return [world.netsim.pid, world.broker.pid]


def ended(pid):
    """Whether the process has ended (or is a zombie whose parent has not looked yet)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_two_worlds_side_by_side():
    from bench import World

    with World() as one, World() as two:
        assert one.broker.port != two.broker.port
        for world in (one, two):
            with FakeBoard(world.net) as board:
                assert board.join("home-net", "correct-horse")[:1] == b"U"
                assert board.dhcp() == "10.0.2.15"
        one.wifi["home"].off()
        with FakeBoard(two.net) as board:
            assert board.join("home-net", "correct-horse")[:1] == b"U"
        one.broker.publish("only/one", "x")
        one.broker.wait_for("only/one")
        assert two.broker.messages == []


def test_nothing_is_left():
    from bench import World

    descriptors = len(os.listdir("/proc/self/fd"))
    with World() as world:
        pids, folder = pids_of(world), world.folder
        world.peer("mute-tcp")
        world.closed_port()
    assert all(map(ended, pids))
    assert not folder.exists()
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_nothing_is_left_after_an_exception():
    from bench import World

    with pytest.raises(ZeroDivisionError), World() as world:
        pids, folder = pids_of(world), world.folder
        world.broker.stall()
        raise ZeroDivisionError
    assert all(map(ended, pids))
    assert not folder.exists()


def test_nothing_is_left_when_a_part_does_not_start(monkeypatch, tmp_path):
    from bench import BenchError, World

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with pytest.raises(BenchError, match="brokers are"), World(engine="postbox"):
        pass
    assert list(tmp_path.glob("connectwith-*")) == []


def test_nothing_outlives_an_owner_that_is_killed():
    code = (
        "import sys, time\n"
        "from bench import World\n"
        "with World() as world:\n"
        "    world.broker.stall()\n"
        "    print(world.folder, world.netsim.pid, world.broker.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tools")},
    )
    folder, *pids = owner.stdout.readline().decode().split()
    owner.kill()
    owner.wait()
    owner.stdout.close()
    wait_until(lambda: all(ended(int(pid)) for pid in pids) and not Path(folder).exists())


def test_netsim_that_dies_is_reported(world):
    from bench import BenchError, World

    with World() as world:
        os.kill(world.netsim.pid, signal.SIGKILL)
        with pytest.raises(BenchError, match="netsim: has ended"):
            wait_until(lambda: world.wifi["home"].off())


def test_netsim_that_is_not_there(monkeypatch):
    from bench import BenchError, World

    monkeypatch.setenv("CONNECTWITH_NETSIM", "/no/netsim")
    with pytest.raises(BenchError, match="/no/netsim"), World():
        pass


def test_added_access_points_go_with_restore(world, station):
    world.add_wifi("extra", "extra-net", "extra-key")
    assert station.join("extra-net", "extra-key")[:1] == b"U"
    world.restore()
    assert station.expect("D") == b"D\xc8"
    assert "extra" not in world.wifi
    world.add_wifi("extra", "extra-net-2")
    assert station.join("extra-net-2")[:1] == b"U"


@pytest.mark.parametrize("name", ["home", "", "a b", "a=b", "ethernet"])
def test_names_of_access_points(world, name):
    from bench import BenchError

    with pytest.raises(BenchError):
        world.add_wifi(name, "ssid")


def program(folder, text):
    """A program that pretends to be a board."""
    path = folder / "virtual-board"
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("text", "limit_s", "message"),
    [
        ("import sys; sys.exit('no flash here')", 30,
         r"no console \(ended with code 1\)\nno flash"),
        ("import os; os.abort()", 30, "no console .ended by signal 6"),
        ("import time; time.sleep(60)", 1.0, "no console within 1.0 s .still running"),
        ("print('hello', flush=True)\nimport time; time.sleep(60)", 30, "no console but b'hello"),
    ],
)  # fmt: skip
def test_boards_that_do_not_start(world, tmp_path, text, limit_s, message):
    from bench import BenchError, Board

    board = Board(world, binary=program(tmp_path, text))
    with pytest.raises(BenchError, match=message):
        board.start(timeout=limit_s)
    assert not board.running


def test_board_without_a_repl(world, tmp_path):
    """It has a console that never answers."""
    from bench import BenchError, Board

    text = (
        "import os, sys, time\n"
        "folder = sys.argv[sys.argv.index('--dir') + 1]\n"
        "master, slave = os.openpty()\n"
        "os.symlink(os.ttyname(slave), folder + '/console')\n"
        "print('console', os.ttyname(slave), flush=True)\n"
        "time.sleep(60)\n"
    )
    board = Board(world, binary=program(tmp_path, text))
    begin = time.monotonic()
    with pytest.raises(BenchError, match="no REPL within 3.0 s"):
        board.start(timeout=3.0)
    assert time.monotonic() - begin < 9
    assert not board.running


def test_board_that_is_not_built(world, monkeypatch):
    from bench import BenchError, Board

    monkeypatch.setenv("CONNECTWITH_BOARD", "/no/virtual-board")
    with pytest.raises(BenchError, match="/no/virtual-board"):
        Board(world).start()
    with pytest.raises(BenchError, match="is off"):
        _ = Board(world).pid


def test_command_line(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools"), "TMPDIR": str(tmp_path)}
    bench = subprocess.Popen(
        [sys.executable, "-m", "bench"], stdout=subprocess.PIPE, env=environment, text=True
    )
    lines = []
    while not (lines and lines[-1].startswith("Ctrl-C")):
        lines.append(bench.stdout.readline())
        assert lines[-1], "it ended early"
    assert any("SSID home-net, key correct-horse" in line for line in lines)
    bench.send_signal(signal.SIGINT)
    assert bench.wait(60) == 0
    bench.stdout.close()
    assert list(tmp_path.iterdir()) == []
