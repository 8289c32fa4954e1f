# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""How the imp API works: links, dialer, session, and the controller that drives them.

Here is what all of them use: the call of the user's callbacks, which may raise anything.
"""

import sys


def call(function, *args):
    """Calls it. What it raises is printed, also what is no Exception, as asyncio's CancelledError:
    nothing that waits behind may be lost. Ctrl-C and SystemExit go on to the user's code."""
    try:
        function(*args)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        sys.print_exception(error)
