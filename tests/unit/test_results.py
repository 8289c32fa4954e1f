# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Codes and names of the imp API, by their published numbers."""

import pytest
from connectwith import results
from connectwith.diagnostics import report

PUBLISHED = {
    "NOT_CONNECTED": 0, "NO_WIFI": 1, "NO_LINK": 1, "NO_IP_ADDRESS": 2, "NOT_RESOLVED": 3,
    "NO_SERVER": 4, "SERVER_CONNECTED": 5, "NO_PROXY": 6, "NOT_AUTHORISED": 7, "NO_MODEM": 8,
    "SIM_ERROR": 9, "NO_REGISTRATION": 10, "REGISTRATION_DENIED": 11, "NO_PPP_CONNECTION": 12,
    "PPP_NO_CONNECTIVITY": 13, "SEND_ERROR_NOT_CONNECTED": 1, "SEND_ERROR_TIMEOUT": 2,
    "SEND_ERROR_DISCONNECTED": 3, "SEND_ERROR_WOULDBLOCK": 4,
}  # fmt: skip


@pytest.mark.parametrize("name, number", PUBLISHED.items())
def test_numbers(name, number):
    assert getattr(results, name) == number


@pytest.mark.parametrize("name", [name for name in PUBLISHED if not name.startswith("SEND_")])
def test_names(name):
    interface = "eth0" if name == "NO_LINK" else "wl0"
    assert report.result_name(PUBLISHED[name], interface) == name


def test_policies_differ():
    assert len({results.SUSPEND_ON_ERROR, results.RETURN_ON_ERROR,
                results.RETURN_ON_ERROR_NO_DISCONNECT}) == 3  # fmt: skip
    assert results.WAIT_TIL_SENT != results.WAIT_FOR_ACK
