# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`agent.send(..., keep=True)`: stored offline, delivered in order, over resets and losses."""

import json
import re
import time

import pytest
import pytest_moving
from heard import heard

SERVER_CONNECTED = 5
WOULDBLOCK = 4

_IMPORT = """
import agent, os
def keep(*values):
    return [agent.send("reading", value, keep=True) for value in values]
def files():
    return sorted(os.listdir("/outbox"))
def empty():
    return until(lambda: imp.uplink.outbox()["count"] == 0 and not files())
"""


@pytest.fixture
def kept(device):
    """The board, with what these tests call on it."""
    device.repl.run(_IMPORT)
    return device


def _reboot(kept):
    kept.reboot()
    kept.repl.run(_IMPORT)


def _messages(world, count, since=0):
    """The kept messages that the broker has got, once it has so many different ones."""
    deadline = time.monotonic() + 30
    while True:
        found = [
            json.loads(payload)
            for topic, payload, _ in world.broker.messages[since:]
            if topic.endswith("/agent/reading")
        ]
        if len({message["n"] for message in found}) >= count:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def _data(messages):
    return [message["data"] for message in messages]


def test_offline_it_is_stored_and_the_next_connection_delivers_it(kept, world):
    assert kept.repl.value("keep(1, {'a': [2.5, None]}, 'drei')") == [0, 0, 0]
    state = kept.repl.value("imp.uplink.outbox()")
    assert state["count"] == 3 and state["bytes"] > 0 and state["dropped"] == 0
    assert kept.repl.value("server.isconnected()") is False
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    messages = _messages(world, 3)
    assert _data(messages) == [1, {"a": [2.5, None]}, "drei"]
    assert [message["n"] for message in messages] == [1, 2, 3]
    assert len({message["outbox"] for message in messages}) == 1
    assert kept.repl.value("empty()", timeout=20) is True


def test_connected_it_is_sent_at_once_and_beside_other_messages(kept, world):
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    kept.repl.run("for i in range(20):\n    keep(i)\n    agent.send('other', i)")
    messages = _messages(world, 20)
    assert _data(messages) == list(range(20))
    assert kept.repl.value("(server.flush(20), empty())", timeout=40) == (True, True)


def test_flush_waits_for_kept_messages_too(kept, world):
    kept.repl.run("keep(*range(30))")
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    assert kept.repl.value("server.flush(20)", timeout=30) is True
    assert _data(_messages(world, 30)) == list(range(30))
    assert kept.repl.value("empty()", timeout=20) is True


@pytest.mark.parametrize("policy", ["SUSPEND_ON_ERROR", "RETURN_ON_ERROR_NO_DISCONNECT"])
def test_no_policy_makes_it_connect_or_wait(kept, policy):
    kept.repl.run(f"server.setsendtimeoutpolicy(server.{policy}, server.WAIT_FOR_ACK, 30)")
    assert kept.repl.value("keep(1)") == [0]
    assert kept.repl.value("(server.isconnected(), imp.diag.lastattempt())") == (False, None)


def test_after_a_reset_it_starts_by_itself(kept, world):
    kept.repl.run("keep(*range(40))")
    kept.reboot()  # and nothing imports agent
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    assert _data(_messages(world, 40)) == list(range(40))
    kept.repl.run(_IMPORT)
    assert kept.repl.value("empty()", timeout=20) is True


@pytest.mark.parametrize("end", ["import machine; machine.reset()", "imp.deepsleepfor(0.05)"])
def test_resets_keep_it(kept, world, end):
    kept.repl.send(f"keep('before')\n{end}\n")
    kept.repl.reenter()
    kept.repl.run("import server\nserver.setsendtimeoutpolicy(1, 0, 5)")
    kept.prepare()
    kept.repl.run(_IMPORT)
    assert kept.repl.value("keep('after')") == [0]
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    messages = _messages(world, 2)
    assert _data(messages) == ["before", "after"]
    assert [message["n"] for message in messages] == [1, 2]


def test_a_soft_reset_in_a_session_sends_the_rest_again_with_the_same_ids(kept, world):
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    world.broker.stall()
    kept.repl.run("keep(*['x' * 150 + str(i) for i in range(8)])\nsettle(500)")
    kept.repl.soft_reset()
    world.broker.resume()
    kept.prepare()
    kept.repl.run(_IMPORT)
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    assert kept.repl.value("empty()", timeout=30) is True
    messages = _messages(world, 8)
    by_number = {message["n"]: message["data"] for message in messages}
    assert [by_number[n][150:] for n in range(1, 9)] == [str(i) for i in range(8)]
    for message in messages:
        assert by_number[message["n"]] == message["data"]
    assert len({message["outbox"] for message in messages}) == 1


def test_a_lost_connection_repeats_what_was_not_acknowledged(kept, world):
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    world.ethernet.unplug()
    kept.repl.run("keep(*range(10))")
    assert kept.repl.value("until(lambda: not server.isconnected())", timeout=30) is True
    world.ethernet.plug()
    assert kept.repl.value("until(server.isconnected, 40000)", timeout=50) is True
    assert kept.repl.value("empty()", timeout=30) is True
    numbers = [message["n"] for message in _messages(world, 10)]
    assert sorted(set(numbers)) == list(range(1, 11))


@pytest.mark.parametrize("after", ["wl0", "eth0"])
def test_a_move_to_another_link_loses_nothing_and_keeps_the_order(kept, world, after):
    kept.repl.run(pytest_moving._KEEPER)
    before = {"wl0": "eth0", "eth0": "wl0"}[after]
    assert kept.connect(kept.nic(before)) == SERVER_CONNECTED
    kept.repl.run("keeping.keep(control, keeper)\ncount = 0")
    kept.repl.run(
        f"move({kept.nic(after)!r})\n"
        "def talk():\n"
        "    global count\n"
        "    keep(count); count += 1\n"
        "    return told\n"
        "until(talk)",
        timeout=40,
    )
    assert kept.repl.value("told")[0][0] == "connected"
    count = kept.repl.value("count")
    assert kept.repl.value("empty()", timeout=30) is True
    numbers = {message["n"]: message["data"] for message in _messages(world, count)}
    assert [numbers[n] for n in range(1, count + 1)] == list(range(count))
    first = list(dict.fromkeys(message["n"] for message in _messages(world, count)))
    assert first == sorted(first)


def test_a_full_outbox_refuses_or_drops_and_says_so(kept, world):
    kept.repl.run("told = []\nimp.uplink.setoutbox(1024, callback=told.append)")
    assert kept.repl.value("keep(*['x' * 200] * 6)") == [0] * 4 + [WOULDBLOCK] * 2
    kept.repl.run("imp.uplink.setoutbox(1024, dropoldest=True, callback=told.append)")
    assert kept.repl.value("keep('y' * 200, 'z' * 200)") == [0, 0]
    assert kept.repl.value("(until(lambda: sum(told) == 2), imp.uplink.outbox()['dropped'])") == (
        True,
        2,
    )
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    assert [message["n"] for message in _messages(world, 4)] == [3, 4, 5, 6]


def test_clearing(kept, world):
    kept.repl.run("keep(1, 2, 3)")
    assert kept.repl.value("(imp.uplink.clearoutbox(), files())") == (3, [])
    kept.repl.run("keep(4)")
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    assert _data(_messages(world, 1)) == [4]


def test_bad_arguments_change_nothing(kept):
    for call in (
        "agent.send('', 1, keep=True)",
        "agent.send('a', b'1', keep=True)",
        "agent.send('a', 'x' * 8191, keep=True)",
        "imp.uplink.setoutbox(1023)",
        "imp.uplink.setoutbox('1')",
        "imp.uplink.setoutbox(age=0)",
        "imp.uplink.setoutbox(age=1.5)",
        "imp.uplink.setoutbox(dropoldest=1)",
        "imp.uplink.setoutbox(callback=5)",
    ):
        out = kept.repl.run(
            f"try:\n    print({call})\nexcept (TypeError, ValueError) as e: print('refused')"
        )
        assert out.strip() == "refused", call
    assert kept.repl.value("imp.uplink.outbox()['count']") == 0
    assert kept.repl.value("imp.uplink.outbox()['size']") == 65536


@pytest.mark.virtual("it fills the file system")
def test_a_full_file_system_loses_nothing_that_was_accepted(kept, world):
    kept.repl.run(
        "def fill(step=65536):\n"
        "    with open('/big', 'wb') as f:\n"
        "        while step:\n"
        "            try: f.write(bytes(step)); f.flush()\n"
        "            except OSError: step = step // 8 if step > 512 else 0\n"
        "accepted = []\n"
        "def try_keep(limit):\n"
        "    for i in range(len(accepted), len(accepted) + limit):\n"
        "        try: agent.send('reading', [i, 'x' * 300], keep=True); accepted.append(i)\n"
        "        except OSError as error: return error.errno, error.args[1]\n"
    )
    kept.repl.run("try_keep(3)\nfill()", timeout=60)
    errno, text = kept.repl.value("try_keep(200)", timeout=60)
    assert errno == 28 and re.search("outbox: .*full", text)
    kept.repl.run("os.remove('/big')\ntry_keep(3)", timeout=30)
    accepted = kept.repl.value("accepted")
    _reboot(kept)
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    assert [data[0] for data in _data(_messages(world, len(accepted)))] == accepted


@pytest.mark.virtual("it mounts the file system in another way")
def test_a_read_only_file_system_and_none(kept, world):
    kept.repl.run(
        "import vfs\n"
        "from flashbdev import bdev\n"
        "class ReadOnly:\n"
        "    def readblocks(self, *a): return bdev.readblocks(*a)\n"
        "    def writeblocks(self, *a): return -30\n"
        "    def ioctl(self, op, a): return -30 if op == 6 else bdev.ioctl(op, a)\n"
        "def error(*values):\n"
        "    try: keep(*values)\n"
        "    except OSError as error: return error.args[1]\n"
        "keep('before')\n"
        "vfs.umount('/')\n"
    )
    assert "no file system" in kept.repl.value("error(1)")
    kept.repl.run("vfs.mount(vfs.VfsLfs2(ReadOnly()), '/')")
    assert "read-only" in kept.repl.value("error(2)")
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED  # it is sent, and stays in flash
    assert _data(_messages(world, 1)) == ["before"]
    kept.repl.run("settle(500)")
    _reboot(kept)
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    assert kept.repl.value("empty()", timeout=20) is True
    heard(world)
    messages = _messages(world, 1)
    assert len(messages) >= 2 and messages == messages[:1] * len(messages)  # the same ID


@pytest.mark.parametrize("name", ["/outbox", "/outbox/00000001", "/outbox/mine"])
def test_files_of_others_are_no_obstacle_to_a_connection(kept, world, name):
    folder = "os.mkdir('/outbox')\n" if name != "/outbox" else ""
    kept.repl.run(f"{folder}with open({name!r}, 'wb') as f: f.write(b'garbage' * 50)")
    kept.reboot()
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    kept.repl.run(_IMPORT)
    if name == "/outbox":
        kept.repl.run("try:\n    keep(1)\nexcept OSError as error: print(error)")
    else:
        assert kept.repl.value("keep(1)") == [0]
        assert _data(_messages(world, 1)) == [1]
    assert kept.repl.value("server.isconnected()") is True


def test_who_never_uses_it_pays_nothing(kept):
    kept.repl.run("import sys")
    assert kept.connect(kept.ethernet()) == SERVER_CONNECTED
    assert kept.repl.value("[m for m in sys.modules if 'outbox' in m or 'kept' in m]") == []
