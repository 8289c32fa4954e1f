# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The reports of `imp.net.info()`, `imp.net.getcurrentconfig()` and an interface's `getiptable()`.
Secrets in them are sealed."""

import _connectwith
import machine
from micropython import const

from connectwith import links, settings
from connectwith.settings import nic, nic_blocks

_TRAFFIC = const(("bytesin", "bytesout", "messagesin", "messagesout"))
_MAC_OFFSETS = (0, 3)  # to the base address, by class of link (ESP-IDF, esp_read_mac)


def report(control):
    """The dict of `imp.net.info()`. No callback runs meanwhile, so its values are consistent."""
    with _connectwith.SchedulerLock():
        return _report(control)


def current_config(control):
    """A copy of the NIC of the last success, with secrets sealed. Before the first success it is
    the stored one of Wi-Fi, otherwise that of cellular, otherwise None."""
    last = control.last_nic or settings.load_nic(nic.WIFI) or settings.load_nic(nic.CELLULAR)
    if last is None:
        return None
    copy = nic_blocks.duplicate(last)
    copy.pop("networks", None)  # whether there was a choice is no setting
    return copy


def _report(control):
    result = {"interface": []}
    current = control.link
    for kind in (nic.WIFI, nic.ETHERNET, nic.CELLULAR):
        try:
            link = links.get(kind)
        except ValueError:
            continue  # not on this board
        in_use = control.job_on(link) is not None
        if current is link and control.is_connected():
            result["active"] = len(result["interface"])
        record = {"type": nic.NAMES[kind][0]}
        if kind != nic.CELLULAR:
            record["macaddress"] = _mac(kind)
        record["traffic"] = dict(zip(_TRAFFIC, _connectwith.traffic(kind)))
        _FILLS[kind](record, link, in_use or kind in links.held)
        result["interface"].append(record)
        if current is link and kind != nic.CELLULAR and _state(kind) & links.HAS_ADDRESS:
            result["ipv4"] = _table(control, kind)
    if control.last_error is not None:
        result["lasterror"] = control.last_error
    return result


def wifi(control):
    """The record of Wi-Fi in that dict; of a board without, what is stored and known."""
    record = {"macaddress": _mac(nic.WIFI)}
    with _connectwith.SchedulerLock():
        try:
            link = links.get(nic.WIFI)
        except ValueError:
            return record
        _fill_wifi(record, link, control.job_on(link) is not None or nic.WIFI in links.held)
    return record


def ipv4(kind, config):
    """The addresses of a link that is up with the NIC `config`, as the value of the key `ipv4`."""
    address, netmask, gateway = links.get(kind).addresses()
    table = {"address": address, "netmask": netmask, "gateway": gateway}
    # Not those of the driver: lwIP has one table of name servers for all interfaces.
    route = links.route(kind, config)
    if route is not None and route[1]:
        table["dnsserver"] = list(route[1])
    lease = None if kind == nic.CELLULAR else _connectwith.link_dhcp(kind)
    if lease is not None:
        table["dhcpserver"] = lease
    for key in list(table):
        if table[key] == "0.0.0.0":
            del table[key]
    if kind == nic.CELLULAR:
        return table  # PPP is point-to-point and has no broadcast address
    host_bits = nic_blocks.number(netmask) ^ 0xFFFFFFFF
    table["broadcast"] = nic_blocks.quad(nic_blocks.number(address) | host_bits)
    return table


def _table(control, kind):
    """The addresses of the link in use, with proxy and server of the connection."""
    table = ipv4(kind, control.job_on(control.link).nic)
    live = control.live
    if live is None or not control.is_connected():
        return table
    proxy = live.nic.get("proxyconfig")
    if proxy is not None:
        table["proxy"] = {key: proxy[key] for key in ("type", "address", "port")}
        if "username" in proxy:
            table["proxy"]["user"] = proxy["username"]
    table["server"] = {
        "port": live.settings.port,
        "tcptimeout": control.timeout_ms / 1000,
        "tcpwaitfor": control.wait,
    }
    return table


def _fill_wifi(record, link, in_use):
    stored = settings.load_block("wificonfig")
    if stored is not None:
        record["ssid"] = stored["ssid"]
    if in_use and _state(nic.WIFI) & links.LINK_UP:
        try:
            told = link.info()
        except OSError:
            return  # the connection was lost after _state()
        for key in ("ssid", "rssi", "channel", "bssid"):
            if key in told:
                record["connectedssid" if key == "ssid" else key] = told[key]


def _fill_ethernet(record, link, in_use):
    pass


def _fill_cell(record, link, in_use):
    told = link.info()
    # Who the modem is stays true while it is off; where it was does not.
    for key in ("imei", "model", "rssi", "cellinfo") if in_use else ("imei", "model"):
        if told.get(key) is not None:
            record[key] = told[key]
    apn = getattr(link, "apn", None)
    if apn is not None:
        record["apn"] = apn


_FILLS = (_fill_wifi, _fill_ethernet, _fill_cell)


def _state(kind):
    # Not by poll(), which would make a step of the attempt under way.
    return _connectwith.link_state(kind)


def _mac(kind):
    mac = bytearray(machine.unique_id())
    mac[5] = (mac[5] + _MAC_OFFSETS[kind]) & 0xFF
    return mac.hex()
