# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Messages between device and agent, both ways, and restarts that the server asks for."""

import json
import re
import time

import pytest

SERVER_CONNECTED = 5


@pytest.fixture
def online(device):
    """The board connected, with handlers that record."""
    device.repl.run(
        "import agent\ngot = []\n"
        "def handler(tag):\n    return lambda data: got.append((tag, data))\n"
        "def until(count, limit_ms=10000):\n"
        "    start = time.ticks_ms()\n"
        "    while len(got) < count and time.ticks_diff(time.ticks_ms(), start) < limit_ms:\n"
        "        time.sleep_ms(5)\n"
        "    settle()\n"
        "    return got\n"
    )
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    # The status comes after the subscriptions: from then on, messages arrive.
    device.world.broker.wait_for("imp/*/status")
    return device


def _tell(device, name, payload):
    device.world.broker.publish(_prefix(device) + "device/" + name, payload)


def _prefix(device):
    return device.world.broker.wait_for("imp/*/status")[0].removesuffix("status")


VALUES = [
    {"a": [1, -2.5, True, None, {"b": "Grüße\n"}]},
    [],
    "text",
    0,
    -123456789012,
    0.5,
    False,
    None,
    ["x" * 3000],
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
def test_both_ways(online, world, value):
    online.repl.run("agent.on('echo', lambda data: agent.send('answer', data))")
    _tell(online, "echo", json.dumps(value))
    topic, payload, _ = world.broker.wait_for("imp/*/agent/answer")
    assert json.loads(payload) == value


def test_a_quiet_session_is_told_what_comes(online):
    online.repl.run(
        "from connectwith import connection\n"
        "control = connection.get()\n"
        "agent.on('name', handler(1))\n"
        "control.idle_ms = 3600000\ncontrol.schedule_step()\nsettle(500)"
    )
    for value in range(3):
        _tell(online, "name", str(value).encode())
        assert online.repl.value(f"until({value + 1})", timeout=20)[-1] == (1, value)


def test_s63_the_later_handler_runs_and_none_is_warned_about(online, world):
    online.repl.run("agent.on('name', handler(1))\nagent.on('name', handler(2))")
    _tell(online, "name", b"7")
    assert online.repl.value("until(1)", timeout=20) == [(2, 7)]
    _tell(online, "nobody/here", b"8")
    warning = world.broker.wait_for("imp/*/log")[1]
    assert json.loads(warning) == "agent message without a handler: nobody/here"
    online.repl.run("agent.on('name', None)")
    seen = len(world.broker.messages)
    _tell(online, "name", b"9")
    world.broker.wait_for("imp/*/log", since=seen)
    assert online.repl.value("got") == [(2, 7)]


def test_s64_data_is_mandatory_and_the_handler_gets_exactly_one_argument(online):
    out = online.repl.run(
        "try:\n    agent.send('x')\nexcept TypeError: print('refused')\n"
        "agent.on('x', lambda *arguments: got.append(arguments))\n"
    )
    assert out.strip() == "refused"
    _tell(online, "x", b"[1, 2]")
    assert online.repl.value("until(1)", timeout=20) == [([1, 2],)]


BAD = [
    ("'a#'", "1"),
    ("'a+b'", "1"),
    ("''", "1"),
    ("'x' * 65", "1"),
    ("'a\\x00b'", "1"),
    ("None", "1"),
    ("b'a'", "1"),
    ("'a'", "b'bytes'"),
    ("'a'", "object()"),
    ("'a'", "{1: 2}"),
    ("'a'", "float('nan')"),
    ("'a'", "[float('inf')]"),
    ("'a'", "{'f': print}"),
    ("'a'", "endless"),
]


def test_what_cannot_be_sent_is_refused(online):
    for name, data in BAD:
        out = online.repl.run(
            "endless = []\nendless.append(endless)\n"
            f"try:\n    print(agent.send({name}, {data}))\n"
            "except (TypeError, ValueError) as error: print('refused', error)\n"
        )
        assert out.startswith("refused"), (name, data)
    assert online.repl.value("agent.send('a', 1)") == 0


HOSTILE = [
    b"",
    b"}",
    b"nonsense",
    b'{"a":1} x',
    b"{[]:1}",
    b"[" * 2000,
    b"\xff\xfe\x00",
    b'"\xc3"',
    b"\x00" * 100,
    b"9" * 500 + b"x",
]


def test_hostile_payloads_and_names_break_nothing(online, world):
    online.repl.run("agent.on('x', handler('x'))\nagent.on('good', handler('good'))")
    for payload in HOSTILE:
        _tell(online, "x", payload)
    _tell(online, "", b"1")
    _tell(online, "é" * 50, b"1")
    _tell(online, "x/" * 40, b"1")
    _tell(online, "good", b"1")
    assert online.repl.value("until(1)", timeout=20) == [("good", 1)]
    assert online.repl.value("server.isconnected()") is True


def test_message_that_is_too_long_is_dropped_with_a_warning(online, world):
    online.repl.run("agent.on('big', lambda data: got.append(len(data)))")
    words = b'"' + b"z" * 8000 + b'"'
    _tell(online, "big", words)
    assert online.repl.value("until(1)", timeout=20) == [8000]
    _tell(online, "big", words + b" " * 200)
    warning = world.broker.wait_for("imp/*/log")[1]
    assert json.loads(warning) == "agent message too long: big"
    # A message that arrives, but has no memory to be unpacked.
    since = len(world.broker.messages)
    online.repl.run(
        "from connectwith.session import messages\n"
        "class Full:\n"
        "    @staticmethod\n"
        "    def loads(payload): raise MemoryError\n"
        "    dumps = messages.json.dumps\n"
        "messages.json = Full\n"
    )
    _tell(online, "big", b"[1]")
    warning = world.broker.wait_for("imp/*/log", since=since)[1]
    assert json.loads(warning) == "agent message too long: big"
    assert online.repl.value("(got, server.isconnected())") == ([8000], True)


def test_exception_in_a_handler_is_printed_and_breaks_nothing(online, dut):
    online.repl.run(
        "def broken(data): raise ValueError('handler trouble')\n"
        "agent.on('bad', broken)\nagent.on('good', handler('good'))\n"
    )
    online.repl.send("print('begin')\nprint(until(1))")
    # Output from before the code is no part of its answer.
    dut.expect(re.compile(rb"OKbegin\r\n"), timeout=10)
    _tell(online, "bad", b"1")
    _tell(online, "good", b"2")
    out = dut.expect(re.compile(rb"(.*)\x04\x04>", re.DOTALL), timeout=20).group(1)
    assert b"ValueError: handler trouble" in out and b"('good', 2)" in out


def test_handler_may_send_with_acknowledgement_and_reconnect(online, world):
    online.repl.run(
        "server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_FOR_ACK, 20)\n"
        "def report(data): got.append((data, agent.send('report', data)))\n"
        "agent.on('report', report)\n"
        f"agent.on('move', lambda data: attempt({online.wifi()!r}))\n"
    )
    for i in range(20):
        _tell(online, "report", str(i))
    assert online.repl.value("until(20, 30000)", timeout=40) == [(i, 0) for i in range(20)]
    _tell(online, "move", b"null")
    assert online.wait(2)[1][1:3] == (SERVER_CONNECTED, "wl0")


def test_flood_leaves_the_code_running(online, world):
    online.repl.run("agent.on('flood', handler(0))")
    topic = _prefix(online) + "device/flood"
    for i in range(200):
        world.broker.publish(topic, str(i))
    got = online.repl.value("until(200, 30000)", timeout=40)
    assert got == [(0, i) for i in range(200)]


def test_restart_when_the_server_asks(online, dut):
    online.world.broker.publish(_prefix(online) + "restart", b"2")
    dut.expect(re.compile(rb"MicroPython"), timeout=20)


def test_restart_waits_for_the_handler(online, world, dut):
    online.repl.run("server.onshutdown(lambda reason: got.append(reason))")
    world.broker.publish(_prefix(online) + "restart", b"2")
    world.broker.publish(_prefix(online) + "restart", b"nonsense")
    assert online.repl.value("until(2)", timeout=20) == [2, 3]
    assert online.repl.value("server.isconnected()") is True
    seen = len(world.broker.messages)
    online.repl.send("server.restart()")
    dut.expect(re.compile(rb"MicroPython"), timeout=20)
    world.broker.wait_for("imp/*/status", since=seen)
    # The board has published "offline" itself. A last will would come, too, and at once.
    time.sleep(0.5)
    assert world.broker.messages[-1][0].endswith("/status")
    assert world.broker.messages[-1][1] == b'"offline"'


def test_stored_restart_is_ignored(online, world):
    # It counts when it is published. A retained one would restart the board at each connection.
    online.repl.run("server.onshutdown(lambda reason: got.append(reason))")
    world.broker.publish(_prefix(online) + "restart", b"2", retain=True)
    assert online.repl.value("until(1)", timeout=20) == [2]
    assert online.connect(online.wifi()) == SERVER_CONNECTED
    online.repl.run("settle(1000)")
    assert online.repl.value("got") == [2]


def test_refused_subscription_is_told_and_no_failure(device, world):
    peer = world.peer("suback-80")
    device.use_broker(peer.url)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    device.repl.run(
        "while 'restart' not in imp.diag.lastattempt().get('note', ''): time.sleep_ms(5)",
        timeout=20,
    )
    # The same refusal, reported again, changes nothing.
    device.repl.run(
        "from connectwith import connection; from connectwith.session import messages\n"
        "messages.deliver(connection.get(), ('restart', 'subscription refused: '))\n"
    )
    words = [f"subscription refused: {name}" for name in ("device/#", "restart")]
    assert device.last_attempt()["note"] == "; ".join(words)
    assert device.last_attempt()["cause"] is None
    assert device.repl.value("(server.error('sent all the same'), server.flush(5))") == (0, True)
    for word in (*words, "sent all the same"):
        assert peer.received.count(b'"' + word.encode() + b'"') == 1
    device.use_broker(world.broker.url)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert "note" not in device.last_attempt()


def test_suspend_connects_again_inside_a_handler(online, world):
    # The handler runs inside of a step, which is not over while a new session begins.
    online.repl.run(
        "server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, server.WAIT_FOR_ACK, 20)\n"
        "def leave_and_send(data):\n"
        "    server.disconnect()\n"
        "    got.append((agent.send('again', data), server.isconnected()))\n"
        "agent.on('leave', leave_and_send)\n"
    )
    for i in range(3):
        _tell(online, "leave", str(i))
        assert online.repl.value(f"until({i + 1}, 30000)", timeout=40)[i] == (0, True)
        world.broker.wait_for("imp/*/agent/again")


def test_suspend_connects_again_inside_a_callback(device):
    device.ethernet()  # no other link is configured: what a Wi-Fi NIC brings along is not stored
    device.repl.run(
        "got = []\n"
        "def then(result, interface):\n"
        "    server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, server.WAIT_FOR_ACK, 20)\n"
        "    server.disconnect()\n"
        "    got.append((result, server.log('again'), server.isconnected()))\n"
        f"server.connectwith({device.wifi('cafe', key='')!r}, then)\n"
        "while not got: time.sleep_ms(5)\n",
        timeout=40,
    )
    assert device.repl.value("got") == [(5, 0, True)]
