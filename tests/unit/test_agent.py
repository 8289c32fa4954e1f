# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Agents without a broker: who gets which message, what is refused, what is kept."""

import errno
import json
import logging
import stat
from pathlib import Path

import pytest
from agent import messages
from agent.agents import DEVICES_MAX, STATUS_S, Agents
from agent.device import readable
from agent.state import STATE_MAX, States
from hypothesis import given
from hypothesis import strategies as st

from setup.problem import Problem

A, B = "240ac4bb3280", "240ac4bb3281"


class Link:
    """Records what is sent."""

    def __init__(self):
        self.up = True
        self.sent = []

    def send(self, topic, payload):
        self.sent.append((topic, payload))
        return self.up


class Bench:
    """Agents whose callbacks record, with a clock that is set by hand."""

    def __init__(self, folder, setup=None, only=(), watch=False):
        self.now = 0.0
        self.link = Link()
        self.states = States(folder)
        self.seen = []
        self.devices = {}
        self.servers = {}
        self._setup = setup
        self.agents = Agents(self._begin, self.states, self.link, only, watch, lambda: self.now)

    def _begin(self, device, server):
        name = device.info()["id"]
        self.devices[name], self.servers[name] = device, server
        device.onconnect(lambda: self.seen.append((name, "up")))
        device.ondisconnect(lambda: self.seen.append((name, "down")))
        device.on("reading", lambda data: self.seen.append((name, data)))
        if self._setup is not None:
            self._setup(device, server)

    def status(self, device, word, retained=False):
        self.agents.on_message(f"imp/{device}/status", json.dumps(word).encode(), retained)

    def tell(self, device, name, payload, retained=False):
        self.agents.on_message(f"imp/{device}/agent/{name}", payload, retained)

    def pass_time(self, seconds):
        self.now += seconds
        self.agents.tick()


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_each_device_has_its_own_agent_and_messages(bench):
    bench.tell(A, "reading", b"1")
    bench.tell(B, "reading", b'{"x":[2.5,null]}')
    bench.tell(A, "reading", b"3")
    assert bench.seen == [(A, 1), (B, {"x": [2.5, None]}), (A, 3)]
    assert bench.devices[A].send("a/b", "Grüße") is True
    assert bench.link.sent == [(f"imp/{A}/device/a/b", '"Grüße"'.encode())]


def test_a_later_registration_replaces_and_none_ends(bench, caplog):
    bench.status(A, "online")
    device = bench.devices[A]
    device.on("reading", lambda data: bench.seen.append(("later", data)))
    bench.tell(A, "reading", b"1")
    device.on("reading", None)
    device.on("reading", None)
    bench.tell(A, "reading", b"2")
    assert bench.seen == [(A, "up"), ("later", 1)]
    assert "message without a handler: reading" in caplog.text
    for wrong in (5, "text"):
        for method in (device.onconnect, device.ondisconnect, lambda c: device.on("x", c)):
            with pytest.raises(TypeError, match="callback"):
                method(wrong)


def test_connects_and_disconnects_are_told_once_each(bench):
    bench.status(A, "offline", retained=True)
    assert bench.seen == [] and not bench.devices[A].isconnected()
    bench.status(A, "online")
    assert bench.devices[A].info() == {"id": A, "isconnected": True}
    bench.status(A, "offline")
    bench.status(A, "offline")
    bench.status(B, "online", retained=True)
    assert bench.seen == [(A, "up"), (A, "down"), (B, "up")]
    # Without an "offline" in between: the device has begun a new session.
    bench.status(B, "online")
    assert bench.seen[3:] == [(B, "up")]
    bench.link.up = False
    assert not bench.devices[B].isconnected()


def test_callbacks_may_be_absent(bench):
    bench.status(A, "offline")
    bench.devices[A].onconnect(None)
    bench.devices[A].ondisconnect(None)
    bench.status(A, "online")
    bench.status(A, "offline")
    assert bench.seen == []


def test_after_a_loss_the_broker_says_who_is_there(bench):
    for device in (A, B, "ab"):
        bench.status(device, "online")
    bench.seen.clear()
    bench.agents.on_down()
    bench.pass_time(100)
    assert bench.seen == []
    bench.agents.on_up()
    bench.status(A, "online", retained=True)  # as before
    bench.status(B, "offline", retained=True)
    bench.pass_time(STATUS_S - 0.1)
    assert bench.seen == [(B, "down")]
    bench.pass_time(0.2)  # the third one's state is gone, so the broker has lost its memory
    bench.pass_time(100)
    assert bench.seen == [(B, "down"), ("ab", "down")]
    bench.status("ab", "online")
    assert bench.seen[2:] == [("ab", "up")]


def test_a_second_loss_while_the_first_is_sorted_out(bench):
    bench.status(A, "online")
    bench.agents.on_up()
    bench.agents.on_down()
    bench.pass_time(2 * STATUS_S)
    assert bench.seen == [(A, "up")]


@pytest.mark.parametrize("error", [ValueError("boom"), RecursionError(), KeyError("\x1b[2J")])
def test_an_exception_does_not_stop_the_others(tmp_path, caplog, error):
    def broken(data):
        raise error

    bench = Bench(tmp_path, lambda device, server: device.on("bad", broken))
    bench.tell(A, "bad", b"1")
    bench.tell(A, "reading", b"2")
    bench.tell(B, "reading", b"3")
    assert bench.seen == [(A, 2), (B, 3)]
    assert f"{A} the handler of bad has raised an exception" in caplog.text
    assert type(error).__name__ in caplog.text


def test_an_exception_in_the_set_up_is_this_devices_alone(tmp_path, caplog):
    def setup(device, server):
        if device.info()["id"] == A:
            raise OSError("no database")

    bench = Bench(tmp_path, setup)
    bench.tell(A, "reading", b"1")  # what it registered before counts
    bench.tell(B, "reading", b"2")
    assert bench.seen == [(A, 1), (B, 2)]
    assert "its set-up has raised" in caplog.text and "no database" in caplog.text


def test_exit_of_a_users_callback_ends_the_program(tmp_path):
    def leave(data):
        raise SystemExit(3)

    bench = Bench(tmp_path, lambda device, server: device.on("leave", leave))
    with pytest.raises(SystemExit):
        bench.tell(A, "leave", b"1")


def test_slow_callbacks_are_reported(bench, caplog):
    bench.status(A, "online")
    bench.devices[A].on("slow", lambda data: setattr(bench, "now", bench.now + data))
    bench.tell(A, "slow", b"4.9")
    assert "no other device" not in caplog.text
    bench.tell(A, "slow", b"7")
    assert "the handler of slow took 7 s, in which no other device was served" in caplog.text


BAD_PAYLOADS = [
    b"", b"{", b"[1 2]", b"NaN", b"[-Infinity]", b"\xff\xfe1\x00", b'"\xc3"', b"[" * 100_000,
    b"9" * 5000, b'"' + b"z" * messages.FROM_DEVICE_MAX + b'"', b"1 2", b"\x00",
]  # fmt: skip


@pytest.mark.parametrize("payload", BAD_PAYLOADS, ids=lambda p: ascii(p[:12]))
def test_what_is_not_json_is_dropped(bench, caplog, payload):
    bench.tell(A, "reading", payload)
    bench.agents.on_message(f"imp/{A}/status", payload, False)
    bench.tell(A, "reading", b'"good"')
    assert bench.seen == [(A, "good")]
    assert "dropped, because it is" in caplog.text and len(caplog.text) < 1000


BAD_TOPICS = [
    "", "imp", "imp//status", f"imp/{A}", f"imp/{A}/agent/", f"imp/{A}/agent", f"imp/{A}/device/x",
    "imp/../status", "imp/..%2f/status", "imp/.lock/status", f"imp/{A.upper()}/status",
    "imp/" + "a" * 33 + "/status", f"imp/{A}/statuses", f"imp/{A}/status/", f"xmp/{A}/status",
    f"imp/{A}\n/status", f"imp/{A}/agent/" + "x" * 65, f"imp/{A}/agent/a\x1b[2J",
]  # fmt: skip


@pytest.mark.parametrize("topic", BAD_TOPICS, ids=ascii)
def test_topics_that_no_device_has(bench, caplog, topic):
    bench.agents.on_message(topic, b'"online"', False)
    bench.agents.on_message(topic, b'"online"', False)
    assert bench.devices == {}
    assert len(caplog.records) == 1 and "\x1b" not in caplog.text


@given(st.text(max_size=100), st.binary(max_size=200), st.booleans())
def test_nothing_that_comes_raises(topic, payload, retained):
    bench = Bench(None)
    logging.disable()
    try:
        for each in (topic, f"imp/{A}/{topic}", f"imp/{A}/agent/{topic}"):
            bench.agents.on_message(each, payload, retained)
    finally:
        logging.disable(logging.NOTSET)
    assert set(bench.devices) <= {A}


def test_retained_messages_are_no_messages(bench, caplog):
    bench.tell(A, "reading", b"1", retained=True)
    assert bench.seen == [] and "retained" in caplog.text


def test_a_flood_gives_one_line_a_second_for_each_device(bench, caplog):
    for _ in range(100):
        bench.tell(A, "nobody", b"1")
    bench.tell(B, "nobody", b"1")
    assert len(caplog.records) == 2
    bench.pass_time(1.5)
    bench.tell(A, "nobody", b"1")
    assert "(99 more were not shown)" in caplog.text


def test_devices_have_a_limit(bench, caplog):
    for number in range(DEVICES_MAX + 3):
        bench.status(f"{number:012x}", "offline")
    assert len(bench.devices) == DEVICES_MAX
    assert len([r for r in caplog.records if "devices" in r.getMessage()]) == 1
    bench.tell(f"{0:012x}", "reading", b"1")
    assert bench.seen == [(f"{0:012x}", 1)]


def test_subscriptions(tmp_path):
    assert Bench(tmp_path).agents.subscriptions() == ["imp/+/status", "imp/+/agent/#"]
    topics = Bench(tmp_path, only=(A, B), watch=True).agents.subscriptions()
    assert topics[:4] == [f"imp/{d}/{k}" for k in ("status", "agent/#") for d in (A, B)]
    assert topics[4:] == [f"imp/{d}/{k}" for k in ("log", "error") for d in (A, B)]


def test_device_logs_reach_no_terminal_as_they_are(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    bench = Bench(tmp_path, watch=True)
    bench.agents.on_message(f"imp/{A}/log", b'"a\\u001b[2Jb\\u202e\\ud800 \xc3\xa9"', False)
    assert "a\\x1b[2Jb\\u202e\\ud800 é" in caplog.text
    assert readable({"a": "\n"}) == "{'a': '\\n'}"
    bench.servers[A].log("x\ny")
    bench.servers[A].error(None)
    assert f"{A} agent: x\\ny" in caplog.text and caplog.records[-1].levelname == "ERROR"


@pytest.mark.parametrize(
    "data",
    [b"x", object(), {1: 2}, float("nan"), [float("inf")], {"a": {1}}, "\ud800", {"\udfff": 1}],
    ids=lambda data: ascii(data)[:8],
)
def test_what_json_does_not_have_is_refused(bench, data):
    bench.status(A, "online")
    with pytest.raises((TypeError, ValueError), match="data"):
        bench.devices[A].send("x", data)
    endless = []
    endless.append(endless)
    with pytest.raises(ValueError, match="nested"):
        bench.devices[A].send("x", endless)
    assert bench.link.sent == []


@pytest.mark.parametrize("name", ["", "a#", "+", "a\0b", "é" * 33, "\ud800", "\ufffe", None, 5])
def test_names_that_no_topic_has_are_refused(bench, name):
    bench.status(A, "online")
    for call in (lambda: bench.devices[A].send(name, 1), lambda: bench.devices[A].on(name, print)):
        with pytest.raises((TypeError, ValueError), match="name"):
            call()


def test_longest_message_to_a_device():
    room = messages.TO_DEVICE_MAX - 4 - len(f"imp/{A}/device/x") - 2
    assert len(messages.to_device(A, "x", "z" * room)[1]) == room + 2
    with pytest.raises(ValueError, match="8193 bytes"):
        messages.to_device(A, "x", "z" * (room + 1))


def test_state_of_each_device_is_kept(tmp_path):
    folder = tmp_path / "new" / "states"
    with States(folder).held():
        bench = Bench(folder)
        bench.status(A, "online")
        bench.status(B, "online")
        assert bench.servers[A].load() == {}
        assert bench.servers[A].save({"colour": {"r": 255}, "text": "é"}) == 0
        assert bench.servers[B].save({}) == 0
    with States(folder).held():
        again = Bench(folder)
        again.status(A, "online")
        assert again.servers[A].load() == {"colour": {"r": 255}, "text": "é"}
        assert again.states.load(B) == {}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / f"{A}.json").stat().st_mode) == 0o600


def test_a_state_that_cannot_be_kept_leaves_the_old_one(tmp_path, monkeypatch):
    states = States(tmp_path)
    states.save(A, {"n": 1})
    big = STATE_MAX - len('{"n":""}')
    for wrong in ([1], None, {"n": b""}, {1: 2}, {"n": float("nan")}, {"n": "z" * (big + 1)}):
        with pytest.raises((TypeError, ValueError)):
            states.save(A, wrong)
        assert states.load(A) == {"n": 1}
    states.save(A, {"n": "z" * big})

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("agent.state.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        states.save(A, {"n": 2})
    assert states.load(A) == {"n": "z" * big}
    assert [p.name for p in tmp_path.iterdir()] == [f"{A}.json"]


def test_what_a_crash_has_left_is_removed_and_the_old_state_counts(tmp_path):
    States(tmp_path).save(A, {"n": 1})
    (tmp_path / f"{A}.json.unfinished").write_text('{"n": 2')
    with States(tmp_path).held():
        assert States(tmp_path).load(A) == {"n": 1}
        assert not list(tmp_path.glob("*.unfinished"))


@pytest.mark.parametrize("text", ['{"n": 2', "[1]", "", "\x00", "[" * 100_000])
def test_a_damaged_state_is_told_and_not_overwritten(tmp_path, caplog, text):
    (tmp_path / f"{A}.json").write_text(text)
    bench = Bench(tmp_path, lambda device, server: server.save({**server.load(), "n": 1}))
    bench.status(A, "online")
    bench.status(B, "online")
    assert f"{A}.json is not a state; put it right, or remove it" in caplog.text
    assert (tmp_path / f"{A}.json").read_text() == text
    assert bench.states.load(B) == {"n": 1}


def test_two_programs_do_not_share_their_states(tmp_path):
    with States(tmp_path).held():
        with pytest.raises(Problem, match="Another agent is running") as caught:
            with States(tmp_path).held():
                pass
        assert "--state" in caught.value.next_step and "--clientid" in caught.value.next_step
    with States(tmp_path).held():
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be kept") as caught:
        with States(tmp_path / "file").held():
            pass
    assert "--state DIR" in caught.value.next_step
    assert [path.name for path in tmp_path.glob(".*")] == [".lock"]


def test_a_folder_in_which_nothing_can_be_written(tmp_path, monkeypatch):
    with States(tmp_path).held():
        assert {path.name for path in tmp_path.iterdir()} == {".lock"}

    def touch(path):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "touch", touch)  # rights do not hold root back
    with pytest.raises(Problem, match="cannot be kept"):
        with States(tmp_path).held():
            pass
