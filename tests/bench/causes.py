# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The result of each contender for each cause of a failure, and its time."""

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from bench.proxy import Proxy
from figures import Cell, Row
from setting import Setting, failure
from stand import Stand

LIMIT_S = 20.0  # then a contender without a result is reset
TIMEOUT_S = 6  # of connectwith, where the result comes by the timeout
PATIENT_S = 30  # of connectwith, where the result must come earlier
CLOCK_S = 2  # less than connectwith waits for a time server
_SLACK_S = 0.1  # for the callback after the deadline


@dataclasses.dataclass(frozen=True)
class Cause:
    """A fault, the result of connectwith, and whether it comes before the timeout.

    `arrange(setting)` makes the fault and gives other settings for the boards.
    """

    name: str
    link: str
    arrange: Callable[[Setting], dict]
    result: str
    known: bool


def _do(action: Callable[[Setting], object], **changes: object) -> Callable[[Setting], dict]:
    def arrange(setting: Setting) -> dict:
        action(setting)
        return changes

    return arrange


def _peer(kind: str) -> Callable[[Setting], dict]:
    return lambda setting: {"PORT": setting.world.peer(kind).port}


def _refused(setting: Setting) -> dict:
    return {"PORT": setting.world.closed_port()}


def _proxy(**fault: object) -> Callable[[Setting], dict]:
    def arrange(setting: Setting) -> dict:
        proxy = Proxy(**fault)
        setting.at_end.callback(proxy.close)
        return {"PROXY": {"address": "proxy.test", "port": proxy.port}}

    return arrange


def _no_proxy(setting: Setting) -> dict:
    return {"PROXY": {"address": "proxy.test", "port": setting.world.closed_port()}}


def _unset_clock(setting: Setting) -> dict:
    setting.world.sntp.off()
    return {"CLOCK": False, "TIMEOUT_S": CLOCK_S}


_PAP = {"apn": "internet", "auth": "pap", "username": "me", "password": "another"}


def _wrong_pap(setting: Setting) -> dict:
    setting.modem.ppp("pap", user="me", password="secret")
    return {"CELL": _PAP}


# NO_LINK and NO_WIFI share their number, as in Electric Imp's API; the link tells them apart.
CAUSES = [
    Cause("wrong Wi-Fi key", "wifi", _do(lambda s: None, KEY="not-the-key"), "NO_WIFI", True),
    Cause("no such network", "wifi", _do(lambda s: None, SSID="nobody-here"), "NO_WIFI", True),
    Cause("no lease", "wifi", _do(lambda s: s.world.wifi["home"].dhcp(False)),
          "NO_IP_ADDRESS", False),
    Cause("name does not exist", "wifi", _do(lambda s: s.world.dns.nxdomain("broker.test")),
          "NOT_RESOLVED", True),
    Cause("DNS silent", "wifi", _do(lambda s: s.world.dns.drop()), "NOT_RESOLVED", False),
    Cause("port refuses", "wifi", _refused, "NO_SERVER", True),
    Cause("peer never answers TLS", "wifi", _peer("mute-tcp"), "NO_SERVER", False),
    Cause("certificate expired", "wifi", _peer("expired"), "NO_SERVER", True),
    Cause("certificate of another host", "wifi", _peer("other-host"), "NO_SERVER", True),
    Cause("CONNACK 5, not authorised", "wifi", _peer("connack-5"), "NO_SERVER", True),
    Cause("no CONNACK", "wifi", _peer("mute-mqtt"), "NO_SERVER", False),
    Cause("time server silent, clock unset", "wifi", _unset_clock, "NOT_CONNECTED", False),
    Cause("proxy refuses", "wifi", _no_proxy, "NO_PROXY", True),
    Cause("proxy says 407", "wifi", _proxy(status=407), "NOT_AUTHORISED", True),
    Cause("no cable", "ethernet", _do(lambda s: s.world.ethernet.unplug()), "NO_LINK", False),
    Cause("modem mute", "cellular", _do(lambda s: s.modem.mute()), "NO_MODEM", False),
    Cause("no SIM", "cellular", _do(lambda s: s.modem.sim("removed")), "SIM_ERROR", True),
    Cause("no mobile network", "cellular", _do(lambda s: s.modem.search()),
          "NO_REGISTRATION", False),
    Cause("registration denied", "cellular", _do(lambda s: s.modem.deny()),
          "REGISTRATION_DENIED", True),
    Cause("wrong PPP password", "cellular", _wrong_pap, "NO_PPP_CONNECTION", True),
    Cause("mobile network carries nothing", "cellular",
          _do(lambda s: s.modem.cable.silence()), "PPP_NO_CONNECTIVITY", False),
]  # fmt: skip


def _able(stand: Stand, cause: Cause) -> str:
    """Why a contender is not asked, "" when it is."""
    if stand.name == "ours":
        return ""
    if cause.name.startswith("proxy"):
        return "knows no proxy"
    if cause.link == "cellular":
        return "left to the user's AT script"
    if cause.link == "ethernet" and stand.name == "mqtt_as":
        return "knows Wi-Fi only"
    return ""


def _ask(stand: Stand, cause: Cause) -> tuple[dict | None, str]:
    """The answer, and the text of the cell."""
    reason = _able(stand, cause)
    if reason:
        return None, reason
    answer = stand.run(f"connect({cause.link!r})", LIMIT_S if stand.name != "ours" else 60.0)
    said = failure(answer, LIMIT_S)
    if answer is None:
        return None, said
    return answer, f"{said or 'connects'}, {answer['us'] / 1e6:.1f} s"


def _ask_all(stands: list[Stand], cause: Cause) -> dict[str, tuple[dict | None, str]]:
    """All at once: a fault lasts up to 20 s, and milliseconds do not matter here."""
    with ThreadPoolExecutor(len(stands)) as pool:
        asked = {s.name: pool.submit(_ask, s, cause) for s in stands}
        return {name: future.result() for name, future in asked.items()}


def _cause(setting: Setting, stands: list[Stand], cause: Cause) -> tuple[Row, tuple]:
    """The row, and the values that distinguish this cause from others."""
    setting.restore()
    if cause.link == "cellular":
        setting.modem.warm()
    changes = cause.arrange(setting)
    changes.setdefault("TIMEOUT_S", PATIENT_S if cause.known else TIMEOUT_S)
    for stand in stands:
        stand.place(**changes)
    told = _ask_all(stands, cause)
    cells = {name: Cell(text=text) for name, (_, text) in told.items()}
    row = setting.row(f"{cause.name} ({cause.link})", "", cells)
    limit_s = changes["TIMEOUT_S"] + (0 if cause.known else _SLACK_S)
    answer = told["ours"][0]
    error = answer["error"] if answer else None
    if error is None or len(error) != 5:
        row.bars.append((f"{cause.result} within {limit_s:g} s", False))
        return row, (cause.link, "", "", "")
    _, code, name, why, stage = error
    cells["ours"].text = f"{code} {name}: {why} (in {stage}), {answer['us'] / 1e6:.1f} s"
    right = name == cause.result and answer["us"] / 1e6 <= limit_s
    if cause.known:
        right = right and why != "timeout"
    text = f"{cause.result} {'before' if cause.known else 'within'} {limit_s:g} s"
    row.bars.append((text, right))
    return row, (cause.link, name, why, stage)


def _summary(said: list[tuple], chosen: list[Cause]) -> list[Row]:
    names, wanted = {name for _, name, *_ in said}, {cause.result for cause in chosen}
    results = Row("different results among these", "", {"ours": Cell([len(names)])})
    results.bars.append((f"{len(wanted)}", names == wanted))
    told = Row(
        "told apart, by link, result, cause and stage", "", {"ours": Cell([len(set(said))])}
    )
    told.bars.append((f"{len(chosen)}", len(set(said)) == len(chosen)))
    return [results, told]


def measure(setting: Setting) -> Iterator[Row]:
    """A row for each cause, and how many causes connectwith distinguishes."""
    said = []
    chosen = CAUSES[:2] if setting.quick else CAUSES
    with setting.stands() as stands:
        ours = next(stand for stand in stands if stand.name == "ours")
        setting.modem = setting.world.fit_modem(ours.board)
        for cause in chosen:
            row, words = _cause(setting, stands, cause)
            said.append(words)
            yield row
            setting.at_end.close()
        setting.world.remove_modem(setting.modem)
    yield from _summary(said, chosen)
