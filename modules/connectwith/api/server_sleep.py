# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`server.sleepfor` and `server.sleepuntil`.

Meanings after developer.electricimp.com/api/server/sleepfor and .../sleepuntil.
"""

from connectwith import connection as _connection
from connectwith.connection import deep_sleep as _deep_sleep


def sleepfor(sleeptime):
    """`flush()`, then `disconnect()`, then deep sleep for `sleeptime` seconds (int or float, 0 to
    2147483). Does not return: the device boots afterwards.

    What is sent is waited for during the timeout of sends at most, and a modem for a minute until
    it is off. `nv` is kept. TypeError, ValueError: of `sleeptime`, or what `nv` cannot keep;
    nothing has changed then.
    """
    _deep_sleep.enter(_connection.get(), _deep_sleep.duration_ms(sleeptime), True)


def sleepuntil(hour, minute, second=0, dayofweek=None):
    """`sleepfor()` until that time of day (UTC), the next one that is not now.

    `hour`: int, 0 to 23. `minute`, `second`: int, 0 to 59. `dayofweek`: `imp.SUNDAY` (0) to
    `imp.SATURDAY` (6), None for any. RuntimeError: the clock is not set. TypeError, ValueError:
    name what is wrong.
    """
    sleep_ms = _deep_sleep.until_ms(hour, minute, second, dayofweek)
    _deep_sleep.enter(_connection.get(), sleep_ms, True, True)
