# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw provision --request: a key pair made on the board, and the request for its certificate."""

import os
from pathlib import Path

from commands.remote import BoardError, Remote
from setup.problem import Problem

# The radio is what the chip's random numbers come from (ESP-IDF, "Random Number Generation").
_MAKE = """\
import imp, network
radio = network.WLAN(network.STA_IF)
silent = not radio.active()
if silent: radio.active(True)
try:
    print(imp.cloud.makerequest().decode())
finally:
    if silent: radio.active(False)
"""


def check(name: str) -> Path:
    """The file of `--request`, which is not there yet, in a folder that is. Raises Problem."""
    file = Path(name)
    if os.path.lexists(file):
        raise Problem(
            f"{name} is there already.",
            "a request is not overwritten: its certificate may be under way.",
            "name another file for --request, or remove this one.",
            2,
        )
    if not (file.parent.is_dir() and os.access(file.parent, os.W_OK)):
        raise Problem(
            f"{name} cannot be written.",
            f"{file.parent} is no folder that you may write to.",
            "name a file in another folder.",
            2,
        )
    return file


def write(remote: Remote, file: Path) -> str:
    """Lets the board make a key pair, and writes its request to `file`, whole or not at all. The
    name in the request. Raises Problem."""
    try:
        said = remote.run(_MAKE, 60, "making a key pair")
    except BoardError as error:
        if not str(error).startswith(("MemoryError", "RuntimeError", "OSError")):
            raise remote.unexpected(error) from error
        raise Problem(
            "The board has made no request.",
            f"its Python says: {error}",
            "reset the board and run the same command again; OSError: its NVS may be full.",
        ) from error
    lines = said[said.find("-----BEGIN ") :].strip().splitlines()
    request = "".join(line + "\n" for line in lines).encode()
    name = _name(request)
    try:
        _create(file, request)
    except OSError as error:
        raise Problem(
            f"{file} could not be written.",
            f"{error.strerror}; the key that the board has made waits in vain.",
            "run it again with another file: the board replaces that key.",
        ) from error
    return name


def _name(request: bytes) -> str:
    from cryptography import x509

    try:
        parsed = x509.load_pem_x509_csr(request)
        if parsed.is_signature_valid:
            return parsed.subject.rfc4514_string()
    except ValueError:
        pass
    raise Problem(
        "What the board has sent is no request for a certificate.",
        "it was changed on the way, or the board's memory is damaged.",
        "run the same command again.",
    )


def _create(file: Path, data: bytes) -> None:
    """A new file with `data`. OSError: it is there already, or cannot be written."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_bytes(data)
        try:
            os.link(part, file)  # unlike a rename, it takes the place of nothing
        except FileExistsError:
            raise
        except OSError:  # FAT has no links
            if os.path.lexists(file):
                raise
            os.rename(part, file)
    finally:
        part.unlink(missing_ok=True)
