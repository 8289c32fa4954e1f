# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""How the imp API works: links, dialer, session, and the controller that drives them."""

import sys


def unload(name):
    """Gives back the memory of a module in here that is needed once in a while, and by nobody now.
    Whoever needs it imports it again."""
    sys.modules.pop("connectwith." + name, None)
    globals().pop(name, None)
