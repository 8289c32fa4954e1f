# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The faults that have a name: for [commands] of bench.toml, and for who types one.

A fault is a method of a part of the simulated bench.
"""

from __future__ import annotations

_NETWORK = {
    "dhcp": "withhold leases",
    "portal": "put a captive portal before a network",
    "log_in": "take a captive portal away",
}
_CABLE = {
    "cable.silence": "swallow every frame",
    "cable.drop": "lose frames",
    "cable.delay": "delay frames",
    "cable.cut": "cut the link",
    "cable.cut_after": "cut the link after so many bytes",
    "cable.restore": "mend the link",
}
_RESTORE = {"restore": "end its faults"}
# By kind of part: what each fault does, as the reason of a skip says it.
FAULTS = {
    "wifi": {
        "off": "switch an access point off",
        "on": "switch an access point on",
        "refuse": "have an access point refuse a join",
        "accept": "have an access point accept joins again",
        "full": "have an access point say that it is full",
        "mute": "have an access point leave joins unanswered",
        "speak": "have an access point answer joins again",
        "hide": "hide a network's name",
        "show": "show a network's name again",
        "kick": "have an access point throw its stations out",
        "set_key": "change an access point's key",
        "rssi": "set a signal strength",
        "association_ms": "have an access point leave a join unanswered",
        "wrong_key_ms": "set when a wrong key shows",
        "beacon_ms": "set when a lost access point shows",
        **_NETWORK,
        **_CABLE,
        **_RESTORE,
    },
    "ethernet": {
        "unplug": "pull the Ethernet cable",
        "plug": "plug the Ethernet cable in",
        "remove_chip": "take the W5500 out",
        "fit_chip": "put the W5500 back",
        "link_ms": "delay the Ethernet link",
        **_NETWORK,
        **_CABLE,
        **_RESTORE,
    },
    "dns": {
        "answer": "have DNS give another address",
        "nxdomain": "have DNS deny a name",
        "drop": "drop DNS answers",
        "servfail": "have DNS answer SERVFAIL",
        "garbage": "have DNS answer garbage",
        "delay": "delay DNS answers",
        **_RESTORE,
    },
    "sntp": {
        "off": "silence the time server",
        "on": "have the time server answer again",
        "garbage": "have the time server answer garbage",
        "offset": "have the time server tell a wrong time",
        **_RESTORE,
    },
    "broker": {
        "stop": "stop the broker",
        "start": "start the broker again",
        "stall": "have the broker hang",
        "resume": "have the broker go on",
        "forget_tickets": "have the broker forget its TLS sessions",
        **_RESTORE,
    },
}
# Of the simulated modem; a real bench has no command for them.
MODEM = {
    "mute": "have the modem fall silent",
    "speak": "have the modem answer again",
    "pull": "take the modem's serial cable out",
    "plug": "put the modem's serial cable back",
    "power_off": "take the modem's supply away",
    "reboot": "have the modem reset itself",
    "sim": "change the state of the SIM",
    "deny": "have the network deny registration",
    "search": "have the modem find no network",
    "register": "have the network accept the modem again",
    "signal": "set the modem's signal",
    "refuse_dial": "have dialling fail",
    "hang_dial": "have dialling never end",
    "carrier_lost": "have the network end the call",
    "silence_ppp": "have the call fall silent",
    **_RESTORE,
}


def kind_of(part: str) -> str:
    """The kind of a part: "wifi" for "wifi.home", else its own name."""
    return part.partition(".")[0]


def split(name: str) -> tuple[str, str]:
    """The part and the fault of "wifi.home.cable.cut"."""
    words = name.split(".")
    count = 2 if words[0] == "wifi" else 1
    return ".".join(words[:count]), ".".join(words[count:])
