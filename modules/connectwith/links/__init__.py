# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Links: each brings one interface up. Wi-Fi and Ethernet have one file each, the modem a package.

May use settings. A link knows no server and no attempt. `get()` makes a link at its first use, so
this file imports those of the links, and they import it.

Every link is an object with the same five methods. None of them waits. A call takes a few
milliseconds at most, except for driver start-up, which the stock drivers do in one call.

`start(nic, limits)`
               begins with a normalised NIC. `limits`: a RetryLimits, which says for how long a
               temporary failure is retried. None: there is no attempt, and it is retried for short
               times. The link holds no reference to the NIC after `stop()`.
`poll()`       does the next piece of work and returns the stage of the link: STAGE_HARDWARE,
               STAGE_LINK or STAGE_ADDRESS while it comes up, UP when it has an address, FAILED
               when it cannot succeed. After FAILED `result` is the imp's code, `cause` (str) and
               `code` (int) are the error of the driver. The three also describe the last failure
               that is retried; `faults` counts those since `start()`. Another stage after UP means
               that the link is lost. Waiting allocates nothing.
`addresses()`  address, netmask and gateway as str, when UP. Name servers: see `route()`.
`info()`       a dict of what the driver knows, for people.
`stop()`       powers the interface down, from any state, also twice. It raises nothing: an error
               of a driver that is being stopped is ignored. It returns at once. `poll()` does the
               rest: it returns DISCONNECTING while the interface may still be on its network,
               POWERING_OFF when it has left its network but may still have power, FAILED when it
               is off. `start()` may be called before that.
`adopt()`      optional: takes over an interface that an earlier run of the firmware has left up.
               Then `stop()` powers it down.
`avoid()`      optional: the server could not be reached over this network. If there is another
               one, the next `start()` begins with that.
`report()`     optional: a dict for `imp.diag`, without secrets.
`asked`        optional: a count of commands to the interface. Answers may come at once, so
               `poll()` is called again soon after each new command.
`look_ms`      optional: `poll()` is called at least so often while the link is UP. A link without
               it is polled when `_connectwith.link_watch()` reports an event of its driver.

A link is made once and kept, as the drivers are single instances that cannot be removed.
"""

import _connectwith

from connectwith import unload
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

# What `imp.setpowersave()` has set: `pm` of network.WLAN.config(). None: that of the boot. Each
# attempt sets it again, as no document says that the driver keeps it when it is stopped.
power_saving = None

# The user's scan that runs, or whose result has not been fetched; None: none. scan.py sets it.
scan = None


def get(link):
    """The link object of a class (_connectwith.LINK_...). ValueError: not on this board."""
    if _links[link] is None:
        with _connectwith.SchedulerLock():
            if _links[link] is None:
                _links[link] = _make(link)
    return _links[link]


def turn_off():
    """Powers down all links of this run, whatever they are used for, and makes their next step.
    Returns whether one of them is not off yet."""
    on = False
    for link in _links:
        if link is not None:
            link.stop()
            on = link.poll() < FAILED or on
    return on


def left_over(link):
    """The link object of a class that an earlier run of the firmware may have left up. The caller
    must stop it. None: there is none. A soft reset stops no interface, and no reset stops a modem.
    """
    used = _connectwith.link_used(link)
    if link in held or not used and (link != nic.CELLULAR or _modem_is_off()):
        return None  # it is in use, or the firmware has not started it
    try:
        found = get(link)
    except ValueError:
        return None  # not on this board
    if hasattr(found, "adopt"):
        found.adopt(used)
    return found


def _modem_is_off():
    """Whether the STATUS pin says so, if the board has one. The object of the modem is not made
    for that: it would take 8 KB of heap (on a 64-bit board)."""
    from machine import Pin

    status = getattr(Pin.board, "MODEM_STATUS", None)
    if status is None:
        return not hasattr(Pin.board, "MODEM_TX")
    status.init(Pin.IN)
    return not status.value()


def route(link, config):
    """(device, servers) of a class of link that is UP with the NIC `config`. `device`: lwIP's name
    of its interface, for sockets that are bound to it. `servers`: its own name servers. None: it
    has just lost its address."""
    found = _connectwith.link_route(link)
    static = config.get("staticconfig")
    return (found[0], static["dns"]) if found and static else found


def check_fitted(link):
    """Raises ValueError if this board has no link of a class. The link is not made for that: a
    modem takes 14 KB of heap (on a 64-bit board)."""
    try:
        _check(link)
    finally:
        if link == nic.ETHERNET and _links[link] is None:
            unload("links.w5500")


def _check(link):
    import network

    if link == nic.WIFI:
        if not hasattr(network, "WLAN"):
            raise ValueError("interface: this board has no Wi-Fi")
    elif link == nic.ETHERNET:
        try:
            from connectwith.links.w5500 import fitted
        except ImportError:
            fitted = bool  # this firmware is for boards without one
        if not fitted():
            raise ValueError("interface: this board has no Ethernet")
    else:
        from machine import Pin

        if not hasattr(network, "PPP") or not hasattr(Pin.board, "MODEM_TX"):
            raise ValueError("interface: this board has no cellular link")


def _make(link):
    _check(link)
    if link == nic.WIFI:
        from connectwith.links.wlan import Wlan

        return Wlan()
    if link == nic.ETHERNET:
        from connectwith.links.w5500 import W5500

        return W5500()
    from connectwith.links.modem.sim7600 import Sim7600

    return Sim7600()
