# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.diag`: reports on attempts, losses and the clock. No report holds a secret."""

from collections.abc import Callable
from typing import Any, Literal, NotRequired, TypedDict, type_check_only

# The classes of this file are types of dicts, for annotations. The board has none of them.
@type_check_only
class _Attempt(TypedDict):
    interface: str
    result: int | None
    name: str | None
    stages: list[tuple[str, int]]
    ms: int
    timeout: float
    cause: str | None
    resumed: bool
    tries: NotRequired[dict[str, int]]
    note: NotRequired[str]
    at: NotRequired[list[str]]
    pintries: NotRequired[int]

@type_check_only
class _Counters(TypedDict):
    attempts: int
    successes: int
    losses: int
    lastloss: str | None
    handshakes: int
    resumed: int

# Any: None before the first attempt. Most programs ask in its callback.
def lastattempt() -> _Attempt | Any:
    """The last attempt as a dict, also while it runs. None before the first.

    `interface`. `result` and `name`: the result code and its name, None while the attempt runs.
    `stages`: a list of (name, ms). `ms`: their sum. `timeout`: the s (float) that they could take;
    if several interfaces share a time, the share of this one. `cause`: the error of the driver,
    TLS or the server, or None. `resumed`: whether TLS has resumed a session, so that the server
    has shown no certificate. `tries`: after `server.connect`, the result of each interface that
    was tried. `note`: a warning; absent without one.
    """

def ontransition(callback: Callable[[str, int], object] | None) -> None:
    """`callback(stage, ms)` is called when a stage (str) has ended. None: no callback."""

def counters() -> _Counters:
    """Counters since the boot, as a dict: `attempts`, `successes`, `losses` of a session,
    `lastloss`, the cause of the last loss (str or None), and the TLS handshakes that have
    succeeded: `handshakes` in full, and `resumed`."""

def version() -> str:
    """The version of this firmware (str), as `./tools/cw --version` of its sources."""

def clock() -> Literal["unset", "user", "floor", "suspect", "network", "sntp"]:
    """The source of the clock's time (str). sntp: a time server. network: the mobile network.
    user: other code has set it. floor: a date in the past, of the firmware's build or signed by
    the broker's CA. suspect: no certificate was valid at the time of the clock, and no time server
    has answered since. unset: the clock was not set."""

def keysource() -> Literal["efuse-hmac", "nvs-encrypted", "nvs-plain"]:
    """The source of the key of sealed values: efuse-hmac, nvs-encrypted or nvs-plain."""
