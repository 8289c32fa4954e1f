# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The user's timers, the idle callback, and the regular call for local interfaces."""

class Timer:
    """What `imp.wakeup` returns and `imp.cancelwakeup` takes."""
