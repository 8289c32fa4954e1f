# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Who may look at the lab: a browser of this machine that has the token. A layer of ASGI.

The board's REPL is behind it, so another page in the same browser must not reach it. The token
stops other users and other pages, the check of Host stops DNS rebinding, and that of Origin a
WebSocket of another page, which browsers let through.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

Scope = dict[str, Any]
Send = Callable[[dict], Awaitable[None]]
Receive = Callable[[], Awaitable[dict]]
_NO_HOST = "This is the lab of another address: open the link that ./tools/cw lab has printed."
_NO_TOKEN = "The token is missing or old: open the link that ./tools/cw lab has printed."


class Guard:
    """Passes on to `app` what comes for 127.0.0.1:port or localhost:port, with the token."""

    def __init__(self, app: Callable[..., Awaitable[None]], port: int, token: str) -> None:
        self._app = app
        self._token = token
        self._cookie = f"lab-{port}"  # a browser sends cookies to all ports of a host
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one WebSocket, or the start of the server."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = self._headers(scope)
        origin = headers.get("origin")
        if headers.get("host") not in self._hosts or origin not in {None, *self._origins}:
            await self._refuse(scope, receive, send, _NO_HOST)
        elif self._is(self._cookie_of(headers)):
            await self._pass_on(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/" and self._is(self._given(scope)):
            await self._let_in(send)
        else:
            await self._refuse(scope, receive, send, _NO_TOKEN)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except RuntimeError as error:
            # So Starlette ends the request of a browser that has left before its page was made.
            if str(error) != "No response returned.":
                raise

    @staticmethod
    def _headers(scope: Scope) -> dict[str, str]:
        """By name; "" for one that came twice, which is nothing that is let in."""
        found: dict[str, str] = {}
        for name, value in scope["headers"]:
            key = name.decode("latin-1").lower()
            found[key] = "" if key in found else value.decode("latin-1")
        return found

    def _is(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self._token.encode())

    def _cookie_of(self, headers: dict[str, str]) -> str:
        # By hand: http.cookies refuses all when a server at another port has set an odd one.
        pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
        return next((value for name, _, value in pairs if name == self._cookie), "")

    @staticmethod
    def _given(scope: Scope) -> str:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        return query.get("token", [""])[0]

    async def _let_in(self, send: Send) -> None:
        """The token goes into a cookie, so that it does not stay in the address."""
        cookie = f"{self._cookie}={self._token}; HttpOnly; SameSite=Lax; Path=/"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()),
                   (b"referrer-policy", b"no-referrer"),
                   (b"cache-control", b"no-store")]  # fmt: skip
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    @staticmethod
    async def _refuse(scope: Scope, receive: Receive, send: Send, why: str) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": f"{why}\n".encode()})
