# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.uplink`: staying connected. An addition of this firmware: an imp has no such calls."""

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


def _check(name, value, least, most):
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(name + ": must be an int")
    if not least <= value <= most:
        raise ValueError("%s: must be %d to %d" % (name, least, most))


def _kept():
    from connectwith import outbox

    return outbox.get()
