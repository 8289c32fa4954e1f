# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The faults that have a name: for [commands] of bench.toml, for who types one, and for the lab.

A fault is a method of a part of the simulated bench. Its entry says what it does, what it leaves
behind on the line of its part, and which others it ends. The functions follow from the entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

# What a fault leaves behind, the worst first; then two that leave nothing.
OFF = "off"  # the part has no power, or is not there
CUT = "cut"  # the link is cut, or nothing answers
FAULTY = "faulty"  # any other
SLOW = "slow"  # delay or loss
OK = "ok"  # no fault
MOMENT = "moment"  # it happens, and leaves nothing that would have to be ended
NONE = "none"  # it ends others
STATES = (OFF, CUT, FAULTY, SLOW, OK)


@dataclass(frozen=True)
class Entry:
    """A fault of the list.

    words: what it does, as the reason of a skip says it. leaves: OFF to SLOW, MOMENT or NONE.
    ends: the methods whose faults it ends; * stands for any text. healthy: its first value where
    there is no fault. choices: the texts that its first value may be; (): no list of texts.
    per_name: its first value is a name, where * stands for any text. Each name has a fault of its
    own, and a newer one takes the place of those with a name that it stands for.
    """

    words: str
    leaves: str = FAULTY
    ends: tuple[str, ...] = ()
    healthy: str | None = None
    choices: tuple[str, ...] = ()
    per_name: bool = False

    def is_healthy(self, values: Sequence[str]) -> bool:
        """Whether these values mean that there is no fault."""
        if self.healthy is None or not values:
            return False
        try:
            return float(values[0]) == float(self.healthy)
        except ValueError:
            return values[0] == self.healthy


_SPOILT = ("nak", "wrong", "garbage", "half")
_NETWORK = {
    "dhcp": Entry("withhold leases", ends=("spoil_dhcp",), healthy="on", choices=("off", "on")),
    "dhcp_ms": Entry("delay DHCP's replies", SLOW, healthy="0"),
    "spoil_dhcp": Entry("spoil DHCP's replies", ends=("dhcp",), choices=_SPOILT),
    "portal": Entry("put a captive portal before a network"),
    "log_in": Entry("take a captive portal away", NONE, ("portal",)),
}
_CABLE = {
    "cable.silence": Entry("swallow every frame", CUT, choices=("both", "up", "down")),
    "cable.drop": Entry("lose frames", SLOW, healthy="0"),
    "cable.delay": Entry("delay frames", SLOW, healthy="0"),
    "cable.cut": Entry("cut the link", CUT, ("cable.cut_after", "unplug")),
    "cable.cut_after": Entry(
        "cut the link after so many bytes", ends=("cable.cut", "unplug"), healthy="-1"
    ),
    "cable.restore": Entry("mend the link", NONE, ("cable.*", "unplug")),
}
_RESTORE = {"restore": Entry("end its faults", NONE, ("*",))}
_DNS_MODES = ("drop", "servfail", "garbage")
_CERTIFICATES = ("good", "expired", "other-host", "untrusted", "young")
# By kind of part, and by method.
FAULTS: Mapping[str, Mapping[str, Entry]] = {
    "wifi": {
        "off": Entry("switch an access point off", OFF),
        "on": Entry("switch an access point on", NONE, ("off",)),
        "refuse": Entry("have an access point refuse a join", ends=("full",), healthy="0"),
        "accept": Entry("have an access point accept joins again", NONE, ("refuse", "full")),
        "full": Entry("have an access point say that it is full", ends=("refuse",)),
        "mute": Entry("have an access point leave joins unanswered"),
        "speak": Entry("have an access point answer joins again", NONE, ("mute",)),
        "hide": Entry("hide a network's name"),
        "show": Entry("show a network's name again", NONE, ("hide",)),
        "kick": Entry("have an access point throw its stations out", MOMENT),
        "set_key": Entry("change an access point's key"),
        "rssi": Entry("set a signal strength", healthy="-55"),
        "association_ms": Entry("have an access point leave a join unanswered", SLOW,
                                healthy="150"),
        "wrong_key_ms": Entry("set when a wrong key shows", SLOW, healthy="1000"),
        "beacon_ms": Entry("set when a lost access point shows", SLOW, healthy="100"),
        **_NETWORK,
        **_CABLE,
        **_RESTORE,
    },
    "ethernet": {
        "unplug": Entry("pull the Ethernet cable", CUT, ("cable.cut*",)),
        "plug": Entry("plug the Ethernet cable in", NONE, ("unplug", "cable.cut*")),
        "remove_chip": Entry("take the W5500 out", OFF),
        "fit_chip": Entry("put the W5500 back", NONE, ("remove_chip",)),
        "lock_up": Entry("lock the W5500 up", MOMENT),
        "link_ms": Entry("delay the Ethernet link", SLOW, healthy="100"),
        **_NETWORK,
        **_CABLE,
        **_RESTORE,
    },
    "dns": {
        "answer": Entry("have DNS give another address", per_name=True),
        "nxdomain": Entry("have DNS deny a name", per_name=True),
        "drop": Entry("drop DNS answers", CUT, _DNS_MODES),
        "servfail": Entry("have DNS answer SERVFAIL", ends=_DNS_MODES),
        "garbage": Entry("have DNS answer garbage", ends=_DNS_MODES),
        "delay": Entry("delay DNS answers", SLOW, healthy="0"),
        **_RESTORE,
    },
    "sntp": {
        "off": Entry("silence the time server", CUT, ("garbage",)),
        "on": Entry("have the time server answer again", NONE, ("*",)),
        "garbage": Entry("have the time server answer garbage", ends=("off",)),
        "offset": Entry("have the time server tell a wrong time", healthy="0"),
        "delay": Entry("delay the time server's answers", SLOW, healthy="0"),
        **_RESTORE,
    },
    "broker": {
        "stop": Entry("stop the broker", OFF, ("stall",)),
        "start": Entry("start the broker again", NONE, ("stop",)),
        "stall": Entry("have the broker hang", CUT),
        "resume": Entry("have the broker go on", NONE, ("stall",)),
        "restart": Entry("restart the broker", MOMENT, ("stop", "stall")),
        "refuse": Entry("have the broker let nobody in", ends=("stall",)),
        "accept": Entry("have the broker let clients in again", NONE, ("refuse", "stall")),
        "certificate": Entry("give the broker another certificate", ends=("stall",),
                             healthy="good", choices=_CERTIFICATES),
        "forget_tickets": Entry("have the broker forget its TLS sessions", MOMENT,
                                ("stop", "stall")),
        **_RESTORE,
    },
    # A real bench has no command for those of the proxy, the mobile network and the modem.
    "proxy": {
        "ask": Entry("have the proxy ask for credentials"),
        "refuse": Entry("have the proxy refuse tunnels", ends=("fail",)),
        "fail": Entry("have the proxy fail to open tunnels", ends=("refuse",),
                      choices=("500", "502", "503", "504")),
        "accept": Entry("have the proxy open tunnels again", NONE, ("ask", "refuse", "fail")),
        "mute": Entry("have the proxy fall silent", CUT),
        "speak": Entry("have the proxy answer again", NONE, ("mute",)),
        "delay": Entry("delay the proxy's answers", SLOW, healthy="0"),
        "stop": Entry("stop the proxy", OFF),
        "start": Entry("start the proxy again", NONE, ("stop",)),
        **_RESTORE,
    },
    "cellular": {**_CABLE, **_RESTORE},  # which all modems share
    "modem": {
        "mute": Entry("have the modem fall silent", CUT),
        "speak": Entry("have the modem answer again", NONE, ("mute",)),
        "pull": Entry("take the modem's serial cable out", CUT),
        "plug": Entry("put the modem's serial cable back", NONE, ("pull",)),
        "power_off": Entry("take the modem's supply away", MOMENT),
        "reboot": Entry("have the modem reset itself", MOMENT),
        "sim": Entry("change the state of the SIM", healthy="ready",
                     choices=("ready", "pin", "puk", "removed", "busy", "failure")),
        "deny": Entry("have the network deny registration", ends=("search",)),
        "search": Entry("have the modem find no network", CUT, ("deny",)),
        "register": Entry("have the network accept the modem again", NONE, ("deny", "search")),
        "signal": Entry("set the modem's signal", healthy="20"),
        "refuse_dial": Entry("have dialling fail", ends=("hang_dial",), healthy="none"),
        "hang_dial": Entry("have dialling never end", ends=("refuse_dial",)),
        "carrier_lost": Entry("have the network end the call", MOMENT),
        "silence_ppp": Entry("have the call fall silent", MOMENT),
        "apn": Entry("have the network take one APN", healthy="none"),
        **_RESTORE,
    },
}  # fmt: skip


def after(
    part: str, active: Mapping[str, str], method: str, text: str, values: Sequence[str] = ()
) -> dict[str, str]:
    """The active faults of a part after one more, the newest last: as they were typed, by method,
    and by name where several of one method count.

    part: as in bench.toml, or its kind. Raises KeyError for a method that the list has not.
    """
    entries = FAULTS[kind_of(part)]
    entry = entries[method]
    name = values[0].lower() if entry.per_name and values else ""

    def stays(key: str) -> bool:
        other, _, its_name = key.partition("=")
        if entry.per_name and entries[other].per_name:
            return not fnmatchcase(its_name, name)
        return other != method and not any(fnmatchcase(other, each) for each in entry.ends)

    left = {key: shown for key, shown in active.items() if stays(key)}
    leaves = entry.leaves not in (MOMENT, NONE) and not entry.is_healthy(values)
    return {**left, f"{method}={name}" if name else method: text} if leaves else left


def state(part: str, active: Mapping[str, str]) -> str:
    """The state of the line of a part with these active faults: the worst of them, or OK."""
    entries = FAULTS[kind_of(part)]
    methods = (key.partition("=")[0] for key in active)
    return min((entries[method].leaves for method in methods), key=STATES.index, default=OK)


def kind_of(part: str) -> str:
    """The kind of a part: "wifi" for "wifi.home", else its own name."""
    return part.partition(".")[0]


def split(name: str) -> tuple[str, str]:
    """The part and the fault of "wifi.home.cable.cut"."""
    words = name.split(".")
    count = 2 if words[0] == "wifi" else 1
    return ".".join(words[:count]), ".".join(words[count:])
