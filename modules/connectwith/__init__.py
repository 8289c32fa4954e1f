# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The firmware behind `server`, `imp` and `agent`, one package for each part.

From top to bottom: api, local, connection, diagnostics, session, links, settings. Each may use
those below it and none above; the session does not know the links. What stands in this folder may
be used by all and uses none of them: result codes, the clock, the call of the user's callbacks.
"""

import sys


def call(function, *args):
    """Calls what is the user's. What that raises is printed, also what is no Exception, as
    asyncio's CancelledError: nothing that waits behind may be lost. Ctrl-C and SystemExit go on to
    the user's code."""
    try:
        function(*args)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        sys.print_exception(error)


def overwrite(secret):
    """Fills a secret that is no longer needed with zeros. `secret`: bytearray, or None."""
    if secret is not None:
        secret[:] = bytes(len(secret))


def unload(name):
    """Gives back the memory of a module in here that is needed once in a while, and by nobody now.
    Whoever needs it imports it again."""
    sys.modules.pop("connectwith." + name, None)
    package, _, name = ("connectwith." + name).rpartition(".")
    sys.modules[package].__dict__.pop(name, None)
