# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The arguments of `imp.uplink.keep`. All are checked before anything changes. Unloaded
afterwards."""

import sys
import time

import _connectwith
from micropython import const

from connectwith import links, results, settings, unload
from connectwith.connection import keeping
from connectwith.connection.job import check_callback, server_settings
from connectwith.settings import nic

_OPTIONS = const(
    (
        "callback",
        "order",
        "nics",
        "failback",
        "metered",
        "entermetered",
        "leavemetered",
        "pingafter",
        "pongwithin",
    )
)
_DAY_S = const(86400)
_SHORTEST_S = const(1)
_LONGEST_PING_S = const(60)  # the keepalive of CONNECT; the broker waits for 1.5 times that
# By class of link: the name, and what stores its settings. Ethernet needs none.
_SETTERS = const((("wifi", "setwificonfiguration"), ("ethernet", ""), ("cell", "setapn")))
_NAMES = const(("ethernet", "wifi", "cell", "eth0", "wl0", "cell0", "cell1"))


def keep(control, callback, order, nics, times, metered, health, unknown):
    """See `imp.uplink.keep`. `times`: failback, entermetered, leavemetered; `health`: pingafter,
    pongwithin."""
    try:
        _begin(control, _make(control, callback, order, nics, times, metered, health, unknown))
    finally:
        unload("uplink.options")


def _begin(control, keeper):
    """From now on `keeper` keeps the device connected, in place of an earlier one."""
    with _connectwith.SchedulerLock():
        if control.keeping is not None:
            # A callback that calls keep() at the end would end the new one, and so on.
            control.keeping.keeper.replaced = True
        keeping.keep(control, keeper)
        if not control.is_connected():
            return
        live = control.live
        index = keeper.index(live.kind)
        if index < 0 or not _is_same(live.nic, keeper.nic(index)):
            return  # it goes on until there is a session over a link of the list
        keeper.policy.adopt(index, time.ticks_ms())
        keeper.watch()
        keeper.note(0, index, results.SERVER_CONNECTED, "connected already")


def _is_same(one, other):
    """Whether two NICs differ in no more than their secrets, which look different each time that
    they are sealed."""
    for name in nic.BLOCKS[nic.link_of(one["interface"])]:
        if name == "wificonfig" and one.get("networks") and other.get("networks"):
            continue  # whichever of the stored networks was joined
        block, peer = one.get(name) or {}, other.get(name) or {}
        for key in ("ssid", "ip", "address", "port", "apn"):
            if block.get(key) != peer.get(key):
                return False
    return True


def _make(control, callback, order, nics, times, metered, health, unknown):
    if control.policy == results.SUSPEND_ON_ERROR:
        raise RuntimeError("not under SUSPEND_ON_ERROR: see server.setsendtimeoutpolicy")
    for name in unknown:
        from connectwith.settings import nearest

        raise TypeError(nearest.message(name, _OPTIONS))
    check_callback(callback)
    times_ms = (
        _milliseconds("failback", times[0], 0, _DAY_S),
        _milliseconds("entermetered", times[1], 0, _DAY_S),
        _milliseconds("leavemetered", times[2], 0, _DAY_S),
    )
    health_ms = (
        _milliseconds("pingafter", health[0], _SHORTEST_S, _LONGEST_PING_S),
        _milliseconds("pongwithin", health[1], _SHORTEST_S, _LONGEST_PING_S),
    )
    health_ms += (health_ms[1] // 2,)  # a message may be unacknowledged for so long
    costly = _kinds("metered", metered)
    kinds = None if order is None else _kinds("order", order)
    given = _given(nics, kinds)
    kinds = _candidates(kinds, given)
    server_settings()
    free = [kind for kind in kinds if kind not in costly]
    kinds = free + [kind for kind in kinds if kind in costly]
    configs = tuple([given.get(kind) for kind in kinds])
    from connectwith.uplink.keeper import Keeper

    return Keeper(control, tuple(kinds), len(free), configs, times_ms, health_ms, callback)


def _milliseconds(name, seconds, least_s, most_s):
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(name + ": must be a number of seconds")
    if not least_s <= seconds <= most_s:  # NaN is neither
        raise ValueError(name + ": must be " + str(least_s) + " to " + str(most_s) + " s")
    return int(seconds * 1000)


def _kinds(name, names):
    """The classes of link of a list of interface names."""
    if not isinstance(names, (list, tuple)):
        raise TypeError(name + ": must be a list of str")
    kinds = []
    for one in names:
        if not isinstance(one, str):
            raise TypeError(name + ": must be a list of str")
        if one not in _NAMES:
            from connectwith.settings import nearest

            raise ValueError(name + ": " + nearest.message(one, _NAMES))
        kind = nic.link_of(one)
        if kind in kinds:
            raise ValueError(name + ": " + one + " is there twice")
        kinds.append(kind)
    return kinds


def _given(nics, kinds):
    """The normalised NICs of the user, by class of link."""
    if nics is None:
        return {}
    if not isinstance(nics, (list, tuple)):
        raise TypeError("nics: must be a list of dict")
    given = {}
    for one in nics:
        try:
            config = nic.normalise(one)
        except (TypeError, ValueError) as error:
            raise type(error)("nics: " + str(error)) from None
        name = config["interface"]
        kind = nic.link_of(name)
        if kind in given:
            raise ValueError("nics: " + name + " is there twice")
        if kinds is not None and kind not in kinds:
            raise ValueError("nics: " + name + " is not in the order")
        _check_fitted("nics", kind)
        given[kind] = settings.fill(config, kind)
    return given


def _candidates(kinds, given):
    """The classes of link to be used, in their order."""
    if kinds is None:
        kinds = [k for k in _fitted() if k in given or settings.load_nic(k) is not None]
        if not kinds:
            raise ValueError("order: no interface has settings: see imp.setwificonfiguration")
        return kinds
    if not kinds:
        raise ValueError("order: empty")
    for kind in kinds:
        _check_fitted("order", kind)
        if kind not in given and settings.load_nic(kind) is None:
            raise ValueError("order: %s has no settings: see imp.%s" % _SETTERS[kind])
    return kinds


def _fitted():
    """The classes of link of this board, in the order of `imp.net.setserverinterfaces`."""
    was_there = "connectwith.connection.failover" in sys.modules  # it keeps that order
    from connectwith.connection import failover

    kinds = failover.fitted()
    if not was_there:
        unload("connection.failover")
    return kinds


def _check_fitted(name, kind):
    try:
        links.check_fitted(kind)
    except ValueError as error:
        raise ValueError(name + ": " + str(error).partition(": ")[2]) from None
