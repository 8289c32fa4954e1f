# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.uplink`: staying connected. An addition of this firmware: an imp has no such calls."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Literal, NotRequired, TypedDict, type_check_only

from server import _NIC

# The classes of this file are types of dicts, for annotations. The board has none of them.
@type_check_only
class _Event(TypedDict):
    event: Literal["connected", "moved", "lost", "failed", "ended"]
    interface: str | Any  # None: it has ended while the device was offline
    result: NotRequired[int]
    before: NotRequired[str]

@type_check_only
class _Candidate(TypedDict):
    interface: str
    metered: bool
    result: int | None
    penalty: int
    leftalone: bool
    good: int | None

@type_check_only
class _Status(TypedDict):
    state: Literal["connected", "moving", "trying", "waiting"]
    interface: str | None
    trying: str | None
    since: int
    why: str
    moves: int
    candidates: list[_Candidate]

def networks(
    known: Sequence[dict[str, str | bytes | None]] | None = ...,
) -> list[dict[str, Any]] | None:
    """Stores the Wi-Fi networks that later attempts choose from, beside that of
    `imp.setwificonfiguration`. Without an argument it returns the stored list.

    `known`: a list of at most 8 dicts with `ssid` and `key`, as the `wificonfig` of a NIC. [] or
    None erases the list. The keys are sealed, and are returned sealed: such a list can be stored
    again on this device. ValueError, TypeError: the text names the bad entry, and nothing was
    stored. OSError: the flash is full or broken, and the list before is still stored.
    """

def keep(
    callback: Callable[[_Event], object] | None = None,
    order: Sequence[str] | None = None,
    nics: Sequence[_NIC] | None = None,
    failback: float = 60,
    metered: Sequence[str] = ("cell",),
    entermetered: float = 30,
    leavemetered: float = 10,
    pingafter: float = 30,
    pongwithin: float = 10,
) -> None:
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

def stop() -> None:
    """Ends `keep()`. A connection stays as it is, an attempt under way is ended."""

# Any: None if keep() is not in use. Most programs know.
def status() -> _Status | Any:
    """What `keep()` does now, as a new dict; None: it is not in use.

    `state`: "connected", "moving" (connected, and another link is tried), "trying", "waiting".
    `interface`: in use, or None. `trying`: being tried, or None. `since`: s since the last change.
    `why`: its reason. `moves`: how often a better link was moved to. `candidates`: a list, the
    preferred link first, of dicts: `interface`, `metered`, `result` (of the last attempt or
    session, or None), `penalty` (0 to 8000), `leftalone` (whether the penalty is so high that the
    device does not move there), `good` (s since when a better link is good, or None).
    """

def changes() -> AsyncIterator[_Event]:
    """An asynchronous iterator over the events of `keep()`, as its callback gets them.

    The first event says over which interface the device is connected, if it is. The iteration ends
    when `keep()` ends. Up to 8 events are kept for a loop that is late. RuntimeError: `keep()` is
    not in use.
    """

def outbox() -> dict[str, int | None]:
    """The messages of `agent.send(..., keep=True)` that wait in flash, as a dict.

    `count`: how many. `bytes`: of their files; `size`: the most they may have. `oldest`: the age
    of the oldest in seconds; None if the clock was not set when it was accepted, or is not.
    `dropped`: how many were dropped since the boot, for their age or for newer ones. `damaged`:
    how many could not be read. OSError: the flash cannot be read.
    """

def setoutbox(
    size: int = 65536,
    age: int | None = None,
    dropoldest: bool = False,
    callback: Callable[[int], object] | None = None,
) -> None:
    """The bounds of the outbox, until the next boot.

    `size`: bytes of its files (int, 1024 to 1048576). `age`: seconds (int) after which a message
    is dropped, None: never. `dropoldest`: in a full outbox, new messages replace the oldest
    ones; else they are refused (SEND_ERROR_WOULDBLOCK). `callback(count)` is called after so many
    messages were dropped. Nothing that is stored is dropped by this call. TypeError, ValueError:
    the text names the bad argument.
    """

def clearoutbox() -> int:
    """Drops all messages of the outbox. Returns how many (int). OSError: the flash cannot be read.
    Those that have been sent may still arrive."""

def setportalcheck(url: str | None) -> None:
    """The address that tells a captive portal from a server that is broken, until the next boot.

    `url`: `http://host[:port]/path`, which must answer status 204; at first it is
    http://connectivitycheck.gstatic.com/generate_204. None: no request is made. TypeError,
    ValueError: it is not such an address.
    """
