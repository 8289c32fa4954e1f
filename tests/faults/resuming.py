# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Rows of matrix.py for a board that has kept a TLS session of the server."""

ALL = "wl0 eth0 cell0"


def add(row, connected, refused, connects, early):
    """Adds the rows; `row` is `_row()` of matrix.py, and the others are results and ends of it."""

    def _after_a_session(fault, how, result, ends, change, kind="good"):
        def make(b):
            b.server(kind)
            b.connect_well()
            b.rest()
            change(b)

        row(ALL, "TLS", fault, how + ", with a session", make, result, ends)

    def _presents(pair, known=False):
        return lambda b: b.peer.present(getattr(b.world.certificates, pair), known)

    _after_a_session(
        "refuse", "it is not known any more", connected, connects, _presents("broker")
    )
    _after_a_session("cut", "reset at it", connected, connects, lambda b: None, "cut-session")
    for _pair, _how in (
        ("other_host", "another host's certificate"),
        ("expired", "an expired certificate"),
        ("untrusted", "another authority's certificate"),
    ):
        _after_a_session("wrong", _how, refused, early, _presents(_pair))
    # Who knows the session was verified in that handshake (docs/security.md).
    _after_a_session("wrong", "another host's certificate, and it is known", connected, connects,
                     _presents("other_host", known=True))  # fmt: skip
