# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""HTTP CONNECT: the bytes of the request, and a strict parser of the answer."""

import pytest
from connectwith.connection import proxy
from hypothesis import given
from hypothesis import strategies as st


def feed(data):
    """(accepted, reply): False as soon as a byte was refused."""
    reply = proxy.Reply()
    return all(reply.feed(byte) for byte in data), reply


def test_request():
    assert proxy.request("broker.test", 8883) == (
        b"CONNECT broker.test:8883 HTTP/1.1\r\nHost: broker.test:8883\r\n\r\n"
    )


def test_request_with_credentials():
    # The example of RFC 7617, section 2.
    request = proxy.request("h", 1, "Aladdin", "open sesame")
    assert b"\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n" in request


def test_long_credentials_stay_in_one_line():
    request = proxy.request("h", 1, "u" * 32, "p" * 32)
    assert request.count(b"\r\n") == 4 and request.count(b"\n") == 4


@pytest.mark.parametrize(
    "data, status",
    [
        (b"HTTP/1.1 200 Connection established\r\n\r\n", 200),
        (b"HTTP/1.0 200 OK\r\nVia: x\r\n\r\n", 200),
        (b"HTTP/1.1 407 \r\nProxy-Authenticate: Basic\r\n\r\n", 407),
        (b"HTTP/1.1 502\r\nX: \r\r\n\r\n", 502),
    ],
)
def test_replies(data, status):
    accepted, reply = feed(data)
    assert accepted and reply.done and reply.status == status
    for end in range(len(data)):
        accepted, reply = feed(data[:end])
        assert accepted and not reply.done


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"\x16\x03\x01",
        b"HTTP/1.x 200",
        b"HTTP/1.1 2x0",
        b"HTTP/1.1  200",
        b"HTTP/1.1 2000 OK",
        b"HTTP/1.1 200 OK\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000,
    ],
)
def test_refused(data):
    assert not feed(data)[0]


def test_the_header_ends_at_4096_bytes():
    head = b"HTTP/1.1 200 OK\r\nX: "
    fits = head + b"y" * (4096 - len(head) - 4) + b"\r\n\r\n"
    assert feed(fits)[0] and feed(fits)[1].done
    assert not feed(head + b"y" * (4097 - len(head) - 4) + b"\r\n\r\n")[0]


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda b: b"HTTP/1.1 200 " + b))
def test_hostile_bytes(data):
    accepted, reply = feed(data)
    if reply.done:
        assert b"\r\n\r\n" in data and data.startswith(b"HTTP/1.")
    assert accepted or len(data) > 0
