# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The NIC: a dictionary that names an interface and how to use it.

`normalise()` checks a caller's NIC completely and returns a private copy in which every secret is
sealed. Nothing else happens here, so a refused NIC leaves the live connection as it was.
"""

import _connectwith

WIFI = 0  # _connectwith.LINK_WIFI and its siblings, in their order
ETHERNET = 1
CELLULAR = 2

# The blocks that apply to each of them.
BLOCKS = (
    ("wificonfig", "staticconfig", "proxyconfig"),
    ("staticconfig", "proxyconfig"),
    ("cellconfig",),
)

PROXY_TYPE_HTTP = 0

_BLOB_MAX = 256  # a sealed secret is its plain text plus an envelope of fixed size


def link_of(interface):
    """The link class of an interface name (str): WIFI, ETHERNET or CELLULAR; else ValueError."""
    if interface in ("wifi", "wl0"):
        return WIFI
    if interface in ("ethernet", "eth0"):
        return ETHERNET
    if interface in ("cell", "cell0", "cell1"):
        return CELLULAR
    raise ValueError("interface: unknown name")


def context(use, first, second=""):
    """What a sealed secret is bound to, as bytes. NUL cannot occur in the parts."""
    return "\0".join((use, first, second)).encode()


def normalise(nic):
    """Returns a checked private copy of `nic` (dict) with secrets sealed.

    Raises TypeError or ValueError whose text starts with the offending key. A block that does not
    apply to the interface is left out unread; unknown keys are left out.
    """
    if not isinstance(nic, dict):
        raise TypeError("nic: must be a dict")
    if "interface" not in nic:
        raise ValueError("interface: missing")
    interface = nic["interface"]
    if not isinstance(interface, str):
        raise TypeError("interface: must be a str")
    link = link_of(interface)
    copy = {"interface": interface}
    for name in BLOCKS[link]:
        _block(copy, nic, name)
    return copy


def check_block(name, block):
    """The block (dict) that stands under `name` in a NIC, checked and sealed, as `normalise()`."""
    copy = {}
    _block(copy, {name: block}, name)
    return copy[name]


def duplicate(nic):
    """A copy of a normalised NIC that shares no mutable part with it."""
    copy = {}
    for key, value in nic.items():
        if isinstance(value, dict):
            value = duplicate(value)
        elif isinstance(value, list):
            value = list(value)
        copy[key] = value
    return copy


def _block(copy, nic, key):
    block = nic.get(key)
    if block is None:
        return
    if not isinstance(block, dict):
        raise TypeError(key + ": must be a dict")
    if key == "wificonfig":
        copy[key] = _wifi(block)
    elif key == "staticconfig":
        copy[key] = _static(block)
    elif key == "proxyconfig":
        copy[key] = _proxy(block)
    else:
        copy[key] = _cellular(block)


def _wifi(block):
    ssid = _text(block, "ssid", 1, 32)
    if "key" not in block:
        raise ValueError('key: missing (None or "" for an open network)')
    key = block["key"]
    if key is None or isinstance(key, str) and key == "":
        return {"ssid": ssid, "key": ""}
    # 5 and 13 are WEP, 8 to 63 a WPA passphrase, 64 the PSK itself (IEEE 802.11, J.4).
    return {"ssid": ssid, "key": _secret(block, "key", 5, 64, context("wifi", ssid))}


def _static(block):
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
    # One host bit leaves no address beside network and broadcast, none leaves no gateway.
    if hosts & (hosts + 1) or not 3 <= hosts < 0xFFFFFFFF:
        raise ValueError("netmask: not a netmask")
    own, next_hop = number(ip), number(gateway)
    if (own ^ next_hop) & ~hosts or own == next_hop or next_hop & hosts in (0, hosts):
        raise ValueError("gateway: not another host of the subnet")
    if own & hosts in (0, hosts):
        raise ValueError("ip: the subnet's own or its broadcast address")


def _proxy(block):
    kind = block.get("type")
    if kind is None:
        kind = block.get("proxytype")
    if kind is None:
        kind = PROXY_TYPE_HTTP
    if isinstance(kind, bool) or not isinstance(kind, int):
        raise TypeError("type: must be imp.PROXY_TYPE_HTTP")
    if kind != PROXY_TYPE_HTTP:
        raise ValueError("type: must be imp.PROXY_TYPE_HTTP")
    address = _text(block, "address", 1, 64)
    if not is_host_name(address):
        raise ValueError("address: not a host name or an IPv4 address")
    copy = {"type": kind, "address": address, "port": _port(block)}
    user = "username" if block.get("username") is not None else "user"
    if block.get(user) is None:
        if block.get("password") is not None:
            raise ValueError("password: needs a username")
        return copy
    username = _text(block, user, 0, 32)
    if ":" in username or not _is_printable(username):
        # Basic credentials are user:password in one header line (RFC 7617, section 2).
        raise ValueError(user + ": a colon or a control character cannot be sent")
    copy["username"] = username
    if block.get("password") is not None:
        bound = context("proxy", username, address)
        copy["password"] = _secret(block, "password", 0, 32, bound)
    return copy


def _cellular(block):
    copy = {"apn": _text(block, "apn", 1, 100)}  # 3GPP TS 23.003, section 9.1
    if not is_host_name(copy["apn"]):
        raise ValueError("apn: letters, digits, dots and hyphens only")
    username = ""
    if block.get("username") is not None:
        username = copy["username"] = _text(block, "username", 0, 64)
        if not _is_printable(username) or '"' in username:
            raise ValueError("username: has a quote or a control character")
    if block.get("auth") is not None:
        copy["auth"] = _text(block, "auth", 1, 4)
        if copy["auth"] not in ("none", "pap", "chap"):
            raise ValueError("auth: must be none, pap or chap")
    if block.get("password") is not None:
        bound = context("cell", copy["apn"], username)
        copy["password"] = _secret(block, "password", 0, 64, bound, '"')
    if block.get("pin") is not None:
        copy["pin"] = _secret(block, "pin", 4, 8, context("pin", copy["apn"]), '"')
    return copy


def _text(block, key, least, most):
    """Entry `key` of `block`: a str of `least` to `most` bytes in UTF-8 without NUL."""
    if key not in block:
        raise ValueError(key + ": missing")
    value = block[key]
    if not isinstance(value, str):
        raise TypeError(key + ": must be a str")
    try:
        size = len(value.encode())
    except UnicodeError:
        raise ValueError(key + ": not UTF-8") from None
    if not least <= size <= most:
        raise ValueError(key + ": must have " + str(least) + " to " + str(most) + " bytes")
    if "\0" in value:
        # The drivers take C strings: they would cut it there without a word.
        raise ValueError(key + ": has a NUL")
    return value


def _secret(block, key, least, most, bound, forbidden=""):
    """Entry `key` as a blob that opens only for the use `bound`. str is plain, bytes sealed."""
    value = block[key]
    if isinstance(value, (bytes, bytearray)):
        blob = bytes(value)
        if len(blob) > _BLOB_MAX:
            raise ValueError(key + ": not a sealed value")
        plain = _open(key, blob, bound)
        _text({key: plain}, key, least, most)
        return blob
    if not isinstance(value, str):
        raise TypeError(key + ": must be a str, or sealed bytes")
    _text(block, key, least, most)
    if not _is_printable(value, forbidden):
        raise ValueError(key + ": has a character that cannot be sent")
    return _connectwith.seal(value.encode(), bound)


def _open(key, blob, bound):
    try:
        return _connectwith.unseal(blob, bound).decode()
    except UnicodeError:
        raise ValueError(key + ": not a text") from None
    except ValueError as error:
        raise ValueError(key + ": " + str(error)) from None


def _is_printable(text, forbidden=""):
    for character in text:
        if character < " " or character == "\x7f" or character in forbidden:
            return False
    return True


def _port(block):
    port = block.get("port")
    if isinstance(port, bool) or not isinstance(port, int):
        raise TypeError("port: must be an int")
    if not 1 <= port <= 65535:
        raise ValueError("port: must be 1 to 65535")
    return port


def is_host_name(text):
    """Whether `text` can be the name of a host: labels of letters, digits, '-' and '_'."""
    for label in text.split("."):
        if not 1 <= len(label) <= 63:
            return False
        for character in label:
            if not (
                "a" <= character.lower() <= "z" or "0" <= character <= "9" or character in "-_"
            ):
                return False
    return True


def check_quad(key, value):
    """`value` if it is a dotted quad; else TypeError or ValueError naming `key`."""
    if not isinstance(value, str):
        raise TypeError(key + ": must be a str")
    parts = value.split(".")
    if len(parts) != 4:
        raise ValueError(key + ": not a dotted quad")
    for part in parts:
        # A leading zero means octal to some parsers and decimal to others.
        if not 1 <= len(part) <= 3 or part[0] == "0" and len(part) > 1:
            raise ValueError(key + ": not a dotted quad")
        for digit in part:
            if not "0" <= digit <= "9":
                raise ValueError(key + ": not a dotted quad")
        if int(part) > 255:
            raise ValueError(key + ": not a dotted quad")
    return value


def number(quad):
    """The 32 bits of a dotted quad."""
    bits = 0
    for part in quad.split("."):
        bits = bits << 8 | int(part)
    return bits


def quad(bits):
    """The dotted quad of 32 bits."""
    return ".".join([str(bits >> shift & 0xFF) for shift in (24, 16, 8, 0)])


def _is_unicast(quad):
    first = int(quad.split(".")[0])
    return 1 <= first < 224 and first != 127
