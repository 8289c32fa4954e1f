# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the map says of each place, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from commands import typed_faults
from lab.model import BoardView, LabView
from lab.model.attempts import AttemptView
from setup.problem import Problem
from target import faults

UNKNOWN = "unknown"
STATES = {
    faults.OK: "up", faults.SLOW: "slow", faults.FAULTY: "faulty", faults.CUT: "cut",
    faults.OFF: "off", UNKNOWN: "unseen",
}  # fmt: skip
NETWORKS = ("ap", "cafe", "ethernet", "modem")
MAST = "mobile"  # the network beyond the modem
SERVERS = ("dns", "sntp", "proxy", "broker")
_NAMES = {"ethernet": "Ethernet", "dns": "DNS", "sntp": "SNTP"}
# What a place is for, while it has no fault.
_ROLES = {"ap": "WPA2", "cafe": "open", "ethernet": "W5500", "dns": "names", "sntp": "time",
          "proxy": "HTTP", "broker": "MQTT, TLS"}  # fmt: skip
# By method of a network: how DHCP looks from outside, and as a state of a line.
_DHCP = {
    "dhcp": ("silent", faults.CUT),
    "spoil_dhcp": ("spoilt", faults.FAULTY),
    "dhcp_ms": ("late", faults.SLOW),
}
_KINDS = {"wl0": "wifi", "eth0": "ethernet", "cell0": "cell", "cell1": "cell"}


@dataclass(frozen=True)
class Centre:
    """The board in the middle of the map. route: see route()."""

    name: str
    device: str
    power: str
    session: str | None
    route: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A place of the map. state, line, dhcp_state: one of STATES; that of the line is "off" at a
    board without power, too. detail: of the radio. dhcp: "" where no leases are given. linked: the
    board has a link with this network."""

    part: str
    name: str
    state: str
    line: str
    made: tuple[str, ...]
    detail: tuple[str, ...] = ()
    dhcp: str = ""
    dhcp_state: str = faults.OK
    linked: bool = False
    session: bool = False

    @property
    def faults(self) -> str:
        """The fault as it is typed without the part, or how many there are; "" for none."""
        short = [text.removeprefix(f"{self.part}-") for text in self.made]
        return short[0] if len(short) == 1 else f"{len(short)} faults" if short else ""

    @property
    def role(self) -> str:
        """What it is for, in a word; "" while faults take its place."""
        return "" if self.made or self.state == UNKNOWN else _ROLES.get(self.part, "")

    @property
    def title(self) -> str:
        """All about it in one line."""
        words = [STATES[self.line], *self.detail]
        words += [f"DHCP {self.dhcp}"] if self.dhcp else []
        words += ["linked"] if self.linked else []
        words += ["carries the session"] if self.session else []
        told = f"{self.name}: {', '.join(words)}"
        return f"{told}; faults: {', '.join(self.made)}" if self.made else told


@lru_cache(maxsize=256)
def _method(text: str) -> str:
    try:
        return typed_faults.parse(text).method
    except Problem:
        return ""


def name_of(part: str) -> str:
    """The name of a part of the bench, as "Wi-Fi home" for "ap"."""
    kind, _, which = typed_faults.PARTS[part].partition(".")
    return f"Wi-Fi {which}" if kind == "wifi" else _NAMES.get(part, kind)


def session_network(board: BoardView) -> str | None:
    """The part over which the session goes. Of two access points it is the one with the link."""
    if board.session is None:
        return None
    kind = _KINDS.get(board.session, board.session)
    parts = {"wifi": ("ap", "cafe"), "ethernet": ("ethernet",), "cell": ("modem",)}.get(kind, ())
    return next((part for part in parts if part in board.traffic), next(iter(parts), None))


def goes_by_proxy(board: BoardView) -> bool:
    """Whether the attempt that made the session went through a proxy."""
    made: AttemptView | None = next(
        (a for a in board.attempts if a.ok and a.interface == board.session), None
    )
    return made is not None and any(name == "PROXY" for name, _ in made.stages)


def route(board: BoardView) -> tuple[str, ...]:
    """The network that carries the session, and the server that it goes to; () without one."""
    network = session_network(board)
    return (network, "proxy" if goes_by_proxy(board) else "broker") if network else ()


def centre(board: BoardView) -> Centre:
    """What the map shows of the board itself."""
    return Centre(board.name, board.device, board.power, board.session, route(board))


def _detail(part: str, board: BoardView, made: tuple[str, ...]) -> tuple[str, ...]:
    """What is known of a radio, in words."""
    modem = board.modem
    if part == "modem":
        words = (modem.state, modem.sim and f"SIM {modem.sim}")
        return tuple(filter(None, words if modem.state == "on" else words[:1]))
    if part == MAST:
        return (modem.registration, modem.signal) if modem.state == "on" else ()
    level = next((text for text in made if _method(text) == "rssi"), "").partition("=")[2]
    return (f"{level} dBm",) if level else ()


def _has_power(part: str, board: BoardView) -> bool:
    """Whether both ends of the line have, as far as that is no fault."""
    if part in (MAST, "modem") and board.modem.state not in ("on", "starting", ""):
        return False
    return part in SERVERS or board.power == "on"


def _place(lab: LabView, board: BoardView, part: str, session: bool) -> Place:
    if board.kind == "real":
        name = "Wi-Fi" if part == "ap" else name_of(part)
        return Place(part, name, UNKNOWN, UNKNOWN, (), session=session)
    state, made = lab.parts_of(board)[part]
    by_method = {_method(text): text for text in made}
    if by_method.keys() & _DHCP.keys():
        others = {m: text for m, text in by_method.items() if m and m not in _DHCP}
        state = faults.state(typed_faults.PARTS[part], others)
    dhcp, dhcp_state = _leases(part, state, by_method)
    line = faults.OFF if state == faults.OK and not _has_power(part, board) else state
    if part == "modem" and board.modem.state in ("off", "gone"):
        state = line
    linked = ("modem" if part == MAST else part) in board.traffic and part not in SERVERS
    detail = _detail(part, board, made)
    return Place(part, name_of(part), state, line, made, detail, dhcp, dhcp_state, linked, session)


def _leases(part: str, state: str, methods: Iterable[str]) -> tuple[str, str]:
    """How DHCP is in this network, and the state of its line; "" where there is none."""
    if part in ("modem", MAST, *SERVERS):
        return "", faults.OK
    if state == faults.OFF and part != "ethernet":  # there it is the board's W5500 that is gone
        return "off", faults.OFF
    return next((_DHCP[method] for method in methods if method in _DHCP), ("ok", faults.OK))


def places(lab: LabView, board: BoardView) -> tuple[Place, ...]:
    """All that the map shows of this board's surroundings."""
    shown = set(lab.parts if board.kind != "real" else typed_faults.PARTS)
    if board.kind == "real":
        shown.discard("cafe")  # nobody knows the name of its network
    through = set(route(board))
    through |= {MAST} if "modem" in through else set()
    parts = (part for part in (*NETWORKS, MAST, *SERVERS) if part in shown)
    return tuple(_place(lab, board, part, part in through) for part in parts)


def sentence(board: Centre, shown: tuple[Place, ...]) -> str:
    """The whole map in words."""
    over = f", session over {board.session}" if board.session else ""
    told = [p.title for p in shown if p.line != faults.OK or p.made or p.session]
    rest = [p.name for p in shown if p.title not in told]
    up = f" Up: {', '.join(rest)}." if rest else ""
    others = "".join(f" {title}." for title in told)
    return f"The board and its networks. {board.name}: power {board.power}{over}.{others}{up}"
