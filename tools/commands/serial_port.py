# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Checks of a serial port before its use: existence, kind, permission, and other users."""

import contextlib
import errno
import fcntl
import getpass
import grp
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from setup.problem import Problem

_REACH_S = 5.0  # as pySerial waits for a server
_PLUG_IN = "plug the board in with a cable that carries data (many only charge), and name its port"


def candidates() -> list[str]:
    """Ports with a USB device behind them."""
    from serial.tools import list_ports

    return [port.device for port in list_ports.comports() if port.vid is not None]


def missing(port: str, found: list[str]) -> Problem:
    """The Problem for a port that does not exist."""
    others = f"USB serial ports here: {', '.join(found)}." if found else "no USB serial port here."
    return Problem(f"There is no port {port}.", others, f"{_PLUG_IN}: --port /dev/ttyUSB0")


def forbidden(port: str) -> Problem:
    """The Problem for a port that this user may not open; it names the group that may."""
    group = "dialout"
    with contextlib.suppress(OSError, KeyError):
        group = grp.getgrgid(os.stat(port).st_gid).gr_name
    return Problem(
        f"This user may not open {port}.",
        f"it belongs to the group '{group}', and {getpass.getuser()} is not in it.",
        f"sudo usermod -aG {group} $USER; then log out and in again.",
    )


def busy(port: str) -> Problem:
    """The Problem for a port in use; it names the program, as far as this user can see it."""
    holders = _holders(port)
    why = f"in use by: {', '.join(holders)}." if holders else "another program has it open."
    return Problem(
        f"The port {port} is in use.",
        why,
        "end that program (a monitor, a terminal, an editor's console), then run it again.",
    )


def gone(port: str, doing: str) -> Problem:
    """The Problem for a board that went away while it was used."""
    if "://" in port:
        return Problem(
            f"The server at {port} has closed the connection while {doing}.",
            "another program uses it, the board behind it has gone, or the server has ended.",
            "end the other program, or look at the server; then run it again.",
        )
    return Problem(
        f"The board at {port} has gone while {doing}.",
        "the port disappeared or failed: cable, hub, or the board lost its power.",
        "plug it in again, look for its port (it may have another name), and run it again.",
    )


def _holders(port: str) -> list[str]:
    target = os.path.realpath(port)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        # Processes may end during the search, and those of other users cannot be read.
        with contextlib.suppress(OSError):
            if any(os.path.realpath(fd) == target for fd in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                if int(process.name) != os.getpid():
                    found.append(f"{name} (process {process.name})")
    return found[:4]


def check(port: str, find: Callable[[], list[str]] = candidates) -> None:
    """Raises Problem unless `port` can be opened now. Nothing is sent to it."""
    if "://" in port:
        return  # for pySerial to open: rfc2217:// and its siblings
    try:
        mode = os.stat(port).st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise missing(port, find()) from None
    except OSError as error:
        raise _refused(port, error) from error
    if not stat.S_ISCHR(mode):
        raise Problem(
            f"{port} is not a serial port.", "it is a file or a folder.", f"{_PLUG_IN}.", 2
        )
    try:
        fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        raise _refused(port, error) from error
    try:
        # pySerial and esptool lock it in this way. A program with TIOCEXCL makes open() fail.
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise _refused(port, error) from error
    finally:
        os.close(fd)


def unopened(port: str, error: Exception) -> Problem:
    """The Problem for a port that pySerial cannot open, be it a device or a URL."""
    if "://" not in port:
        return _refused(port, error)
    from serial import SerialException

    first: BaseException = error
    while first.__context__ is not None:
        first = first.__context__
    if isinstance(first, SerialException):
        return Problem(
            f"{port} does not answer as an RFC 2217 server.",
            "another program uses it, or what is there is another kind of server.",
            "end the other program; a server that passes bytes alone is socket://HOST:PORT.",
        )
    if isinstance(first, OSError):
        return _unreachable(port, first)
    # pySerial compares the number of the port although there is none.
    why = "a host and the number of its port are needed" if type(first) is TypeError else first
    return Problem(
        f"{port} is no address of a port.",
        f"{why}.",
        "write it as rfc2217://HOST:PORT or socket://HOST:PORT.",
        2,
    )


def _unreachable(port: str, error: OSError) -> Problem:
    next_step = "check the address, and that its server runs."
    if isinstance(error, socket.gaierror):
        next_step = "check the host's name, and this machine's DNS; an IP address needs none."
    elif isinstance(error, ConnectionRefusedError):
        next_step = "start its server there, or check the number of the port."
    elif isinstance(error, TimeoutError) or error.errno in (
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
    ):
        next_step = "check the address, this machine's network, and the firewalls between."
    why = f"the system says: {error.strerror or 'no answer'}."
    return Problem(f"{port} cannot be reached.", why, next_step)


def check_server(port: str) -> None:
    """Raises Problem unless the server of a URL takes connections: one is made, and closed. What
    is no URL of a server is left to others."""
    from urllib.parse import urlsplit

    if not port.startswith(("rfc2217://", "socket://")):
        return
    try:
        parts = urlsplit(port)
        if not parts.hostname or not parts.port:
            raise ValueError("a host and a port are needed")
        socket.create_connection((parts.hostname, parts.port), _REACH_S).close()
    except (OSError, ValueError) as error:
        raise unopened(port, error) from error


def _refused(port: str, error: Exception) -> Problem:
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM):
        return forbidden(port)
    if number in (errno.EBUSY, errno.EWOULDBLOCK):
        return busy(port)
    return Problem(
        f"The port {port} cannot be opened.",
        f"the system says: {getattr(error, 'strerror', None) or error}.",
        f"{_PLUG_IN}.",
    )
