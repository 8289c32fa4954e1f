# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Kept messages at the agents: each once, in order, also after a restart of the agents."""

import json

import pytest
from agent import once
from test_agent import A, B, Bench

BOX, OTHER = "5b35288e7218", "000000000000"


def kept(number, data, outbox=BOX):
    return json.dumps({"outbox": outbox, "n": number, "data": data}).encode()


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def tell(bench, *messages, device=A):
    for message in messages:
        bench.tell(device, "reading", message)
    return [data for _, data in bench.seen]


def test_doubles_are_dropped_and_others_are_not(bench):
    assert tell(bench, kept(1, "a"), kept(2, "b"), kept(1, "a"), kept(2, "b"), kept(3, "c")) == [
        "a", "b", "c"
    ]  # fmt: skip
    assert tell(bench, b'"a"', b'"a"')[3:] == ["a", "a"]  # ordinary ones come as they come
    assert tell(bench, kept(1, "other outbox", OTHER))[5:] == ["other outbox"]
    assert tell(bench, kept(3, "c"))[6:] == []
    assert tell(bench, kept(1, "other device"), device=B)[6:] == ["other device"]


def test_missing_messages_are_told(bench, caplog):
    assert tell(bench, kept(5, "first"), kept(9, "second")) == ["first", "second"]
    assert "3 kept messages are missing before reading" in caplog.text
    assert caplog.text.count("missing") == 1  # nobody knows what was before the first


@pytest.mark.parametrize("ended", ["written", "by a second", "not written"])
def test_a_restart_of_the_agents(bench, tmp_path, ended):
    tell(bench, kept(1, "a"), kept(2, "b"))
    if ended == "written":
        bench.agents.end()
    elif ended == "by a second":
        bench.pass_time(1)
    again = Bench(tmp_path)
    expected = ["c"] if ended != "not written" else ["a", "b", "c"]
    assert tell(again, kept(1, "a"), kept(2, "b"), kept(3, "c")) == expected
    assert not list(tmp_path.glob("*.unfinished"))


def test_what_is_known_is_bounded(bench, tmp_path):
    for number in range(100):
        tell(bench, kept(1, number, f"{number:012x}"))
    bench.agents.end()
    (file,) = tmp_path.glob("*.last.json")
    assert list(json.loads(file.read_text())) == [f"{n:012x}" for n in range(96, 100)]
    assert len(bench.seen) == 100


@pytest.mark.parametrize(
    "data",
    [{"outbox": BOX, "n": 1}, {"outbox": BOX, "n": 1, "data": 1, "more": 1},
     {"outbox": BOX.upper(), "n": 1, "data": 1}, {"outbox": 5, "n": 1, "data": 1},
     {"outbox": BOX, "n": 0, "data": 1}, {"outbox": BOX, "n": True, "data": 1},
     {"outbox": BOX, "n": 1.0, "data": 1}, {"outbox": BOX, "n": 2**32, "data": 1}, [], 1, None],
)  # fmt: skip
def test_what_is_no_envelope_is_data(bench, data):
    assert tell(bench, json.dumps(data).encode(), json.dumps(data).encode()) == [data, data]


def test_a_handler_that_raises_and_one_that_is_absent_count_as_handled(bench, caplog):
    tell(bench, kept(1, "a"))
    device = bench.devices[A]
    device.on("reading", lambda data: 1 / 0)
    tell(bench, kept(2, "b"))
    assert "ZeroDivisionError" in caplog.text
    device.on("reading", None)
    tell(bench, kept(3, "c"))
    device.on("reading", lambda data: bench.seen.append((A, data)))
    assert tell(bench, kept(2, "b"), kept(3, "c"), kept(4, "d")) == ["a", "d"]


@pytest.mark.parametrize("text", ["{", "[]", '{"5b35288e7218": "x"}'])
def test_a_damaged_file_is_told(tmp_path, caplog, text):
    (tmp_path / f"{A}.last.json").write_text(text)
    assert tell(Bench(tmp_path), kept(1, "a"), kept(1, "a")) == ["a"]
    assert "may come twice" in caplog.text


def test_a_full_disk_is_told_once_and_tried_again(bench, monkeypatch, caplog):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    tell(bench, kept(1, "a"))
    with monkeypatch.context() as patch:
        patch.setattr("agent.state.os.fsync", full)
        bench.pass_time(1)
        bench.pass_time(1)
    assert caplog.text.count("cannot be kept") == 1
    bench.pass_time(1)
    assert once.Once(bench.states, lambda: 0.0).missing(A, once.Kept(BOX, 1, None)) is None
