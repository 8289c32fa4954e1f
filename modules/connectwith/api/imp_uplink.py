# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.uplink`: staying connected. An addition of this firmware: an imp has no such calls."""

from connectwith import connection
from connectwith.connection.job import check_callback


def networks(known=...):
    """Stores the Wi-Fi networks that later attempts choose from, beside that of
    `imp.setwificonfiguration`. Without an argument it returns the stored list.

    `known`: a list of at most 8 dicts with `ssid` and `key`, as the `wificonfig` of a NIC. [] or
    None erases the list. The keys are sealed, and are returned sealed: such a list can be stored
    again on this device. ValueError, TypeError: the text names the bad entry, and nothing was
    stored. OSError: the flash is full or broken, and the list before is still stored.
    """
    if known is not ...:
        from connectwith.settings import networks as stored

        return stored.save(known)
    from connectwith import settings
    from connectwith.settings import nic_blocks

    return [nic_blocks.duplicate(block) for block in settings.load_networks()]


def keep(
    callback=None,
    order=None,
    nics=None,
    failback=60,
    metered=("cell",),
    entermetered=30,
    leavemetered=10,
    pingafter=30,
    pongwithin=10,
    **_unknown,
):
    """Keeps the device connected from now on, over the best link that works. Returns at once.

    `order`: list of interface names as in a NIC, the preferred one first. None: those of the order
    of `imp.net.setserverinterfaces` that have settings. `nics`: list of NICs, one for each link
    that is not to use the stored settings. `failback`: s for which a better link must have been
    good before the device moves to it. `metered`: list of names of links that cost money. They
    come behind all others: they are entered when the others have failed for `entermetered` s, and
    left for another one that has been good for `leavemetered` s. `pingafter`: s of silence until
    the broker is asked for an answer. Without one within `pongwithin` s the session is lost.

    `callback(event)` is called at each change with a dict: `event` ("connected", "moved", "lost",
    "failed", "ended"), `interface`, `result` (a result code), `before` (the interface before a
    move). It never gives up. It ends with `stop()`, or when `server.connectwith`,
    `server.disconnect` or, offline, `server.connect` is called. While it lasts,
    `server.onunexpecteddisconnect` has no effect.

    RuntimeError: the policy is SUSPEND_ON_ERROR, or no server is set. TypeError, ValueError: the
    text names the bad argument, and nothing has changed.
    """
    from connectwith.uplink import options

    times, health = (failback, entermetered, leavemetered), (pingafter, pongwithin)
    options.keep(connection.get(), callback, order, nics, times, metered, health, _unknown)


def stop():
    """Ends `keep()`. A connection stays as it is, an attempt under way is ended."""
    if _keeper() is not None:
        from connectwith.connection import keeping

        keeping.keep(connection.get(), None)


def status():
    """What `keep()` does now, as a new dict; None: it is not in use.

    `state`: "connected", "moving" (connected, and another link is tried), "trying", "waiting".
    `interface`: in use, or None. `trying`: being tried, or None. `since`: s since the last change.
    `why`: its reason. `moves`: how often a better link was moved to. `candidates`: a list, the
    preferred link first, of dicts: `interface`, `metered`, `result` (of the last attempt or
    session, or None), `penalty` (0 to 8000), `leftalone` (whether the penalty is so high that the
    device does not move there), `good` (s since when a better link is good, or None).
    """
    keeper = _keeper()
    if keeper is None:
        return None
    from connectwith.uplink import status

    return status.report(keeper)


def changes():
    """An asynchronous iterator over the events of `keep()`, as its callback gets them.

    The first event says over which interface the device is connected, if it is. The iteration ends
    when `keep()` ends. Up to 8 events are kept for a loop that is late. RuntimeError: `keep()` is
    not in use.
    """
    keeper = _keeper()
    if keeper is None:
        raise RuntimeError("not in use: see imp.uplink.keep")
    from connectwith.uplink import changes

    return changes.Changes(keeper)


def _keeper():
    """The Keeper in use, or None."""
    keeping = connection.get().keeping
    return None if keeping is None else keeping.keeper


def outbox():
    """The messages of `agent.send(..., keep=True)` that wait in flash, as a dict.

    `count`: how many. `bytes`: of their files; `size`: the most they may have. `oldest`: the age
    of the oldest in seconds; None if the clock was not set when it was accepted, or is not.
    `dropped`: how many were dropped since the boot, for their age or for newer ones. `damaged`:
    how many could not be read. OSError: the flash cannot be read.
    """
    return _kept().state()


def setoutbox(size=65536, age=None, dropoldest=False, callback=None):
    """The bounds of the outbox, until the next boot.

    `size`: bytes of its files (int, 1024 to 1048576). `age`: seconds (int) after which a message
    is dropped, None: never. `dropoldest`: in a full outbox, new messages replace the oldest
    ones; else they are refused (SEND_ERROR_WOULDBLOCK). `callback(count)` is called after so many
    messages were dropped. Nothing that is stored is dropped by this call. TypeError, ValueError:
    the text names the bad argument.
    """
    _check("size", size, 1024, 1048576)
    if age is not None:
        _check("age", age, 1, 2147483)
    if not isinstance(dropoldest, bool):
        raise TypeError("dropoldest: must be a bool")
    check_callback(callback)
    kept = _kept()
    kept.on_dropped = callback
    kept.box.size, kept.box.age_s, kept.box.drops_oldest = size, age or 0, dropoldest


def clearoutbox():
    """Drops all messages of the outbox. Returns how many (int). OSError: the flash cannot be read.
    Those that have been sent may still arrive."""
    return _kept().clear()


def setportalcheck(url):
    """The address that tells a captive portal from a server that is broken, until the next boot.

    `url`: `http://host[:port]/path`, which must answer status 204; at first it is
    http://connectivitycheck.gstatic.com/generate_204. None: no request is made. TypeError,
    ValueError: it is not such an address.
    """
    import connectwith
    from connectwith.connection import portal, sequence

    sequence.Sequence.portal = portal.parse(url)
    connectwith.unload("connection.portal")


def _check(name, value, least, most):
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(name + ": must be an int")
    if not least <= value <= most:
        raise ValueError("%s: must be %d to %d" % (name, least, most))


def _kept():
    from connectwith import outbox

    return outbox.get()
