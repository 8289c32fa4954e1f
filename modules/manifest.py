# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# What is frozen into every firmware. A board without a W5500 or a modem says so where it includes
# this file: it gets a firmware without the link, whose NIC is then refused with the reason.
#
# Parts that few use can be left out, too; what needs one then raises ImportError. docs/boards.md
# has the price of each.
import os

options.defaults(w5500=True, sim7600=True, aio=True, local=True, scan=True)

# Files that only one link needs, by the beginning of their names.
_OF_W5500 = ("links/w5500",)
_OF_SIM7600 = ("at.", "links/sim7600", "links/modem", "links/ppp")

_left_out = ()
for _kept, _names in (
    (options.w5500, _OF_W5500),
    (options.sim7600, _OF_SIM7600),
    (options.aio, ("aio.",)),  # server.aio
    (options.local, ("local.",)),  # imp.net.open() and openudp()
    (options.scan, ("scan.",)),  # imp.scanwifinetworks()
):
    if not _kept:
        _left_out += _names

_files = []
for _folder in ("", "links/"):
    for _file in sorted(os.listdir("connectwith/" + _folder)):
        if _file.endswith(".py") and not (_folder + _file).startswith(_left_out):
            _files.append(_folder + _file)

# ./tools/cw release leaves out line numbers in tracebacks (the functions are still named), and
# assert, which only guards against mistakes in here.
_opt = 3 if os.environ.get("CONNECTWITH_RELEASE") else None

module("server.py", base_path=".", opt=_opt)
module("imp.py", base_path=".", opt=_opt)
module("agent.py", base_path=".", opt=_opt)
package("connectwith", files=_files, base_path=".", opt=_opt)
