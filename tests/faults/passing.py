# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Rows of matrix.py for transient faults: the fault ends, and the same attempt connects."""

LAN = "wl0 eth0"
ALL = "wl0 eth0 cell0"

# One line or two for each row.
# fmt: off


def add(row, no, connected, connects):
    """Adds the rows; `row` and `no` are `_row()` and `_no()` of matrix.py."""

    def _passes(links, stage, how, make, passes, *, then=None, lasts_s=0.6):
        row(links, stage, "passes", how, make, connected, connects, then=then, passes=passes,
            lasts_s=lasts_s)

    no("wl0", "HARDWARE", "passes",
        "a driver that raises ends the attempt: nobody knows what state it has left")
    no("eth0", "HARDWARE", "passes", "a chip that does not answer after its reset is not there")
    _passes("cell0", "HARDWARE", "mute for 0.6 s", lambda b: b.modem.mute(),
            lambda b: b.modem.speak())
    for _reason in (2, 15, 203):
        _passes("wl0", "LINK", f"association refused for a while, reason {_reason}",
                lambda b, reason=_reason: b.net.refuse(reason), lambda b: b.net.accept())
    _passes("wl0", "LINK", "two refuse for a while, reasons 203 and 17, and then one",
            lambda b: (b.second().refuse(17), b.net.refuse(203)), lambda b: b.second().accept())
    _passes("wl0", "LINK", "two have another key for a while, and then one",
            lambda b: (b.second().set_key("another-key"), b.net.set_key("another-key")),
            lambda b: b.net.set_key(b.net.key))
    _passes("wl0", "LINK", "access point off for a while", lambda b: b.net.off(),
            lambda b: b.net.on())
    _passes("eth0", "LINK", "cable out for a while", lambda b: b.net.unplug(),
            lambda b: b.net.plug())
    _passes("cell0", "LINK", "registration denied for a while", lambda b: b.modem.deny(),
            lambda b: b.modem.register())
    for _state in ("busy", "failure", "removed"):
        _passes("cell0", "LINK", f"SIM {_state} for a while",
                lambda b, state=_state: b.modem.sim(state), lambda b: b.modem.sim("ready"))
    for _answer in ("+CPIN: NOT READY", "+CPIN: NOT INSERTED"):
        _passes("cell0", "LINK", f"{_answer} for a while",
                lambda b, answer=_answer: b.modem.answer("AT+CPIN?", [answer, "OK"]),
                lambda b: b.modem.answer("AT+CPIN?", None))
    _passes(LAN, "ADDRESS", "no DHCP server for a while", lambda b: b.net.dhcp(False),
            lambda b: b.net.dhcp(True))
    for _result in ("NO CARRIER", "ERROR", "BUSY"):
        _passes("cell0", "ADDRESS", f"{_result} to the dial for a while",
                lambda b, result=_result: b.modem.refuse_dial(result),
                lambda b: b.modem.refuse_dial(None))
    no(ALL, "CLOCK", "passes", "the attempt goes on without a time")
    _passes(ALL, "RESOLVE", "SERVFAIL for a while", lambda b: b.world.dns.servfail(),
            lambda b: b.world.dns.restore())
    _passes(ALL, "RESOLVE", "DNS is silent for a while", lambda b: b.world.dns.drop(),
            lambda b: b.world.dns.restore())
    _passes(ALL, "DIAL", "RST to the SYN for a while", lambda b: b.world.broker.stop(),
            lambda b: b.world.broker.start())
    _passes(LAN, "PROXY", "503 for a while", lambda b: b.use_proxy(status=503),
            lambda b: b.proxy.mend())
    _passes(LAN, "PROXY", "closed after the request for a while",
            lambda b: b.use_proxy(fault="close"), lambda b: b.proxy.mend())
    for _stage, _how, _kind in (
        ("TLS", "alert 40", "alert-tls"),
        ("TLS", "closed after the ClientHello", "close-tls"),
        ("TLS", "reset", "reset"),
        ("SESSION", "CONNACK 3", "connack-3"),
        ("SESSION", "closed after CONNECT", "close-mqtt"),
    ):
        _passes(ALL, _stage, _how + " for a while", lambda b, kind=_kind: b.server(kind),
                lambda b: b.peer.mend())
    _passes(LAN, "TLS", "link lost for a while", lambda b: b.server("mute-tcp"),
            lambda b: (b.peer.mend(), b.uncut()), then=lambda b: b.cut())
