# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Links: what brings an interface up, one file for each kind, and a package for the modem.

May use settings. A link knows no server and no attempt. `get()` makes a link at its first use, so
this file and those of the links name each other.

Every link is an object with the same five methods. None of them waits; a call takes a few
milliseconds at most, driver start-up excepted, which the stock drivers do in one piece.

`start(nic, limits)`     begins with a normalised NIC, and a RetryLimits that say for how
               long a cause that may pass is tried again; None, short times, where there is no
               attempt. It keeps no reference to the NIC beyond `stop()`.
`poll()`       does the next bit of work and returns the stage that the link is in:
               STAGE_HARDWARE, STAGE_LINK or STAGE_ADDRESS while it is on its way, UP when there is
               an address, FAILED when it cannot succeed. Then `result` is the imp's code for it,
               and `cause` (str) with `code` (int) what the driver said. The same three say why it
               had to try again, which `faults` counts from `start()` on. UP may turn into another
               answer later: the link is then lost. Waiting allocates nothing.
`addresses()`  address, netmask and gateway as str, when UP. Name servers: see `route()`.
`info()`       a dict of what the driver knows, for people.
`stop()`       powers the interface down, from any state, also twice. It raises nothing: what the
               driver objects to when it is told to stop cannot be helped. It returns at once. If
               there is more to do, `poll()` does it: it returns DISCONNECTING while the interface
               may still be on its network, POWERING_OFF when it is off and only the proof is
               outstanding, FAILED when all is done. `start()` may be called in between.
`adopt()`      optional: takes over what an earlier run of the firmware has left up, for `stop()`.
`report()`     optional: a dict for `imp.diag`, without secrets.
`asked`        optional: a count of questions to the interface, whose answers may come at once. So
               `poll()` is called again soon after each new one.

A link is made once and kept: the drivers are single instances that do not go away.
"""

import _connectwith

from connectwith.settings import nic

UP = 3  # the stage after ADDRESS
FAILED = -1
DISCONNECTING = -2
POWERING_OFF = -3

# What `_connectwith.link_state()` packs into one int.
LINK_UP = 0x100
HAS_ADDRESS = 0x200
LOSSES_SHIFT = 10

_links = [None, None, None]

# The links that interfaces.py holds up, by class, each with the NIC that it is up with.
held = {}

# The user's scan that runs, or whose result has not been fetched; None: none. scan.py sets it.
scan = None


def get(link):
    """The link object of a class (_connectwith.LINK_...). ValueError: not on this board."""
    if _links[link] is None:
        with _connectwith.SchedulerLock():
            if _links[link] is None:
                _links[link] = _make(link)
    return _links[link]


def left_over(link):
    """The link object of a class that an earlier run of the firmware has left up, or may have; to
    be stopped. None: it has left none. A soft reset stops no interface, and no reset a modem."""
    used = _connectwith.link_used(link)
    if link in held or not used and (link != nic.CELLULAR or _modem_is_off()):
        return None  # what is up is wanted, or none of ours
    try:
        found = get(link)
    except ValueError:
        return None  # not on this board
    if hasattr(found, "adopt"):
        found.adopt(used)
    return found


def _modem_is_off():
    """What its STATUS pin says, where there is one. The modem's object would take 8 KB of heap (on
    a 64-bit board), which a board that only uses Wi-Fi has a better use for."""
    from machine import Pin

    status = getattr(Pin.board, "MODEM_STATUS", None)
    if status is None:
        return not hasattr(Pin.board, "MODEM_TX")
    status.init(Pin.IN)
    return not status.value()


def route(link, config):
    """(device, servers) of a class of link that is UP with the NIC `config`: what its interface is
    called in lwIP, for sockets that are to stay on it, and its own name servers. None: it has just
    lost its address."""
    found = _connectwith.link_route(link)
    static = config.get("staticconfig")
    return (found[0], static["dns"]) if found and static else found


def _make(link):
    import network

    if link == nic.WIFI:
        if not hasattr(network, "WLAN"):
            raise ValueError("interface: this board has no Wi-Fi")
        from connectwith.links.wlan import Wlan

        return Wlan()
    if link == nic.ETHERNET:
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
    from connectwith.links.modem.sim7600 import Sim7600

    return Sim7600()
