# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a resumed TLS handshake costs beside a full one, with Mosquitto: instructions of the worker
by valgrind's callgrind, bytes of TLS both ways before the first data, and the time to CONNACK over
links with a delay.

Exit 1: a bar does not hold.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import os
import re
import signal
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tools"))

from bench import Board, World  # noqa: E402
from bench.broker import Broker  # noqa: E402
from bench.certificates import Certificates  # noqa: E402
from tls_records import Relay  # noqa: E402

OUT = _ROOT / "docs/figures/handshake.json"
BAR_INSTRUCTIONS, BAR_BYTES = 0.35, 0.4
DELAYS_MS = (50, 300)
_TIMES = 5
# valgrind runs a program at a fiftieth of its speed.
LIMIT_S = 300.0
SCRIPT = """
import imp, server, time
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
imp.cloud.configure({url!r}, ca={ca!r}, cert={cert!r}, key={key!r})
came = []
def visit():
    del came[:]
    server.connectwith({nic!r}, lambda result, interface: came.append(result), {limit})
    while not came:
        time.sleep_ms(20)
    assert came == [server.SERVER_CONNECTED], imp.diag.lastattempt()
    last = imp.diag.lastattempt()
    server.disconnect()
    time.sleep_ms(200)
    return last["resumed"], dict(last["stages"])
"""


@dataclass(frozen=True)
class Setup:
    """Keys and certificates of one row."""

    name: str
    rsa_bits: int
    client: bool


SETUPS = (
    Setup("P-256", 0, False),
    Setup("P-256, client certificate", 0, True),
    Setup("RSA-2048", 2048, False),
    Setup("RSA-2048, client certificate", 2048, True),
)


@dataclass
class Stand:
    """A world, a broker behind a relay, and a board."""

    world: World
    board: Board
    relay: Relay

    def visits(self, count: int) -> list[tuple[bool, dict[str, int]]]:
        """`count` attempts: whether each resumed a session, and its stages."""
        text = self.board.exec(f"print([visit() for _ in range({count})])", 2 * LIMIT_S)
        return ast.literal_eval(text.strip().splitlines()[-1])


def identity(pairs: Certificates, setup: Setup) -> tuple[bytes, bytes]:
    """A certificate of a client and its key (PEM)."""
    if setup.rsa_bits:
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = rsa.generate_private_key(
            65537, setup.rsa_bits
        )
    else:
        key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "device")])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    signed = pairs.sign(request.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return signed, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@contextlib.contextmanager
def stand(binary: Path, setup: Setup) -> Iterator[Stand]:
    """A stand with nothing connected yet."""
    with World() as world, contextlib.ExitStack() as stack:
        folder = world.folder / "handshake"
        folder.mkdir()
        pairs = Certificates(folder, rsa_bits=setup.rsa_bits)
        client_ca = pairs.ca_file if setup.client else None
        broker = Broker(folder, pairs, world.guard, client_ca=client_ca)
        broker.start()
        stack.callback(broker.stop)
        relay = Relay(broker.port)
        stack.callback(relay.close)
        cert, key = identity(pairs, setup) if setup.client else (None, None)
        board = Board(world, binary=binary)
        board.start(LIMIT_S)
        stack.callback(board.stop)
        board.exec(SCRIPT.format(
            url=f"mqtts://{broker.host}:{relay.port}", ca=pairs.ca_pem, limit=int(LIMIT_S),
            cert=cert, key=key, nic={"interface": "eth0"},
        ), LIMIT_S)  # fmt: skip
        yield Stand(world, board, relay)


def wrapped(binary: Path, folder: Path) -> tuple[Path, Path]:
    """A script that runs the board under callgrind; the file that it writes."""
    out = folder / "callgrind.out"
    script = folder / "board-in-callgrind"
    script.write_text(
        "#!/bin/sh\nexec valgrind --tool=callgrind --toggle-collect=tls_run"
        f' --callgrind-out-file={out} {binary} "$@"\n'
    )
    script.chmod(0o755)
    return script, out


def read_total(text: str) -> int:
    """The instructions that callgrind has counted. Raises ValueError without them."""
    found = re.search(r"^(?:totals|summary): (\d+)$", text, re.MULTILINE)
    if not found:
        raise ValueError("callgrind tells of no instructions")
    return int(found[1])


def instructions(binary: Path, setup: Setup, folder: Path, count: int) -> int:
    """Of the worker, for `count` handshakes, all but the first resumed."""
    script, out = wrapped(binary, folder)
    out.unlink(missing_ok=True)
    with stand(script, setup) as current:
        found = [resumed for resumed, _ in current.visits(count)]
        assert found == [False] + [True] * (count - 1), found
        os.kill(current.board.pid, signal.SIGTERM)
        deadline = time.monotonic() + LIMIT_S  # callgrind writes its file at the end
        while current.board.running and time.monotonic() < deadline:
            time.sleep(0.1)
    return read_total(out.read_text())


def ratio_row(name: str, full: float, resumed: float, unit: str, bar: float | None) -> list:
    """[name, full, resumed, ratio, whether a bar holds or None]."""
    ratio = resumed / full
    holds = None if bar is None else ratio <= bar
    return [f"{name} [{unit}]", full, resumed, round(ratio, 3), holds]


def counted(binary: Path, setup: Setup, folder: Path) -> list[list]:
    """Rows of instructions."""
    one = instructions(binary, setup, folder, 1)
    three = instructions(binary, setup, folder, 3)
    name = f"instructions of a handshake, {setup.name}"
    row = ratio_row(name, one / 1e6, (three - one) / 2e6, "million", BAR_INSTRUCTIONS)
    return [[row[0], round(row[1], 2), round(row[2], 2), *row[3:]]]


def timed(current: Stand, setup: Setup) -> list[list]:
    """Rows of bytes, of the ticket, and of times."""
    visits = current.visits(2)
    assert [resumed for resumed, _ in visits] == [False, True], visits
    (full_up, full_down), (up, down) = current.relay.handshakes[:2]
    rows = [ratio_row(f"bytes of a handshake, {setup.name}", full_up.bytes + full_down.bytes,
                      up.bytes + down.bytes, "bytes", BAR_BYTES)]  # fmt: skip
    rows.append([f"ticket, {setup.name} [bytes]", full_down.ticket_bytes, down.ticket_bytes, None,
                 None])  # fmt: skip
    if setup != SETUPS[0]:
        return rows
    for delay_ms in DELAYS_MS:
        current.world.ethernet.cable.delay(delay_ms)
        took: dict[bool, list[int]] = {False: [], True: []}
        for _ in range(_TIMES):
            current.board.exec("import _connectwith\n_connectwith.drop_session()")
            for resumed, stages in current.visits(2):
                took[resumed].append(stages["DIAL"] + stages["TLS"] + stages["SESSION"])
        current.world.ethernet.cable.restore()
        assert len(took[False]) == len(took[True]) == _TIMES, took
        rows.append(ratio_row(f"TCP to CONNACK, {delay_ms} ms each way",
                              statistics.median(took[False]), statistics.median(took[True]), "ms",
                              None))  # fmt: skip
    return rows


def main() -> int:
    """Measures, prints and writes docs/figures/handshake.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--board-binary", type=Path, required=True)
    options = parser.parse_args()
    binary = options.board_binary.absolute()
    table: list[list] = []
    for setup in SETUPS:
        with stand(binary, setup) as current:
            table += timed(current, setup)
    with World() as world:
        for setup in SETUPS:
            table += counted(binary, setup, world.folder)
    for name, full, resumed, ratio, holds in table:
        word = {None: "", True: "  bar holds", False: "  bar does NOT hold"}[holds]
        share = "" if ratio is None else f"{ratio:>8.3f}"
        print(f"{name:<66}{full:>10}{resumed:>10}{share}{word}")
    OUT.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return 1 if any(row[4] is False for row in table) else 0


if __name__ == "__main__":
    sys.exit(main())
