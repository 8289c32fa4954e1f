# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The fault matrix as data: link x stage x fault, how the bench makes it, how it must end.

A row gives one cell for each of its links. Its `make` and `then` get the Rig. One place (link,
stage, fault) may have several rows. A place without a row has a reason in `REASONS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import passing
import resuming

LINKS = ("wl0", "eth0", "cell0")
STAGES = (
    "HARDWARE", "LINK", "ADDRESS", "CLOCK", "RESOLVE", "DIAL", "PROXY", "TLS", "SESSION",
)  # fmt: skip
FAULTS = {
    "refuse": "the other side says no",
    "wrong": "it answers, but something else",
    "never": "it never answers",
    "cut": "link or connection is cut in the middle of the stage",
    "slow": "it answers late, but within the time",
    "garbage": "it answers noise",
    "half": "it begins an answer, then silence",
    "passes": "it fails for a while, and then no more",
}

NAMES = (
    "NOT_CONNECTED", "NO_WIFI", "NO_IP_ADDRESS", "NOT_RESOLVED", "NO_SERVER", "SERVER_CONNECTED",
    "NO_PROXY", "NOT_AUTHORISED", "NO_MODEM", "SIM_ERROR", "NO_REGISTRATION",
    "REGISTRATION_DENIED", "NO_PPP_CONNECTION", "PPP_NO_CONNECTIVITY",
)  # fmt: skip
(NOT_CONNECTED, NO_WIFI, NO_IP_ADDRESS, NOT_RESOLVED, NO_SERVER, SERVER_CONNECTED, NO_PROXY,
 NOT_AUTHORISED, NO_MODEM, SIM_ERROR, NO_REGISTRATION, REGISTRATION_DENIED, NO_PPP_CONNECTION,
 PPP_NO_CONNECTIVITY) = range(14)  # fmt: skip
NO_LINK = 1  # on Ethernet

EARLY = "early"  # known before the timeout, and told then
LATE = "late"  # only the time tells
TRIED = "tried"  # it may pass: tried again for most of the time, and told then
CONNECTS = "connects"  # the attempt survives the fault


@dataclass(frozen=True)
class Cell:
    """One place of the matrix: a fault in a stage of a link.

    how         the fault in words
    make        makes it before the attempt, or None
    then        what happens when the stage has been reached, or None
    result      the code that the callback must get
    ends        EARLY, TRIED, LATE or CONNECTS
    last_stage  the stage that the attempt must end in
    limit_s     the timeout given, at least, where only the time tells, or most of it is used
    passes      ends the fault `lasts_s` after the attempt has begun, or None
    after       what it takes before the next attempt can work, or None
    noted       `imp.diag` must have a note
    """

    link: str
    stage: str
    fault: str
    how: str
    make: Callable | None
    then: Callable | None
    result: int
    ends: str
    last_stage: str
    limit_s: float
    noted: bool
    after: Callable | None
    passes: Callable | None
    lasts_s: float

    def __str__(self):
        return f"{self.link}-{self.stage}-{self.fault}-{self.how}"


CELLS: list[Cell] = []
REASONS: dict[tuple[str, str, str], str] = {}


def name_of(cell):
    """The name of the cell's result."""
    return NAMES[cell.result] if cell.link != "eth0" or cell.result != NO_LINK else "NO_LINK"


def _row(links, stage, fault, how, make, result, ends, *, then=None, last_stage=None,
         limit_s=2.0, noted=False, after=None, passes=None, lasts_s=0.6):  # fmt: skip
    """Adds a cell for each of `links`; result: a code, or one for each of them."""
    for link in links.split():
        code = result[link] if isinstance(result, dict) else result
        CELLS.append(
            Cell(link, stage, fault, how, make, then, code, ends, last_stage or stage, limit_s,
                 noted, after, passes, lasts_s)
        )  # fmt: skip


def _no(links, stage, faults, reason):
    """Notes why there is nothing to try for `faults`."""
    for link in links.split():
        for fault in faults.split():
            REASONS[link, stage, fault] = reason


_LAN = "wl0 eth0"
_ALL = "wl0 eth0 cell0"
_ANY_FAULT = " ".join(FAULTS)
_NOISE = bytes(range(255, 127, -1))
_SETTINGS = "ATE0;+CMEE=1;+CGEREP=0,0"  # what the modem is told first


def _wait_for_nothing(b):
    """The modem answers CONNECT, and no PPP peer is behind it."""
    b.modem.answer("ATD*99***1#", ["CONNECT 115200"])


# fmt: off

# The interface itself.

_row("wl0", "HARDWARE", "refuse", "the driver raises",
     lambda b: b.driver("raise OSError('the radio does not start')"), NOT_CONNECTED, EARLY)
_row("wl0", "HARDWARE", "slow", "the driver takes 0.7 s",
     lambda b: b.driver("time.sleep_ms(700)"), SERVER_CONNECTED, CONNECTS)
_no("wl0", "HARDWARE", "never",
    "a driver that does not return stops the interpreter, which is the watchdog's business")
_no("wl0", "HARDWARE", "wrong cut garbage half",
    "the radio is in the chip, and the driver starts it in one call: nobody is there to answer")


def _boot_without_chip(b):
    b.net.remove_chip()
    b.reset()


def _connect_and_renew(b):
    b.connect_well()
    b.renew()


# Of a board that has just booted, what it holds is not to be compared with what it held before.
_row("eth0", "HARDWARE", "refuse", "no W5500", _boot_without_chip, NO_LINK, EARLY,
     after=_connect_and_renew)
_row("eth0", "HARDWARE", "cut", "no W5500 any more", lambda b: b.net.remove_chip(), NO_LINK, EARLY)
_row("eth0", "HARDWARE", "garbage", "it says nonsense until its pin resets it",
     lambda b: b.net.lock_up(), SERVER_CONNECTED, CONNECTS)
_no("eth0", "HARDWARE", "wrong never slow half",
    "whatever SPI reads is an answer at once, and the driver asks for one register only")
_row("cell0", "HARDWARE", "refuse", "ERROR to AT",
     lambda b: b.modem.answer("AT", ["ERROR"]), NO_MODEM, LATE)
_row("cell0", "HARDWARE", "wrong", "NO CARRIER to AT",
     lambda b: b.modem.answer("AT", ["NO CARRIER"]), NO_MODEM, LATE)
_row("cell0", "HARDWARE", "never", "mute", lambda b: b.modem.mute(), NO_MODEM, LATE)
_row("cell0", "HARDWARE", "cut", "the UART's cable is pulled",
     lambda b: b.modem.delay(_SETTINGS, 600000), NO_MODEM, LATE,
     then=lambda b: b.modem.pull())
_row("cell0", "HARDWARE", "cut", "its supply fails",
     lambda b: b.modem.delay(_SETTINGS, 600000), NO_MODEM, LATE,
     then=lambda b: b.modem.power_off())
_row("cell0", "HARDWARE", "slow", "0.7 s to ATE0",
     lambda b: b.modem.delay(_SETTINGS, 700), SERVER_CONNECTED, CONNECTS)
_row("cell0", "HARDWARE", "garbage", "noise to AT",
     lambda b: b.modem.answer("AT", [_NOISE]), NO_MODEM, LATE)
_row("cell0", "HARDWARE", "half", "half an OK to AT",
     lambda b: b.modem.answer("AT", [b"\r\nO"]), NO_MODEM, LATE)

# The link.

_row("wl0", "LINK", "refuse", "association refused, reason 203",
     lambda b: b.net.refuse(203), NO_WIFI, TRIED)
_row("wl0", "LINK", "refuse", "another key", lambda b: b.net.set_key("another-key"),
     NO_WIFI, EARLY)
_row("wl0", "LINK", "wrong", "an open network of that name", lambda b: b.net.set_key(""),
     NO_WIFI, TRIED)
_row("wl0", "LINK", "refuse", "one of two refuses, reason 203",
     lambda b: (b.second(), b.net.refuse(203)), SERVER_CONNECTED, CONNECTS)
_row("wl0", "LINK", "refuse", "two refuse, reasons 203 and 17",
     lambda b: (b.second().refuse(17), b.net.refuse(203)), NO_WIFI, TRIED)
_row("wl0", "LINK", "refuse", "two have another key",
     lambda b: (b.second().set_key("another-key"), b.net.set_key("another-key")), NO_WIFI, EARLY)
_row("wl0", "LINK", "wrong", "one of two has another key",
     lambda b: (b.second(), b.net.set_key("another-key")), SERVER_CONNECTED, CONNECTS)
_row("wl0", "LINK", "refuse", "the stronger of two networks has another key",
     lambda b: (b.several(), b.net.set_key("another-key")), SERVER_CONNECTED, CONNECTS)
_row("wl0", "LINK", "refuse", "the stronger of two networks refuses, the other is at -88 dBm",
     lambda b: (b.several().rssi(-88), b.net.refuse(203)), SERVER_CONNECTED, CONNECTS)
_row("wl0", "LINK", "refuse", "one of two networks has another key, the other is off",
     lambda b: (b.several().off(), b.net.set_key("another-key")), NO_WIFI, TRIED)
_row("wl0", "LINK", "wrong", "two networks have another key",
     lambda b: (b.several().set_key("another-key"), b.net.set_key("another-key")),
     NO_WIFI, EARLY)
_row("wl0", "LINK", "never", "one of two is silent",
     lambda b: (b.second(), b.net.mute()), SERVER_CONNECTED, CONNECTS)
_row("wl0", "LINK", "never", "association takes 60 s",
     lambda b: b.net.association_ms(60000), NO_WIFI, LATE)
_row("wl0", "LINK", "cut", "access point off while it associates",
     lambda b: b.net.association_ms(1500), NO_WIFI, TRIED, then=lambda b: b.cut())
_row("wl0", "LINK", "slow", "association takes 0.7 s",
     lambda b: b.net.association_ms(700), SERVER_CONNECTED, CONNECTS)
_no("wl0", "LINK", "garbage", "the bench's radio has no frames of its own that could be spoilt")
_row("wl0", "LINK", "half", "the 4-way handshake does not end, reason 15",
     lambda b: b.net.refuse(15), NO_WIFI, TRIED)
_row("eth0", "LINK", "never", "no cable", lambda b: b.net.unplug(), NO_LINK, LATE)
_row("eth0", "LINK", "cut", "cable out while it negotiates",
     lambda b: b.net.link_ms(60000), NO_LINK, LATE, then=lambda b: b.cut())
_row("eth0", "LINK", "slow", "0.7 s until there is a carrier",
     lambda b: b.net.link_ms(700), SERVER_CONNECTED, CONNECTS)
_no("eth0", "LINK", "refuse wrong garbage half", "there is a carrier or none, nothing between")
_row("cell0", "LINK", "refuse", "registration denied",
     lambda b: b.modem.deny(), REGISTRATION_DENIED, TRIED)
_row("cell0", "LINK", "refuse", "SIM removed", lambda b: b.modem.sim("removed"), SIM_ERROR, TRIED)
_row("cell0", "LINK", "wrong", "the SIM wants its PUK", lambda b: b.modem.sim("puk"),
     SIM_ERROR, EARLY)
_row("cell0", "LINK", "wrong", "registered for SMS only",
     lambda b: b.modem.register("all", 6), NO_REGISTRATION, LATE)
_row("cell0", "LINK", "never", "no network is found",
     lambda b: b.modem.search(), NO_REGISTRATION, LATE)
_row("cell0", "LINK", "cut", "the UART's cable is pulled", lambda b: b.modem.search(),
     NO_REGISTRATION, LATE, then=lambda b: b.modem.pull())
_row("cell0", "LINK", "slow", "0.7 s to each AT+CEREG?",
     lambda b: b.modem.delay("AT+CEREG?", 700), SERVER_CONNECTED, CONNECTS)
_row("cell0", "LINK", "garbage", "noise to AT+CEREG?",
     lambda b: b.modem.answer("AT+CEREG?", [_NOISE]), NO_REGISTRATION, LATE)
_row("cell0", "LINK", "half", "half an answer to AT+CPIN?",
     lambda b: b.modem.answer("AT+CPIN?", [b"\r\n+CPIN: REA"]), NO_REGISTRATION, LATE)

# The address: DHCP, or dialling and PPP.

for _kind, _fault, _how in (
    ("nak", "refuse", "DHCPNAK to the request"),
    ("wrong", "wrong", "replies to another request"),
    ("garbage", "garbage", "replies that are noise"),
    ("half", "half", "replies that end early"),
):
    _row(_LAN, "ADDRESS", _fault, _how, lambda b, kind=_kind: b.net.spoil_dhcp(kind),
         NO_IP_ADDRESS, LATE)
_row(_LAN, "ADDRESS", "never", "no DHCP server", lambda b: b.net.dhcp(False), NO_IP_ADDRESS, LATE)
_row("wl0", "ADDRESS", "never", "one of two access points has no DHCP server",
     lambda b: (b.second(), b.net.dhcp(False)), SERVER_CONNECTED, CONNECTS)
_row("wl0", "ADDRESS", "never", "the stronger of two networks has no DHCP server",
     lambda b: (b.several(), b.net.dhcp(False)), SERVER_CONNECTED, CONNECTS)
_row("wl0", "ADDRESS", "cut", "access point off", lambda b: b.net.dhcp(False), NO_WIFI, TRIED,
     then=lambda b: b.cut())
_row("eth0", "ADDRESS", "cut", "cable out", lambda b: b.net.dhcp(False), NO_IP_ADDRESS, LATE,
     then=lambda b: b.cut())
_row(_LAN, "ADDRESS", "slow", "each frame takes 0.15 s, each way",
     lambda b: b.net.cable.delay(150), SERVER_CONNECTED, CONNECTS)
_row(_LAN, "ADDRESS", "slow", "DHCP answers 0.3 s late",
     lambda b: b.net.dhcp_ms(300), SERVER_CONNECTED, CONNECTS)
_row("cell0", "ADDRESS", "refuse", "NO CARRIER to the dial",
     lambda b: b.modem.refuse_dial("NO CARRIER"), NO_PPP_CONNECTION, TRIED)
_row("cell0", "ADDRESS", "refuse", "PAP refuses the password",
     lambda b: b.modem.ppp("pap", user="me", password="another"),
     NO_PPP_CONNECTION, EARLY)
_row("cell0", "ADDRESS", "wrong", "OK to the dial instead of CONNECT",
     lambda b: b.modem.answer("ATD*99***1#", ["OK"]), NO_PPP_CONNECTION, TRIED)
_row("cell0", "ADDRESS", "never", "the dial is not answered",
     lambda b: b.modem.hang_dial(), NO_PPP_CONNECTION, LATE)
_row("cell0", "ADDRESS", "never", "LCP is not answered", _wait_for_nothing,
     NO_PPP_CONNECTION, LATE)
_row("cell0", "ADDRESS", "cut", "its supply fails while PPP negotiates", _wait_for_nothing,
     NO_PPP_CONNECTION, LATE, then=lambda b: b.modem.power_off())
_row("cell0", "ADDRESS", "slow", "0.7 s to the dial",
     lambda b: b.modem.delay("ATD*99***1#", 700), SERVER_CONNECTED, CONNECTS)
_row("cell0", "ADDRESS", "garbage", "CONNECT, then noise",
     lambda b: b.modem.answer("ATD*99***1#", ["CONNECT 115200", _NOISE * 16]),
     NO_PPP_CONNECTION, LATE)
_row("cell0", "ADDRESS", "half", "CONNECT, then half a frame of LCP",
     lambda b: b.modem.answer("ATD*99***1#", ["CONNECT 115200", b"~\xff}#\xc0!}!}!}"]),
     NO_PPP_CONNECTION, LATE)

# The clock. Without an answer the build date is used, and `imp.diag` has a note of that. Only the
# loss of the link is a failure.

_CLOCK = (
    ("refuse", "kiss-o'-death", "refuse", True),
    ("wrong", "a time before the build date", "offset", True),
    ("never", "no answer from SNTP", "off", True),
    ("slow", "SNTP answers 0.7 s late", "delay", False),
    ("garbage", "noise from SNTP", "garbage", True),
    ("half", "20 of 48 bytes from SNTP", "half", True),
)
_CLOCK_ARGUMENTS = {"offset": (-20 * 365 * 86400,), "delay": (700,)}


def _clock(b, fault):
    getattr(b.world.sntp, fault)(*_CLOCK_ARGUMENTS.get(fault, ()))
    if b.link == "cell0":
        b.modem.clock(None)  # else it would be asked before SNTP


for _fault, _how, _name, _noted in _CLOCK:
    _row(_ALL, "CLOCK", _fault, _how, lambda b, name=_name: _clock(b, name), SERVER_CONNECTED,
         CONNECTS, noted=_noted)

# From this stage on, a cut and a few result codes differ between the links.

_SILENT = {"wl0": NOT_RESOLVED, "eth0": NOT_RESOLVED, "cell0": PPP_NO_CONNECTIVITY}
_UNREACHED = {"wl0": NO_SERVER, "eth0": NO_SERVER, "cell0": PPP_NO_CONNECTIVITY}


def _cuts(stage, hold, code):
    """Adds the rows of a link that is cut while `hold` keeps the attempt in `stage`.

    `code`: the result over cellular when the timeout ends in that stage. PPP does not report that
    the network has ended a call. The bench switches a modem that has lost its power on again at
    once."""
    _row("wl0", stage, "cut", "access point off", hold, NO_WIFI, TRIED, then=lambda b: b.cut())
    _row("eth0", stage, "cut", "cable out", hold, NO_LINK, TRIED, then=lambda b: b.cut())
    if code is None:
        _row("cell0", stage, "cut", "the modem's supply fails", hold, SERVER_CONNECTED, CONNECTS,
             then=lambda b: b.modem.power_off(), noted=True)
        return
    _row("cell0", stage, "cut", "the call has ended", hold, code, LATE, then=lambda b: b.cut())
    _row("cell0", stage, "cut", "the modem's supply fails", hold, code, LATE,
         then=lambda b: b.modem.power_off())


_cuts("CLOCK", lambda b: _clock(b, "off"), None)

_row(_ALL, "RESOLVE", "refuse", "NXDOMAIN",
     lambda b: b.world.dns.nxdomain(b.world.broker.host), NOT_RESOLVED, EARLY)
_row(_ALL, "RESOLVE", "refuse", "SERVFAIL", lambda b: b.world.dns.servfail(), NOT_RESOLVED, TRIED)
_row(_ALL, "RESOLVE", "wrong", "answers to another question", lambda b: b.world.dns.strange(),
     _SILENT, LATE)
_row(_ALL, "RESOLVE", "wrong", "an address that nobody has", lambda b: b.resolve_to("192.0.2.1"),
     _UNREACHED, LATE, last_stage="DIAL")
_row(_ALL, "RESOLVE", "never", "DNS is silent", lambda b: b.world.dns.drop(), _SILENT, LATE)
_cuts("RESOLVE", lambda b: b.world.dns.drop(), PPP_NO_CONNECTIVITY)
_row(_ALL, "RESOLVE", "slow", "DNS answers 0.7 s late", lambda b: b.world.dns.delay(700),
     SERVER_CONNECTED, CONNECTS)
_row(_ALL, "RESOLVE", "garbage", "noise from DNS", lambda b: b.world.dns.garbage(), _SILENT, LATE)
_row(_ALL, "RESOLVE", "half", "answers that end in the record", lambda b: b.world.dns.half(),
     _SILENT, LATE)

# TCP: to the server, which with a proxy would be the proxy.

_row(_ALL, "DIAL", "refuse", "RST to the SYN", lambda b: b.closed_server(), NO_SERVER, TRIED)
_row(_LAN, "DIAL", "refuse", "RST to the SYN, by the proxy", lambda b: b.closed_proxy(),
     NO_PROXY, TRIED)
_row(_ALL, "DIAL", "never", "no answer to the SYN", lambda b: b.server("full"), _UNREACHED, LATE)
_cuts("DIAL", lambda b: b.server("full"), PPP_NO_CONNECTIVITY)
_row(_ALL, "DIAL", "slow", "the SYN is answered 1 s late", lambda b: b.server("full"),
     SERVER_CONNECTED, CONNECTS, then=lambda b: b.peer.accept())
_no(_ALL, "DIAL", "wrong garbage half", "TCP has two answers to a SYN, and drops all others")

# The proxy, which only the local networks have.

_no("cell0", "PROXY", _ANY_FAULT, "over a mobile network no proxy is used")
_row(_LAN, "PROXY", "refuse", "407", lambda b: b.use_proxy(status=407), NOT_AUTHORISED, EARLY)
_row(_LAN, "PROXY", "refuse", "503", lambda b: b.use_proxy(status=503), NO_PROXY, TRIED)
_row(_LAN, "PROXY", "wrong", "an SSH server", lambda b: b.use_proxy(fault="banner"),
     NO_PROXY, EARLY)
_row(_LAN, "PROXY", "never", "no answer to CONNECT", lambda b: b.use_proxy(fault="mute"),
     NO_PROXY, LATE)
_row(_LAN, "PROXY", "cut", "closed after the request", lambda b: b.use_proxy(fault="close"),
     NO_PROXY, TRIED)
_row("wl0", "PROXY", "cut", "access point off", lambda b: b.use_proxy(fault="mute"), NO_WIFI,
     TRIED, then=lambda b: b.cut())
_row("eth0", "PROXY", "cut", "cable out", lambda b: b.use_proxy(fault="mute"), NO_LINK,
     TRIED, then=lambda b: b.cut())
_row(_LAN, "PROXY", "slow", "it thinks for 0.7 s", lambda b: b.use_proxy(late_ms=700),
     SERVER_CONNECTED, CONNECTS)
_row(_LAN, "PROXY", "garbage", "4 KB of noise", lambda b: b.use_proxy(fault="noise"),
     NO_PROXY, EARLY)
_row(_LAN, "PROXY", "half", "half a header", lambda b: b.use_proxy(fault="half"), NO_PROXY, LATE)

# TLS and the session: what the server does, on all links alike.

for _stage, _fault, _how, _kind, _result, _ends in (
    ("TLS", "refuse", "alert 40", "alert-tls", NO_SERVER, TRIED),
    ("TLS", "wrong", "another host's certificate", "other-host", NO_SERVER, EARLY),
    ("TLS", "never", "no answer to the ClientHello", "mute-tcp", NO_SERVER, LATE),
    ("TLS", "cut", "closed after the ClientHello", "close-tls", NO_SERVER, TRIED),
    ("TLS", "slow", "begins 0.7 s late", "late-tls", SERVER_CONNECTED, CONNECTS),
    ("TLS", "garbage", "64 KB of noise", "noise-tcp", NO_SERVER, EARLY),
    ("TLS", "half", "a third of a ServerHello", "half-tls", NO_SERVER, LATE),
    ("SESSION", "refuse", "CONNACK 5", "connack-5", NO_SERVER, EARLY),
    ("SESSION", "wrong", "PINGRESP", "pingresp", NO_SERVER, EARLY),
    ("SESSION", "never", "no answer to CONNECT", "mute-mqtt", NO_SERVER, LATE),
    ("SESSION", "cut", "closed after CONNECT", "close-mqtt", NO_SERVER, TRIED),
    ("SESSION", "cut", "closed at SUBSCRIBE", "close-subscribe", SERVER_CONNECTED, CONNECTS),
    ("SESSION", "slow", "CONNACK 0.7 s late", "late-mqtt", SERVER_CONNECTED, CONNECTS),
    ("SESSION", "garbage", "64 KB of noise", "noise-64k", NO_SERVER, EARLY),
    ("SESSION", "half", "half a CONNACK", "half-connack", NO_SERVER, LATE),
):
    _row(_ALL, _stage, _fault, _how, lambda b, kind=_kind: b.server(kind), _result, _ends)
_row(_ALL, "TLS", "wrong", "a captive portal", lambda b: b.net.portal(), NO_SERVER, EARLY)
_cuts("TLS", lambda b: b.server("mute-tcp"), NO_SERVER)
_cuts("SESSION", lambda b: b.server("mute-mqtt"), NO_SERVER)

passing.add(_row, _no, SERVER_CONNECTED, CONNECTS)
resuming.add(_row, SERVER_CONNECTED, NO_SERVER, CONNECTS, EARLY)
