# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""TLS sessions that are resumed: when, with whom, how long, and what happens if they are refused.

`imp.diag.lastattempt()["resumed"]` is the device's word for it, `Peer.offers` the server's.
"""

import os
import struct

import pytest
from bench.broker import Broker
from bench.proxy import Proxy
from cellular import until

NO_SERVER, SERVER_CONNECTED = 4, 5
_SEALED = b"\xc5\x01"  # how a sealed value begins (core/seal.h)


def _visit(device, nic=None):
    """One attempt, and its end: (result, whether it resumed a session)."""
    result = device.connect(nic or device.ethernet())
    resumed = device.last_attempt()["resumed"]
    device.repl.run("server.disconnect()")
    return result, resumed


FULL, RESUMED = (SERVER_CONNECTED, False), (SERVER_CONNECTED, True)


def test_each_later_attempt_resumes(device):
    assert [_visit(device) for _ in range(3)] == [FULL, RESUMED, RESUMED]
    counters = device.repl.value("imp.diag.counters()")
    assert (counters["handshakes"], counters["resumed"]) == (1, 2)


def test_the_reconnect_after_a_loss_resumes(device, world):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    world.ethernet.unplug()
    device.repl.run("until(lambda: not server.isconnected())", timeout=20)
    world.ethernet.plug()
    device.repl.run("until(server.isconnected, 40000)", timeout=45)
    assert device.repl.value("imp.diag.counters()['resumed']") == 1
    assert device.last_attempt()["resumed"] is True


@pytest.mark.virtual("a proxy of the bench's own")
def test_the_way_to_the_broker_does_not_matter(device):
    assert _visit(device) == FULL
    assert _visit(device, device.wifi()) == RESUMED
    with Proxy() as proxy:
        config = {"address": "proxy.test", "port": proxy.port}
        assert _visit(device, {**device.wifi(), "proxyconfig": config}) == RESUMED
        assert proxy.tunnels == 1


def test_a_broker_that_was_restarted_is_verified_within_the_attempt(device, world):
    assert _visit(device) == FULL
    world.broker.forget_tickets()
    assert [_visit(device) for _ in range(2)] == [FULL, RESUMED]
    assert device.repl.value("imp.diag.counters()['attempts']") == 3


def test_without_tls_nothing_is_resumed(device, world):
    device.repl.run(f"imp.cloud.configure({world.broker.plain_url!r})")
    assert [_visit(device) for _ in range(2)] == [FULL, FULL]
    assert device.repl.value("imp.diag.counters()['handshakes']") == 0


@pytest.mark.virtual("a server of the bench's own")
def test_session_ids_where_there_are_no_tickets(device, world):
    peer = world.peer("session-id")
    device.use_broker(peer.url)
    assert [_visit(device) for _ in range(3)] == [FULL, RESUMED, RESUMED]


@pytest.mark.virtual("a server of the bench's own")
def test_a_server_that_resets_at_a_session_is_asked_again_without(device, world):
    peer = world.peer("cut-session")
    device.use_broker(peer.url)
    assert [_visit(device) for _ in range(5)] == [FULL] * 5
    # Each attempt has connected. After two that had to dial twice, no session is offered any more.
    assert peer.offers == [False, True, False, True, False, False, False]


@pytest.mark.virtual("a second broker")
def test_a_client_certificate_names_the_device_in_a_resumed_session_too(device, world, tmp_path):
    if world.broker.engine != "mosquitto":
        pytest.skip("only Mosquitto asks clients for certificates")
    broker = Broker(
        tmp_path, world.certificates, world.guard, client_ca=world.certificates.ca_file
    )
    broker.start()
    try:
        device.repl.run("request = imp.cloud.makerequest('thing')")
        cert = world.certificates.sign(device.repl.value("request"))
        for after, expected in (("", FULL), ("", RESUMED), ("sleep", RESUMED)):
            if after:
                _sleep(device)
                device.repl.reenter()
                device.begin()
            device.repl.run(
                f"imp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r}, cert={cert!r})"
            )
            assert _visit(device) == expected
        assert broker.users() == ["thing"] * 3
    finally:
        broker.stop()


@pytest.mark.virtual("a server of the bench's own")
def test_which_settings_keep_a_session(device, world):
    one, other = world.peer("good"), world.peer("good")
    for url in (one.url, one.url, other.url, one.url):
        device.use_broker(url)
        assert _visit(device)[0] == SERVER_CONNECTED
    assert one.offers == [False, True, False] and other.offers == [False]
    device.use_broker(one.url, login=("bench", "another"))
    assert _visit(device) == RESUMED


@pytest.mark.virtual("a server of the bench's own")
@pytest.mark.parametrize("bad", ["other_host", "expired", "untrusted"])
def test_no_bad_certificate_is_accepted_because_of_a_session(device, world, bad):
    peer = world.peer("good")
    device.use_broker(peer.url)
    assert _visit(device) == FULL
    peer.present(getattr(world.certificates, bad))
    for _ in range(2):
        assert _visit(device) == (NO_SERVER, False)
        assert "certificate" in device.last_attempt()["cause"]
    peer.present(world.certificates.broker)
    assert _visit(device) == FULL


@pytest.mark.virtual("a server of the bench's own, and the clock is set")
def test_a_server_that_knows_its_sessions_is_verified_again_in_time(device, world):
    """Who resumes a session is who was verified: it knows the secret of that handshake. The ticket
    of OpenSSL is for two hours."""
    peer = world.peer("good")
    device.use_broker(peer.url)
    assert _visit(device) == FULL
    peer.present(world.certificates.other_host, known=True)
    assert _visit(device) == RESUMED
    device.repl.run(
        "import machine\nt = list(time.gmtime(time.time() + 7300))\n"
        "machine.RTC().datetime((t[0], t[1], t[2], t[6], t[3], t[4], t[5], 0))"
    )
    assert _visit(device) == (NO_SERVER, False)
    assert peer.offers == [False, True, False]


def test_a_soft_reset_keeps_the_session(device):
    assert _visit(device) == FULL
    device.repl.soft_reset()
    device.prepare()
    assert _visit(device) == RESUMED
    counters = device.repl.value("imp.diag.counters()")
    assert (counters["handshakes"], counters["resumed"]) == (0, 1)


def _sleep(device, seconds=0.05):
    device.repl.send(f"imp.deepsleepfor({seconds})\n")


def _wake(device):
    device.repl.reenter()
    device.prepare()


def test_deep_sleep_keeps_the_session(device):
    assert _visit(device) == FULL
    for _ in range(2):
        _sleep(device)
        _wake(device)
        assert _visit(device) == RESUMED
    # A run that does not connect hands it on.
    for _ in range(2):
        _sleep(device)
        _wake(device)
    assert _visit(device) == RESUMED


def test_every_other_reset_drops_it(device):
    assert _visit(device) == FULL
    device.repl.send("import machine\nmachine.reset()\n")
    _wake(device)
    assert _visit(device) == FULL
    device.reboot()
    device.prepare()
    assert _visit(device) == FULL


def test_deep_sleep_keeps_no_session_of_another_server(device, world):
    assert _visit(device) == FULL
    _sleep(device)
    device.repl.reenter()
    device.prepare()
    device.repl.run(f"imp.cloud.configure({world.broker.plain_url!r})")
    device.use_broker(world.broker.url)
    assert _visit(device) == FULL


class _Record:
    """The sealed session in the RTC memory of a board that sleeps, through its process.

    `not_this`: bytes of an earlier record, which may still be there."""

    def __init__(self, board, not_this=b""):
        self._path = f"/proc/{board.pid}/mem"
        self._maps = f"/proc/{board.pid}/maps"
        self._not_this = not_this
        # Its threads end with the image of the process that was awake.
        until(lambda: len(os.listdir(f"/proc/{board.pid}/task")) == 1, "it sleeps")
        until(self._find, "a sealed session is in RTC memory")

    def _find(self):
        for start, text in self._writable():
            at = -1
            while (at := text.find(_SEALED, at + 1)) >= 4:
                (self.length,) = struct.unpack("<I", text[at - 4 : at])
                self.bytes = text[at : at + self.length]
                if 200 < self.length <= 1280 and self.bytes != self._not_this:
                    self._at = start + at
                    return True
        return False

    def _writable(self):
        with open(self._maps) as maps, open(self._path, "rb") as memory:
            for line in maps:
                where, rights, _, device, *_ = line.split()
                if rights.startswith("rw") and "virtual-board" in line:
                    start, end = (int(text, 16) for text in where.split("-"))
                    memory.seek(start)
                    yield start, memory.read(end - start)

    def write(self, at, data):
        with open(self._path, "r+b", buffering=0) as memory:
            memory.seek(self._at + at)
            memory.write(data)


@pytest.mark.virtual("its RTC memory is changed during the sleep")
@pytest.mark.parametrize("change", ["nothing", "a bit", "cut", "longer", "noise", "too long"])
def test_a_record_that_is_not_whole_is_no_session(device, board, change):
    assert _visit(device) == FULL
    _sleep(device, 2)
    record = _Record(board)
    length = record.length
    if change == "a bit":
        record.write(length - 1, bytes([record.bytes[-1] ^ 1]))
    elif change in ("cut", "longer", "too long"):
        wrong = {"cut": length - 1, "longer": length + 1, "too long": 2**32 - 1}[change]
        record.write(-4, struct.pack("<I", wrong))
    elif change == "noise":
        record.write(0, os.urandom(length))
    _wake(device)
    assert _visit(device) == (RESUMED if change == "nothing" else FULL)


@pytest.mark.virtual("its RTC memory is read during the sleep")
def test_the_record_is_sealed_anew_each_time(device, board, world):
    records = []
    for _ in range(2):
        assert _visit(device)[0] == SERVER_CONNECTED
        _sleep(device, 2)
        record = _Record(board, not_this=records[-1] if records else b"")
        assert record.length < 500, "OpenSSL's ticket is 176 bytes"
        records.append(record.bytes)
        _wake(device)
    assert _visit(device) == RESUMED
