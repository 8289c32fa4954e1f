# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""How the imp API works: links, dialer, session, and the controller that drives them."""

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


def unload(name):
    """Gives back the memory of a module in here that is needed once in a while, and by nobody now.
    Whoever needs it imports it again."""
    sys.modules.pop("connectwith." + name, None)
    globals().pop(name, None)
