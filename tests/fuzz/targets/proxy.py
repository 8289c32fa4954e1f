# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The proxy's reply against a regular expression, and the request that a NIC makes."""

import base64
import re

from connectwith.connection import proxy as protocol
from connectwith.settings import nic
from targets.choices import Choices

HEADER_MAX = 4096
# The status line as RFC 9112, section 4, has it, of any minor version.
REPLY = re.compile(rb"HTTP/1\.[0-9] ([0-9]{3})[ \r\n]")

# A header's last two line ends; section 2.2 takes a bare LF as one.
ENDS = (b"\n\n", b"\n\r\n")


def _reply(data: bytes) -> None:
    reply = protocol.Reply()
    taken = 0
    for byte in data:
        if not reply.feed(byte):
            break
        taken += 1
        assert 0 <= reply.status <= 999
        assert reply.done == (data[:taken].endswith(ENDS) and taken > 12)
    head = data[:taken]
    if reply.done:
        match = REPLY.match(head)
        assert match and reply.status == int(match[1])
        assert not any(end in head[:-1] for end in ENDS)
    assert taken <= HEADER_MAX
    if taken < len(data):
        # Refused: it was over, too long, or cannot become a status line any more.
        assert reply.done or taken == HEADER_MAX or not _may_begin(data[: taken + 1])
    else:
        assert _may_begin(head)


def _may_begin(head: bytes) -> bool:
    """Whether a status line may begin like this."""
    sample = b"HTTP/1.1 200 "
    filled = head[:13] + sample[len(head) :]
    return REPLY.match(filled) is not None


def _request(choices: Choices) -> None:
    user, password = choices.text(40), choices.text(40)
    address = choices.text(70)
    block = {"address": address, "port": choices.word(), "username": user, "password": password}
    try:
        nic.check_block("proxyconfig", block)
    except (TypeError, ValueError):
        return
    head = protocol.request("broker.test", 8883, user, password)
    lines = head.split(b"\r\n")
    assert len(lines) == 5 and lines[3:] == [b"", b""]
    scheme, _, credentials = lines[2].rpartition(b" ")
    assert scheme == b"Proxy-Authorization: Basic"
    name, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    assert (name, secret) == (user, password)


def one(data: bytes) -> None:
    """A first byte of 0xFF makes a request of the rest, any other belongs to a reply."""
    if data[:1] == b"\xff":
        _request(Choices(data[1:]))
    else:
        _reply(data)
