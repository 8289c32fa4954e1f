# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The checks of all blocks of a NIC but `wificonfig`, dotted quads, and sealed values as text.

It belongs to nic.py, and the two import each other. It is a file of its own because few NICs need
it: nic.py imports it for those.
"""

import _connectwith
from micropython import const

from connectwith.settings import nic

PROXY_TYPE_HTTP = 0

_MARK = const("sealed:")  # as in nic.py


def static(block):
    """`staticconfig`."""
    nic.check_keys(block, ("ip", "netmask", "gateway", "dns", "DNS"))
    copy = {}
    for key in ("ip", "netmask", "gateway"):
        if key not in block:
            raise ValueError(key + ": missing")
        copy[key] = check_quad(key, block[key])
    _check_subnet(copy["ip"], copy["netmask"], copy["gateway"])
    servers = block.get("dns")
    if servers is None:
        servers = block.get("DNS")
    if isinstance(servers, str):
        servers = (servers,)
    if not isinstance(servers, (list, tuple)):
        raise TypeError("dns: must be a str or a list of 1 or 2")
    if not 1 <= len(servers) <= 2:
        raise ValueError("dns: must be a str or a list of 1 or 2")
    copy["dns"] = [check_quad("dns", server) for server in servers]
    for server in copy["dns"]:
        if not _is_unicast(server):
            raise ValueError("dns: not the address of a host")
    return copy


def _check_subnet(ip, netmask, gateway):
    """Whether a host with `ip` reaches `gateway` directly (RFC 1122, sections 3.2.1.3, 3.3.1)."""
    if not _is_unicast(ip):
        raise ValueError("ip: not the address of a host")
    hosts = number(netmask) ^ 0xFFFFFFFF
    # A subnet of one host bit has only a network and a broadcast address; one of none no gateway.
    if hosts & (hosts + 1) or not 3 <= hosts < 0xFFFFFFFF:
        raise ValueError("netmask: not a netmask")
    own, next_hop = number(ip), number(gateway)
    if (own ^ next_hop) & ~hosts or own == next_hop or next_hop & hosts in (0, hosts):
        raise ValueError("gateway: not another host of the subnet")
    if own & hosts in (0, hosts):
        raise ValueError("ip: the subnet's own or its broadcast address")


def proxy(block):
    """`proxyconfig`."""
    nic.check_keys(block, ("type", "proxytype", "address", "port", "username", "user", "password"))
    kind = block.get("type")
    if kind is None:
        kind = block.get("proxytype")
    if kind is None:
        kind = PROXY_TYPE_HTTP
    if isinstance(kind, bool) or not isinstance(kind, int):
        raise TypeError("type: must be imp.PROXY_TYPE_HTTP")
    if kind != PROXY_TYPE_HTTP:
        raise ValueError("type: must be imp.PROXY_TYPE_HTTP")
    address = nic.text(block, "address", 1, 64)
    if not nic.is_host(address):
        raise ValueError("address: not a host name or an IPv4 address")
    copy = {"type": kind, "address": address, "port": check_port(block.get("port"))}
    user = "username" if block.get("username") is not None else "user"
    if block.get(user) is None:
        if block.get("password") is not None:
            raise ValueError("password: needs a username")
        return copy
    if block.get("password") is None:
        raise ValueError("password: comes with its username, or not at all")
    username = nic.text(block, user, 0, 32)
    if ":" in username or not nic.is_printable(username):
        # The header line has user:password (RFC 7617, section 2).
        raise ValueError(user + ": a colon or a control character cannot be sent")
    copy["username"] = username
    bound = nic.context("proxy", username, address)
    copy["password"] = nic.secret(block, "password", 0, 32, bound)
    return copy


def cellular(block):
    """`cellconfig`."""
    nic.check_keys(block, ("apn", "username", "password", "auth", "pin"))
    copy = {"apn": nic.text(block, "apn", 1, 100)}  # 3GPP TS 23.003, section 9.1
    if not nic.is_host_name(copy["apn"]):
        raise ValueError("apn: letters, digits, dots and hyphens only")
    username = ""
    if block.get("username") is not None:
        username = copy["username"] = nic.text(block, "username", 0, 64)
        if not nic.is_printable(username) or '"' in username:
            raise ValueError("username: has a quote or a control character")
    if block.get("auth") is not None:
        copy["auth"] = nic.text(block, "auth", 1, 4)
        if copy["auth"] not in ("none", "pap", "chap"):
            raise ValueError("auth: must be none, pap or chap")
    if block.get("password") is not None:
        bound = nic.context("cell", copy["apn"], username)
        copy["password"] = nic.secret(block, "password", 0, 64, bound, '"')
    if block.get("pin") is not None:
        copy["pin"] = nic.secret(block, "pin", 4, 8, nic.context("pin", copy["apn"]), '"')
    return copy


def check_port(port):
    """`port` if it is one of TCP or UDP; else TypeError or ValueError."""
    if isinstance(port, bool) or not isinstance(port, int):
        raise TypeError("port: must be an int")
    if not 1 <= port <= 65535:
        raise ValueError("port: must be 1 to 65535")
    return port


def check_quad(key, value):
    """`value` if it is a dotted quad; else TypeError or ValueError naming `key`."""
    if not isinstance(value, str):
        raise TypeError(key + ": must be a str")
    parts = value.split(".") if len(value) <= 15 else ()
    valid = len(parts) == 4
    for part in parts:
        # A leading zero means octal to some parsers and decimal to others.
        valid = valid and 1 <= len(part) <= 3 and (part[0] != "0" or len(part) == 1)
        for digit in part:
            valid = valid and "0" <= digit <= "9"
        valid = valid and int(part) <= 255
    if not valid:
        raise ValueError(key + ": not a dotted quad")
    return value


def number(quad):
    """A dotted quad (str) as a number of 32 bits."""
    bits = 0
    for part in quad.split("."):
        bits = bits << 8 | int(part)
    return bits


def quad(bits):
    """A number of 32 bits as a dotted quad (str)."""
    return ".".join([str(bits >> shift & 0xFF) for shift in (24, 16, 8, 0)])


def _is_unicast(quad):
    first = int(quad.split(".")[0])
    return 1 <= first < 224 and first != 127


def proxy_of(block):
    """The proxy of a NIC's proxyconfig for the dialer: (address, port, user name or None, password
    in plain text)."""
    username = block.get("username")
    password = block.get("password")
    if password is not None:
        bound = nic.context("proxy", username, block["address"])
        password = _connectwith.unseal(password, bound).decode()
    return block["address"], block["port"], username, password or ""


def duplicate(block):
    """A copy of a normalised NIC, or of a block of it, for the user. It shares no mutable object
    with the original. Sealed values are a mark and base64, so json.dumps() keeps them."""
    copy = {}
    for key, value in block.items():
        if isinstance(value, dict):
            value = duplicate(value)
        elif isinstance(value, list):
            value = list(value)
        elif isinstance(value, bytes):
            from binascii import b2a_base64

            value = _MARK.encode() + b2a_base64(value).strip()
        copy[key] = value
    return copy


def from_base64(key, text):
    """The sealed value (bytes) of the base64 `text` behind the mark."""
    from binascii import a2b_base64

    try:
        return a2b_base64(text)
    except ValueError:
        raise ValueError(key + ": not a sealed value") from None
