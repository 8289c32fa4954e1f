# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""imp.cloud.configure(..., persistent=True): what is sent to a device that is away arrives."""

import pytest

SERVER_CONNECTED = 5


@pytest.fixture
def asking(device, world):
    """The board, with a broker that is to keep its session."""
    _configure(device, True)
    _listen(device)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    yield device
    # The broker is shared, and would keep the session of a board that never comes back.
    device.repl.run("server.disconnect()\nsettle(500)")
    _configure(device, False)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED


def _configure(device, persistent):
    broker = device.world.broker
    user, password = broker.credentials or (None, None)
    device.repl.run(
        f"imp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r}, username={user!r}, "
        f"password={password!r}, persistent={persistent})"
    )


def _listen(device):
    device.repl.run("import agent\ngot = []\nagent.on('x', got.append)")


def _send(world, *values):
    topic = world.broker.wait_for("imp/*/status")[0].replace("status", "device/x")
    for value in values:
        world.broker.publish(topic, str(value))


def _got(device, count):
    device.repl.run(f"until(lambda: len(got) >= {count})\nsettle(300)", timeout=30)
    return device.repl.value("got")


def test_what_is_sent_after_a_disconnect_arrives_with_the_next_connection(asking, world):
    asking.repl.run("server.disconnect()\nsettle(500)")
    _send(world, *range(30))
    assert asking.connect(asking.ethernet()) == SERVER_CONNECTED
    assert _got(asking, 30) == list(range(30))


def test_what_is_sent_during_a_reset_arrives(asking, world):
    asking.repl.reset()
    _send(world, 1, 2)
    asking.reboot()
    _listen(asking)
    assert asking.connect(asking.ethernet()) == SERVER_CONNECTED
    assert _got(asking, 2) == [1, 2]


def test_what_is_sent_during_an_outage_arrives(asking, world):
    world.ethernet.unplug()
    assert asking.repl.value("until(lambda: not server.isconnected())", timeout=30) is True
    _send(world, 1, 2)
    world.ethernet.plug()
    assert asking.repl.value("until(server.isconnected, 40000)", timeout=50) is True
    assert _got(asking, 2) == [1, 2]


def test_a_clean_session_ends_what_the_broker_has_kept(asking, world):
    asking.repl.run("server.disconnect()\nsettle(500)")
    _send(world, 1)
    _configure(asking, False)
    assert asking.connect(asking.ethernet()) == SERVER_CONNECTED
    _send(world, 2)
    assert _got(asking, 1) == [2]


def test_a_broker_that_has_forgotten_the_session_begins_a_new_one(asking, world):
    asking.repl.run("server.disconnect()\nsettle(500)")
    world.broker.stop()
    world.broker.start()
    assert asking.connect(asking.ethernet()) == SERVER_CONNECTED
    _send(world, 3)
    assert _got(asking, 1) == [3]
