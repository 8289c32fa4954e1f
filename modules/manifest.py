# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# What is frozen into every firmware. A board without a W5500 or a modem says so where it includes
# this file: it gets a firmware without the link, whose NIC is then refused with the reason.
import os

options.defaults(w5500=True, sim7600=True)

# Files that only one link needs, by the beginning of their names.
_OF_W5500 = ("links/w5500",)
_OF_SIM7600 = ("at.", "links/sim7600", "links/modem", "links/ppp")

_left_out = ()
if not options.w5500:
    _left_out += _OF_W5500
if not options.sim7600:
    _left_out += _OF_SIM7600

_files = []
for _folder in ("", "links/"):
    for _file in sorted(os.listdir("connectwith/" + _folder)):
        if _file.endswith(".py") and not (_folder + _file).startswith(_left_out):
            _files.append(_folder + _file)

# What an image for everybody leaves out: line numbers in tracebacks (the functions are still named),
# and assert, which only guards against mistakes in here. ./tools/cw release sets it.
_opt = 3 if os.environ.get("CONNECTWITH_RELEASE") else None

module("server.py", base_path=".", opt=_opt)
module("imp.py", base_path=".", opt=_opt)
module("agent.py", base_path=".", opt=_opt)
package("connectwith", files=_files, base_path=".", opt=_opt)
