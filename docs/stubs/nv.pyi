# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`from nv import nv`: the dict that deep sleep keeps, as the table nv of an imp.

`nv` is an ordinary dict. Its keys are str, its values what JSON can say: dict, list, str, int,
float (7 digits), bool, None; 2039 bytes of JSON in all. `imp.deepsleepfor`, `imp.deepsleepuntil`,
`server.sleepfor`, `server.sleepuntil` and the sleep of SUSPEND_ON_ERROR keep it, and the first
`from nv import nv` of the next boot brings it back. `machine.deepsleep()` alone, every reset, a
soft reset and the loss of power end it. It takes `machine.RTC().memory()` for itself.

Meaning after developer.electricimp.com/api/nv.
"""

from typing import Any

nv: dict[str, Any]
