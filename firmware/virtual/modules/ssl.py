# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The module ssl over MicroPython's built-in tls.

Stands for micropython-lib's package of the same name: contexts take file names as well as
bytes, and wrap_socket() exists as a function.
"""

import tls
from tls import *  # noqa: F403 -- which constants there are depends on the build
from tls import CERT_NONE, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER


def _content(source):
    if isinstance(source, str):
        with open(source, "rb") as f:
            return f.read()
    return source


class SSLContext:
    """A TLS configuration; see CPython's ssl.SSLContext.

    Without a call that says otherwise, certificates are not verified.
    """

    def __init__(self, *args):
        self._context = tls.SSLContext(*args)
        self._context.verify_mode = CERT_NONE

    @property
    def verify_mode(self):
        return self._context.verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        self._context.verify_mode = mode

    def load_cert_chain(self, certfile, keyfile):
        """Set own certificate and key: file names, or PEM or DER bytes."""
        self._context.load_cert_chain(_content(certfile), _content(keyfile))

    def load_verify_locations(self, cafile=None, cadata=None):
        """Set the trusted certificates from a file name or from bytes."""
        self._context.load_verify_locations(_content(cafile) if cafile else cadata)

    def wrap_socket(
        self, sock, server_side=False, do_handshake_on_connect=True, server_hostname=None
    ):
        """Return a TLS stream over `sock`; OSError when the handshake fails."""
        return self._context.wrap_socket(
            sock,
            server_side=server_side,
            do_handshake_on_connect=do_handshake_on_connect,
            server_hostname=server_hostname,
        )


def wrap_socket(
    sock,
    server_side=False,
    key=None,
    cert=None,
    cert_reqs=CERT_NONE,
    cadata=None,
    server_hostname=None,
    do_handshake=True,
):
    """Return a TLS stream over `sock` with a context made for it."""
    context = SSLContext(PROTOCOL_TLS_SERVER if server_side else PROTOCOL_TLS_CLIENT)
    if cert or key:
        context.load_cert_chain(cert, key)
    if cadata:
        context.load_verify_locations(cadata=cadata)
    context.verify_mode = cert_reqs
    return context.wrap_socket(
        sock,
        server_side=server_side,
        do_handshake_on_connect=do_handshake,
        server_hostname=server_hostname,
    )
