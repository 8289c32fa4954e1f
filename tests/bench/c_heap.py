# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The C heap that one TLS handshake takes on the virtual board, by valgrind's massif.

massif counts what malloc() has given: sockets, TLS, the stand-in for ESP-IDF, and Python's heap as
one block. It does not count the stacks of threads. The figure is taken when all allocations
together are the most. An allocation belongs to a session by the functions on its stack.
"""

import argparse
import json
import os
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tools"))

from bench import Board, World  # noqa: E402
from bench.certificates import Certificates  # noqa: E402
from bench.peer import Peer  # noqa: E402

OUT = _ROOT / "docs/figures/c_heap.json"
# valgrind runs a program at a twentieth of its speed.
LIMIT_S = 300.0
# The peer is silent after the handshake, so the attempt waits in its next stage. The script is one
# piece, because a console under valgrind is slow.
SCRIPT = """
import imp, server, time
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
imp.cloud.configure({url!r}, ca={ca!r})
server.connectwith({{"interface": "wl0", "wificonfig": {{"ssid": {ssid!r}, "key": {key!r}}}}},
                   lambda result, interface: None, {limit})
while imp.diag.lastattempt()["stages"][-1][0] != "SESSION":
    time.sleep_ms(200)
    assert imp.diag.lastattempt()["result"] is None, imp.diag.lastattempt()
"""

# "      n2: 16717 0x1B2C3D: mbedtls_ssl_setup (ssl_tls.c:1234)"
_NODE = re.compile(r"^( *)n(\d+): (\d+) (.*)$")


@dataclass
class Peak:
    """Bytes of the C heap at its fullest."""

    tls: int = 0  # of the session: port/tls_*.c, and the allocations of mbedTLS for it
    mbedtls: int = 0


def read_peak(text: str) -> Peak:
    """Adds up the tree of the peak snapshot of a massif file. Raises ValueError without one."""
    _, found, tree = text.partition("heap_tree=peak\n")
    if not found:
        raise ValueError("massif tells of no peak")
    peak = Peak()
    path: list[str] = []
    for line in tree.splitlines():
        match = _NODE.match(line)
        if not match:
            break
        depth, children, size, where = len(match[1]), int(match[2]), int(match[3]), match[4]
        path[depth:] = [where]
        if children == 0:
            words = " ".join(path)
            peak.mbedtls += size if "mbedtls_" in words and ": tls_" in words else 0
            peak.tls += size if ": tls_" in words else 0
    return peak


def _wrap(binary: Path, folder: Path) -> tuple[Path, Path]:
    out = folder / "massif.out"
    script = folder / "board-in-massif"
    script.write_text(
        "#!/bin/sh\n"
        f"exec valgrind --tool=massif --massif-out-file={out} --threshold=0 --depth=40"
        f' --peak-inaccuracy=0 --detailed-freq=1000 {binary} "$@"\n'
    )
    script.chmod(0o755)
    return script, out


def _handshake(world: World, board: Board, certificates: Certificates) -> None:
    peer = Peer("mute-mqtt", certificates)
    try:
        home = world.wifi["home"]
        limit = int(LIMIT_S)
        script = SCRIPT.format(
            url=peer.url, ca=certificates.ca_pem, ssid=home.ssid, key=home.key, limit=limit
        )
        board.exec(script, 2 * LIMIT_S)
        os.kill(board.pid, signal.SIGTERM)
        # massif writes its file at the end.
        deadline = time.monotonic() + LIMIT_S
        while board.running and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        peer.close()


def measure(binary: Path, rsa_bits: int) -> Peak:
    """The peak of one handshake, with server and authority of this kind of key (0: P-256)."""
    with World() as world:
        folder = world.folder / "massif"
        folder.mkdir()
        certificates = Certificates(folder, rsa_bits=rsa_bits)
        script, out = _wrap(binary, folder)
        board = Board(world, binary=script)
        board.start(LIMIT_S)
        try:
            _handshake(world, board, certificates)
        finally:
            board.stop()
        return read_peak(out.read_text())


def rows(binary: Path) -> list[list]:
    """[name, value, note] of each figure."""
    table = []
    for key, bits in (("ECDSA P-256", 0), ("RSA 2048", 2048)):
        peak = measure(binary, bits)
        share = 100 * peak.mbedtls / peak.tls
        table.append([f"C heap at the peak of a handshake, TLS 1.2, {key}",
                      f"{peak.tls / 1024:.1f} KiB",
                      f"{share:.0f} % of it mbedTLS's; x86-64, massif"])  # fmt: skip
    table.append(["C heap at the peak of a handshake, TLS 1.3", "-",
                  "not offered: MicroPython configures mbedTLS without it"])  # fmt: skip
    return table


def main() -> int:
    """Measures, prints and writes docs/figures/c_heap.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--board-binary", type=Path, required=True)
    options = parser.parse_args()
    table = rows(options.board_binary.absolute())
    for name, value, note in table:
        print(f"{name:<58}{value:>10}  {note}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
