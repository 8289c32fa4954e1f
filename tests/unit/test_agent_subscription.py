# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A broker that accepts an agent, and never answers its subscription."""

import contextlib
import socket
import threading

import pytest
from agent import connection
from agent.broker import Broker


@pytest.fixture
def broker():
    """Its port. It answers CONNECT only."""

    def serve():
        client, _ = server.accept()
        with client, contextlib.suppress(OSError):
            client.recv(4096)
            client.sendall(b"\x20\x02\0\0")
            while client.recv(4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)


class Listener:
    """Of no device."""

    def subscriptions(self):
        return ["imp/+/status"]

    def on_down(self):
        pass

    def tick(self):
        pass


def test_a_subscription_without_an_answer_is_no_lost_connection(broker, monkeypatch):
    monkeypatch.setattr(connection, "_CONNECT_S", 0.5)
    link = connection.Connection(Broker("127.0.0.1", broker, False, "agent"))
    link._listener = Listener()
    problem, for_good = link._session()
    assert "does not answer the subscription" in problem.what and not for_good
    assert "within 0.5 s" in problem.why
