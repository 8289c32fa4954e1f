# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What sends return: offline, with a full buffer, on a loss, with and without acknowledgement."""

import json
import time

import pytest
from device import COUNT_LOOKS
from heard import heard

SERVER_CONNECTED = 5
NOT_CONNECTED, TIMEOUT, DISCONNECTED, WOULDBLOCK = 1, 2, 3, 4

RETURN, NO_DISCONNECT, SUSPEND = (
    "server.RETURN_ON_ERROR",
    "server.RETURN_ON_ERROR_NO_DISCONNECT",
    "server.SUSPEND_ON_ERROR",
)

# Runs on the board: sends until something else than 0 comes back.
_FILL = """
def fill(limit=400):
    message = 'x' * 400
    for sent in range(limit):
        start = time.ticks_ms()
        result = server.log(message)
        if result:
            return sent, result, time.ticks_diff(time.ticks_ms(), start)
"""


def _fill_in_silence(device, world, policy):
    """Sends until the buffer is full and the cable silent: (messages, result)."""
    device.repl.run(_FILL)
    _policy(device, policy)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    world.ethernet.cable.silence()
    sent, result, took_ms = device.repl.value("fill()", timeout=60)
    assert sent > 5 and took_ms >= 1000
    return sent, result


def _policy(device, policy, wait="server.WAIT_TIL_SENT", timeout=1):
    device.repl.run(f"server.setsendtimeoutpolicy({policy}, {wait}, {timeout})")


def _logs(world):
    return [json.loads(payload) for topic, payload, _ in heard(world) if "/log" in topic]


@pytest.mark.parametrize("policy", [RETURN, NO_DISCONNECT])
def test_s56_offline_a_send_returns_at_once_and_powers_nothing(device, world, policy):
    _policy(device, policy)
    out = device.repl.run(
        "import agent, network\n"
        "print(server.log('a'), server.error('b'), agent.send('c', 1), server.flush(1))\n"
        "settle(500)\n"
        "print(network.WLAN(0).active(), imp.diag.lastattempt())\n"
    )
    assert out.split() == ["1", "1", "1", "True", "False", "None"]
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert device.repl.value("(server.log('now'), server.flush(10))", timeout=20) == (0, True)
    assert _logs(world) == ["now"]  # nothing was queued


def test_s57_suspend_connects_for_a_send(device, world):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    device.repl.run("server.disconnect()")
    _policy(device, SUSPEND)
    out = device.repl.run("print(server.log('by itself'), server.isconnected())", timeout=30)
    assert out.split() == ["0", "True"]
    assert world.broker.wait_for("imp/*/log")[1] == b'"by itself"'
    assert len(device.calls()) == 1


def test_suspend_connects_for_a_send_in_a_callback(device, world):
    # The scheduler stands still there, so the attempt has to be driven by the call itself.
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    device.repl.run(
        "import micropython\n"
        "sent = []\n"
        "def callback(_): sent.append((server.log('from a callback'), server.isconnected()))\n"
        "server.disconnect()\n"
    )
    _policy(device, SUSPEND)
    device.repl.run("micropython.schedule(callback, None)\nwhile not sent: pass", timeout=30)
    assert device.repl.value("sent") == [(0, True)]


def test_s58_full_buffer_closes_the_connection(device, world):
    _, result = _fill_in_silence(device, world, RETURN)
    assert result == TIMEOUT
    assert device.repl.value("server.isconnected()") is False
    assert device.repl.value("server.log('more')") == NOT_CONNECTED


def test_s59_full_buffer_keeps_the_connection_under_no_disconnect(device, world):
    sent, result = _fill_in_silence(device, world, NO_DISCONNECT)
    assert result == WOULDBLOCK
    assert device.repl.value("server.isconnected()") is True
    world.ethernet.cable.restore()
    assert device.repl.value("server.flush(60)", timeout=70) is True
    assert device.repl.value("server.log('later')") == 0
    world.broker.wait_for("imp/*/log", since=sent)
    assert device.repl.value("server.flush(20)", timeout=30) is True
    assert _logs(world) == ["x" * 400] * sent + ["later"]  # all of it, once, in order


def test_s60_acknowledged_means_that_the_server_has_it(device, world):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    _policy(device, RETURN, "server.WAIT_FOR_ACK", 20)
    for i in range(5):
        assert device.repl.value(f"server.log('message {i}')", timeout=30) == 0
        assert _logs(world)[-1] == f"message {i}"
    assert device.repl.value("server.flush(0.001)") is True  # nothing is left to wait for
    _policy(device, NO_DISCONNECT, "server.WAIT_FOR_ACK", 1)
    world.broker.stall()
    assert device.repl.value("server.log('unheard')") == TIMEOUT
    _policy(device, NO_DISCONNECT, "server.WAIT_TIL_SENT", 1)
    assert device.repl.value("server.log('unheard, too')") == 0  # it is in the buffer
    assert device.repl.value("server.flush(0.2)") is False
    world.broker.resume()
    assert device.repl.value("server.flush(20)", timeout=30) is True
    assert _logs(world)[-2:] == ["unheard", "unheard, too"]


def test_acknowledgement_that_does_not_come_closes_under_return(device, world):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    _policy(device, RETURN, "server.WAIT_FOR_ACK", 1)
    world.broker.stall()
    assert device.repl.value("server.log('unheard')") == TIMEOUT
    assert device.repl.value("server.isconnected()") is False


def test_s61_flush(device, world):
    assert device.repl.value("server.flush(1)") is True  # nothing to wait for
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert device.repl.value("[server.log('m%d' % i) for i in range(20)]", timeout=20) == [0] * 20
    assert device.repl.value("server.flush(30)", timeout=40) is True
    assert _logs(world) == [f"m{i}" for i in range(20)]  # so they have arrived
    world.broker.stall()
    assert device.repl.value("server.log('stalled')") == 0
    assert device.repl.value("server.flush(0.5)") is False
    assert device.repl.value("server.isconnected()") is True
    world.broker.resume()
    assert device.repl.value("server.flush(30)", timeout=40) is True
    for bad in ("0", "-1", "None", "'1'"):
        out = device.repl.run(
            f"try:\n    server.flush({bad})\nexcept (ValueError, TypeError): print('refused')"
        )
        assert out.strip() == "refused"


def test_flush_after_a_loss_is_false(device, world):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    world.broker.stall()
    device.repl.run("server.log('lost')")
    world.ethernet.unplug()
    device.repl.run("while server.isconnected(): time.sleep_ms(5)", timeout=20)
    assert device.repl.value("server.flush(1)") is False


def test_link_lost_during_a_send(device, world):
    device.repl.run(_FILL)
    _policy(device, RETURN, timeout=30)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    world.ethernet.cable.silence()
    device.repl.send("print(fill())")
    time.sleep(1)
    world.ethernet.unplug()
    sent, result, took_ms = json.loads("[" + device.repl.finish(timeout=40).strip()[1:-1] + "]")
    assert result in (DISCONNECTED, NOT_CONNECTED)
    assert device.repl.value("server.isconnected()") is False


def test_link_lost_during_a_send_under_suspend(device, world):
    cable = world.ethernet.cable  # without settings, connect() takes Ethernet
    _policy(device, SUSPEND, "server.WAIT_FOR_ACK", 60)
    device.repl.run("server.connect()", timeout=30)
    cable.silence()
    device.repl.send("print(server.log('in the middle'), server.isconnected())")
    time.sleep(1)
    world.ethernet.unplug()
    cable.restore()
    time.sleep(0.5)
    world.ethernet.plug()
    assert device.repl.finish(timeout=60).split() == ["0", "True"]
    assert "in the middle" in _logs(world)


def test_s62_send_buffer_grows_and_never_shrinks(device, world):
    out = device.repl.run(
        "print(imp.setsendbuffersize(8000), imp.setsendbuffersize(1000),"
        " imp.setsendbuffersize(65535), imp.setsendbuffersize(0))\n"
        "for bad in (-1, '1', None, 1.5, True):\n"
        "    try: imp.setsendbuffersize(bad)\n"
        "    except (TypeError, ValueError): print('refused')\n"
    )
    assert out.split() == ["3456", "8000", "8000", "30720"] + ["refused"] * 5
    device.repl.run(_FILL)
    _policy(device, NO_DISCONNECT, timeout=0.2)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    world.ethernet.cable.silence()
    sent, result, _ = device.repl.value("fill()", timeout=60)
    assert result == WOULDBLOCK and sent * 400 > 30000


def test_message_longer_than_the_buffer(device, world):
    _policy(device, RETURN, "server.WAIT_FOR_ACK", 30)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert device.repl.value("server.log('y' * 20000)", timeout=40) == 0
    assert len(world.broker.wait_for("imp/*/log")[1]) == 20002


def test_everything_that_was_acknowledged_has_arrived(device, world):
    """Messages one by one while the link is cut again and again."""
    _policy(device, RETURN, "server.WAIT_FOR_ACK", 2)
    device.repl.run(
        "from connectwith import connection\nconnection.get().retry_ms = 60000\n"
        "acknowledged = []\ntries = 0\n"
        "def poll(count):\n"
        "    global tries\n"
        "    before = len(acknowledged)\n"
        "    while len(acknowledged) < before + count:\n"
        "        text = 'n%d ' % tries + 'z' * 190\n"
        "        if server.log(text) == 0: acknowledged.append(tries)\n"
        "        elif not server.isconnected(): time.sleep_ms(20)\n"
        "        tries += 1\n"
    )
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    for _ in range(4):
        world.ethernet.cable.cut_after(30_000)
        seen = len(world.netsim.events)
        device.repl.send("poll(120)")
        world.netsim.wait_event("cut ethernet", since=seen)
        time.sleep(1)
        world.ethernet.cable.restore()
        device.repl.finish(timeout=60)
    numbers = set(device.repl.value("acknowledged"))
    assert len(numbers) == 480
    arrived = {int(text.split()[0][1:]) for text in _logs(world)}
    assert numbers <= arrived
    assert device.repl.value("imp.diag.counters()")["losses"] >= 3


def test_send_in_a_callback_in_the_middle_of_a_send(device, world):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    _policy(device, NO_DISCONNECT, "server.WAIT_FOR_ACK", 2)
    world.broker.stall()
    device.repl.run(
        "from machine import Timer\ninner = []\n"
        "timer = Timer(0, mode=Timer.ONE_SHOT, period=300,"
        " callback=lambda t: inner.append(server.log('inner')))\n"
        "outer = server.log('outer')\n"
    )
    world.broker.resume()
    assert device.repl.value("(outer, inner)") == (TIMEOUT, [WOULDBLOCK])


def test_a_quiet_session_is_not_looked_at(device):
    assert device.connect(device.wifi()) == 5
    device.repl.run(COUNT_LOOKS)
    device.repl.run("settle()")
    assert device.repl.value("count_looks(2000)") <= 1
    # Without memory for the task that would tell of a message.
    device.repl.run("session.watch = lambda: False")
    assert device.repl.value("(server.log('hello'), count_looks(1000))")[1] > 5
    device.repl.run("session.poll = poll\ndel session.watch")
