# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Serves the page on the loopback interface, until Ctrl-C or SIGTERM."""

import asyncio
import contextlib
import logging
import secrets
import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI
from nicegui import Client, run, ui

from lab.model import Lab
from lab.page import Page
from lab.page.desk import Orders
from lab.server.guard import Guard
from setup.problem import Problem

ADDRESS = "127.0.0.1"
_END_S = 2  # for browsers that do not close
_TOLD_S = 1.0
# A browser that comes back in this time goes on where it was; later it gets a new page.
_AWAY_S = 20.0
_ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#0a5cb8"/>
<path d="M9 22 16 10l7 12" fill="none" stroke="#fff" stroke-width="2.5"/>
<g fill="#fff"><circle cx="16" cy="10" r="4"/><circle cx="9" cy="22" r="4"/>
<circle cx="23" cy="22" r="4"/></g></svg>"""


def listen(port: int) -> socket.socket:
    """A socket on the loopback interface; 0: the system chooses the port. Raises Problem."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise Problem(
            f"Port {port} of {ADDRESS} cannot be used.",
            f"{error.strerror}.",
            "leave --page-port out: then a free one is chosen.",
        ) from error
    return listener


async def _tell_end(client: Client) -> None:
    # A page that does not answer finds out by itself.
    with contextlib.suppress(TimeoutError):
        await client.run_javascript("lab.end()", timeout=_TOLD_S)


class _Uvicorn(uvicorn.Server):
    """Tells the open pages that the lab ends, before it closes their connections."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """See uvicorn.Server, which breaks its own shutdown off at a second Ctrl-C."""
        if not self.should_exit:
            super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn.Server."""
        pages = [client for client in Client.instances.values() if client.has_socket_connection]
        await asyncio.gather(*map(_tell_end, pages))
        await super().shutdown(sockets)


class Server:
    """The server of one lab. `url` has the token in it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._token = secrets.token_urlsafe(24)
        self._port = listener.getsockname()[1]
        self.url = f"http://{ADDRESS}:{self._port}/?token={self._token}"

    def serve(self, lab: Lab, desk: Orders) -> None:
        """Until Ctrl-C or SIGTERM."""
        # Tasks of a browser that has gone, or is still there at the end, end with the process.
        logging.getLogger("nicegui").addFilter(
            lambda record: "Could not cancel" not in record.getMessage()
        )
        # Its pool of processes needs a /dev/shm that can be written to. The lab uses none.
        run.setup = lambda: None
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

        def root() -> None:
            Page(lab, desk)

        ui.run_with(
            app, root=root, title="connectwith lab", favicon=_ICON, dark=None, language="en-US",
            reconnect_timeout=_AWAY_S, show_welcome_message=False,
        )  # fmt: skip
        config = uvicorn.Config(
            Guard(app, self._port, self._token), log_level="error", ws="wsproto",
            timeout_graceful_shutdown=_END_S, lifespan="on",
        )  # fmt: skip
        # uvicorn ends by a signal, and gives it on when it has ended.
        with contextlib.suppress(KeyboardInterrupt):
            _Uvicorn(config).run(sockets=[self._listener])
