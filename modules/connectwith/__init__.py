# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The firmware behind `server`, `imp` and `agent`, one package for each part.

From top to bottom: api, local, connection, diagnostics, session, links, settings. Each package may
use those below it and none above it. The session does not use the links. All of them may use the
modules of this folder, which use no package: result codes, the clock, calls of the user's
callbacks."""

import sys


def call(function, *args):
    """Calls a function of the user's. An exception of it is printed, also one that is no
    Exception, as asyncio's CancelledError: it must not stop the firmware's own work.
    KeyboardInterrupt and SystemExit are raised in the user's code. Without memory, a function
    without arguments is called nevertheless, and its MemoryError is printed like any other."""
    try:
        if args:
            function(*args)
        else:
            function()
    except KeyboardInterrupt:  # a tuple of both would need memory
        raise
    except SystemExit:
        raise
    except BaseException as error:
        sys.print_exception(error)


def overwrite(secret):
    """Fills a secret that is no longer needed with zeros. `secret`: bytearray, or None."""
    if secret is not None:
        secret[:] = bytes(len(secret))


def unload(name):
    """Frees the memory of a module of this package that is used rarely. The next use imports it
    again."""
    sys.modules.pop("connectwith." + name, None)
    package, _, name = ("connectwith." + name).rpartition(".")
    sys.modules[package].__dict__.pop(name, None)
