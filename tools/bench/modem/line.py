# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The bytes that arrive when the two ends of a serial line have different speeds."""

from __future__ import annotations

_TOLERANCE = 0.04  # of the rate: 8N1 tolerates about half a bit in ten


def resample(data: bytes, sent_at: int, read_at: int) -> bytes:
    """What a UART at `read_at` baud reads of `data` sent at `sent_at` baud, 8N1, back to back.

    The bits on the wire are sampled as a receiver does: from a falling edge on, in the middle of
    its own bit times. A byte whose stop bit is low is delivered all the same, as an ESP32 does.
    """
    if abs(sent_at - read_at) <= _TOLERANCE * read_at:
        return data
    wire: list[int] = []
    for byte in data:
        wire += [0, *((byte >> bit) & 1 for bit in range(8)), 1]
    ratio = sent_at / read_at  # sender's bits per receiver's bit

    def level(position: float) -> int:
        index = int(position)
        return wire[index] if index < len(wire) else 1  # idle line

    out = bytearray()
    position = 0.0
    while position < len(wire):
        if level(position):
            position = int(position) + 1  # the next place an edge can be
            continue
        bits = [level(position + (n + 1.5) * ratio) for n in range(8)]
        out.append(sum(bit << n for n, bit in enumerate(bits)))
        position += 9.5 * ratio  # the middle of the stop bit
        while position < len(wire) and not level(position):
            position = int(position) + 1  # break: wait for the line to go idle
    return bytes(out)


def chunks(data: bytes, size: int | None) -> list[bytes]:
    """`data` in pieces of `size` bytes; None: in one."""
    if size is None:
        return [data] if data else []
    return [data[i : i + size] for i in range(0, len(data), size)]
