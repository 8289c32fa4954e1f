# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Links: what brings an interface up, one file for each kind.

Every link is an object with the same five methods. None of them waits; a call takes a few
milliseconds at most, driver start-up excepted, which the stock drivers do in one piece.

`start(nic)`   begins with a normalised NIC. It keeps no reference to it beyond `stop()`.
`poll()`       does the next bit of work and returns the stage that the link is in:
               STAGE_HARDWARE, STAGE_LINK or STAGE_ADDRESS while it is on its way, UP when there is
               an address, FAILED when it cannot succeed. Then `result` is the imp's code for it,
               and `cause` (str) with `code` (int) what the driver said. UP may turn into another
               answer later: the link is then lost. Waiting allocates nothing.
`addresses()`  address, netmask, gateway and name server as str, when UP; over cellular
               `address()` alone.
`info()`       a dict of what the driver knows, for people.
`stop()`       powers the interface down, from any state, also twice. It raises nothing: what the
               driver objects to when it is told to stop cannot be helped. It returns at once. If
               there is more to do, `poll()` does it: it returns LEAVING while the interface may
               still be on its network, CLOSING when it is off and only the proof is outstanding,
               FAILED when all is done. `start()` may be called in between.
`report()`     optional: a dict for `imp.diag`, without secrets.
`asked`        optional: a count of questions to the interface, whose answers may come at once. So
               `poll()` is called again soon after each new one.

A link is made once and kept: the drivers are single instances that do not go away.
"""

import _connectwith

UP = 3  # the stage after ADDRESS
FAILED = -1
LEAVING = -2
CLOSING = -3

# What `_connectwith.link_state()` packs into one int.
LINK_UP = 0x100
HAS_ADDRESS = 0x200
LOSSES_SHIFT = 10

_links = [None, None, None]

# The links that local.py holds up, by class, each with the NIC that it is up with.
held = {}


def get(link):
    """The link object of a class (_connectwith.LINK_...). ValueError: not on this board."""
    if _links[link] is None:
        with _connectwith.SchedulerLock():
            if _links[link] is None:
                _links[link] = _make(link)
    return _links[link]


def route(link, config):
    """(device, servers) of a class of link that is UP with the NIC `config`: what its interface is
    called in lwIP, for sockets that are to stay on it, and its own name servers. None: it has just
    lost its address."""
    found = _connectwith.link_route(link)
    static = config.get("staticconfig")
    return (found[0], static["dns"]) if found and static else found


def default_ms(link):
    """How long an attempt over a class of link may take, where nobody says so."""
    return 120000 if link == 2 else 60000


def _make(link):
    import network

    if link == 0:
        if not hasattr(network, "WLAN"):
            raise ValueError("interface: this board has no Wi-Fi")
        from connectwith.links.wlan import Wlan

        return Wlan()
    if link == 1:
        try:
            from connectwith.links.w5500 import W5500, fitted
        except ImportError:
            fitted = bool  # this firmware is for boards without one
        if not fitted():
            raise ValueError("interface: this board has no Ethernet")
        return W5500()
    from machine import Pin

    if not hasattr(network, "PPP") or not hasattr(Pin.board, "MODEM_TX"):
        raise ValueError("interface: this board has no cellular link")
    from connectwith.links.sim7600 import Sim7600

    return Sim7600()
