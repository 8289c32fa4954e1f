# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Failures of the dialer that a captive portal may have caused."""

import types

import pytest
from dialer_stand_in import Resolver
from test_dialer import FAILED, PROXY_TO, TLS, begun, run, streams  # noqa: F401


@pytest.mark.parametrize(
    ("code", "flags", "another"),
    [(-0x2700, 0x04, True), (-0x2700, 0x08, True), (-0x2700, 0x0C, True), (-0x2700, 0x01, False),
     (-0x2700, 0x02, False), (-0x7200, 0, True), (-0x7780, 0, False), (104, 0, False)],
)  # fmt: skip
def test_somebody_else_in_tls(streams, code, flags, another):  # noqa: F811
    streams(states=(2,), error_code=code, flags=flags)
    dial = begun(Resolver(1))
    assert dial.poll() == TLS or dial.poll() == TLS
    dial.stream.secured = None
    dial.stream.left = [-1]
    assert run(dial)[-1] == FAILED
    assert dial.met_another(None) is another


@pytest.mark.parametrize(("host", "another"), [("broker.example", True), ("broker.test", False)])
def test_somebody_elses_address(streams, host, another):  # noqa: F811
    streams(states=(1, -1), error_code=111)
    resolver = Resolver(1)
    resolver.addresses = ("10.0.0.1",)
    dial = begun(resolver, f"mqtts://{host}")
    assert run(dial)[-1] == FAILED
    link = types.SimpleNamespace(addresses=lambda: ("10.0.0.5", "255.255.255.0", "10.0.0.1"))
    assert dial.met_another(link) is another


def test_nobody_stands_in_for_a_proxy_or_a_name_that_is_not_there(streams):  # noqa: F811
    streams(states=(1, -1), error_code=111)
    dial = begun(Resolver(1), "mqtts://broker.example", PROXY_TO)
    assert run(dial)[-1] == FAILED and not dial.met_another(None)
    dial = begun(Resolver(-1), "mqtts://broker.example")
    assert run(dial)[-1] == FAILED and not dial.met_another(None)
