# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# What is frozen into every firmware. The manifest of a board without a W5500 or a modem sets the
# option to False: the firmware then lacks that link, and refuses its NIC with the reason.
#
# Optional features can be left out, too. A call that needs one then raises ImportError.
# docs/boards.md has the size of each.
import ast
import os

options.defaults(
    w5500=True,
    sim7600=True,
    aio=True,
    local=True,
    scan=True,
    device=True,
    outbox=True,
    uplink=True,
)

# Files that only one link needs, by the beginning of their names.
_OF_W5500 = ("connectwith/links/w5500",)
_OF_SIM7600 = ("connectwith/links/modem/",)
# Behind hardware and nv, which go with them, and the calls of imp and server that sleep or ask.
_OF_DEVICE = (
    "connectwith/api/hardware_boot.",
    "connectwith/api/imp_device.",
    "connectwith/api/server_sleep.",
)
# agent.send(keep=True)
_OF_OUTBOX = ("connectwith/outbox/", "connectwith/session/kept.")
_OF_UPLINK = (
    "connectwith/uplink/",
    "connectwith/connection/keeping.",
    "connectwith/connection/move.",
)

_left_out = ()
for _kept, _names in (
    (options.w5500, _OF_W5500),
    (options.sim7600, _OF_SIM7600),
    (options.aio, ("connectwith/api/aio.",)),  # server.aio
    (options.local, ("connectwith/local/interfaces.",)),  # imp.net.open() and openudp()
    (options.scan, ("connectwith/local/scan.",)),  # imp.scanwifinetworks()
    (options.device, _OF_DEVICE),
    (options.outbox, _OF_OUTBOX),
    (options.uplink, _OF_UPLINK),  # imp.uplink.keep()
):
    if not _kept:
        _left_out += _names


def _has_code(file):
    """Whether a file has more than a docstring. A package can be imported without its __init__.py,
    so one without code is left out to save flash."""
    with open(file, encoding="utf-8") as text:
        return len(ast.parse(text.read()).body) > 1


_files = []
for _folder, _, _names in os.walk("connectwith"):
    for _name in _names:
        _file = _folder.replace(os.sep, "/") + "/" + _name
        if _name.endswith(".py") and not _file.startswith(_left_out) and _has_code(_file):
            _files.append(_file.partition("/")[2])

# ./tools/cw release leaves out line numbers in tracebacks (the functions are still named), and
# assert, which only guards against mistakes in here.
_opt = 3 if os.environ.get("CONNECTWITH_RELEASE") else None

module("server.py", base_path=".", opt=_opt)
module("imp.py", base_path=".", opt=_opt)
module("agent.py", base_path=".", opt=_opt)
if options.device:
    module("hardware.py", base_path=".", opt=_opt)
    module("nv.py", base_path=".", opt=_opt)
package("connectwith", files=sorted(_files), base_path=".", opt=_opt)
