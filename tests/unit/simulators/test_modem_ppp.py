# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The modem's PPP server, spoken to by another implementation of PPP."""

import select
import subprocess

import pytest
from fake_board import ipv4
from fake_ppp import ECHO_REPLY, ECHO_REQ, LCP, TERM_ACK, TERM_REQ, PppClient, frame


class Server:
    """ppp-server with pipes instead of a serial line."""

    def __init__(self, *arguments: object) -> None:
        from bench.modem.driver import find_ppp_server

        command = [str(find_ppp_server()), "--address", "10.0.200.15", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            bufsize=0,
        )  # fmt: skip
        self.client = PppClient(self.read, self.process.stdin.write)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def read(self, timeout: float) -> bytes:
        ready, _, _ = select.select([self.process.stdout], [], [], timeout)
        return self.process.stdout.read(4096) if ready else b""

    def end(self) -> tuple[int, str]:
        """Exit code and what was said on standard error."""
        _, words = self.process.communicate(timeout=10)
        return self.process.returncode, words.decode()


def test_address_and_name_server():
    with Server("--dns", "10.0.200.3") as server:
        assert server.client.open()
        assert (server.client.address, server.client.dns) == ("10.0.200.15", "10.0.200.3")
        assert server.end() == (0, "up\n")


def test_no_name_server():
    with Server() as server:
        assert server.client.open()
        assert server.client.dns is None


@pytest.mark.parametrize("auth", ["pap", "chap"])
def test_authentication(auth):
    arguments = ("--auth", auth, "--user", "me", "--password", "secret")
    with Server(*arguments) as server:
        assert server.client.open("me", "secret")
        assert server.client.address == "10.0.200.15"
    for user, password in (("me", "wrong"), ("you", "secret"), ("", "")):
        with Server(*arguments) as server:
            assert not server.client.open(user, password)
            _, ident, _ = server.client.expect(LCP, TERM_REQ)
            server.client.send(LCP, TERM_ACK, b"", ident)
            assert server.end() == (4, "auth-failed\n")


def test_ended_by_the_peer():
    with Server() as server:
        assert server.client.open()
        server.client.send(LCP, TERM_REQ, b"")
        server.client.expect(LCP, TERM_ACK)
        assert server.end() == (3, "up\nterminated\n")


def test_a_board_that_has_been_reset_begins_anew():
    with Server() as server:
        assert server.client.open()
        server.client.__init__(server.read, server.process.stdin.write)
        assert server.client.open()
        assert server.client.address == "10.0.200.15"


def test_echo():
    with Server() as server:
        assert server.client.open()
        server.client.send(LCP, ECHO_REQ, b"\1\2\3\4hello")
        assert server.client.expect(LCP, ECHO_REPLY)[2][4:] == b"hello"


def test_noise_and_broken_frames_are_survived():
    with Server() as server:
        write = server.process.stdin.write
        write(bytes(range(256)) * 40)
        write(b"~" * 100 + b"\xff\x03\xc0\x21\x01\x01\x00\x04" + b"x" * 5000)
        write(b"~" + frame(LCP, b"\x01\x01\xff\xff") + frame(0x4321, b"") + frame(LCP, b""))
        assert server.client.open()


def test_packets_reach_the_bench(world):
    arguments = ("--socket", world.net, "--mac", "026377c80077", "--dns", "10.0.200.3")
    with Server(*arguments) as server:
        client = server.client
        assert client.open()
        world.netsim.wait_event("joined * cellular")
        # An ICMP echo request to the gateway (RFC 792), its checksum for these bytes.
        ping = b"\x08\x00\xf7\xfe\x00\x00\x00\x01"
        client.send_ip(ipv4(client.address, "10.0.200.2", 1, ping))
        answer = client.receive_ip()
        assert answer is not None and answer[20:21] == b"\0"
        world.cellular.cable.cut()
        client.send_ip(ipv4(client.address, "10.0.200.2", 1, ping))
        assert client.receive_ip(0.5) is None
        before = len(world.netsim.events)
        world.cellular.cable.restore()
        world.netsim.wait_event("joined * cellular", since=before)
        client.send_ip(ipv4(client.address, "10.0.200.2", 1, ping))
        assert client.receive_ip() is not None


@pytest.mark.parametrize(
    "arguments", [("--auth", "eap"), ("--dns", "nobody"), ("--mac", "12"), ("extra",)]
)
def test_usage(arguments):
    with Server(*arguments) as server:
        code, words = server.end()
        assert code == 2 and words.startswith(("usage:", "/"))


def test_no_such_network(tmp_path):
    with Server("--socket", tmp_path / "none", "--mac", "026377c80001") as server:
        code, words = server.end()
        assert code == 1 and "none" in words
