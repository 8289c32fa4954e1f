# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Who is let in to the lab."""

import asyncio

import pytest
from lab.server.guard import Guard

TOKEN = "the-token"
COOKIE = ("cookie", f"lab-81=x; lab-80={TOKEN}")
HERE = ("host", "127.0.0.1:80")


def ask(*headers, path="/", query="", kind="http"):
    """What the guard sends; ["passed"] if it has let the request through."""
    sent = []

    async def app(scope, receive, send):
        sent.append("passed")

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "path": path, "query_string": query.encode(),
             "headers": [(n.encode(), v.encode("latin-1")) for n, v in headers]}  # fmt: skip
    asyncio.run(Guard(app, 80, TOKEN)(scope, receive, send))
    return sent


def status(*headers, **more):
    return ask(*headers, **more)[0]["status"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", ["127.0.0.1:80", "localhost:80"])
def test_cookie_is_let_in(kind, host):
    assert ask(("host", host), COOKIE, kind=kind, path="/any") == ["passed"]
    origin = ("origin", f"http://{host}")
    assert ask(("host", host), COOKIE, origin, kind=kind) == ["passed"]


@pytest.mark.parametrize("odd", ['prefs={"a": 1, "b": "x"}', "a[b]=c", "a b", '"', "=", ""])
def test_cookies_of_other_servers_do_not_matter(odd):
    assert ask(HERE, ("cookie", f"{odd}; lab-80={TOKEN}; {odd}")) == ["passed"]


@pytest.mark.parametrize(
    "headers",
    [
        [COOKIE],
        [("host", "evil.example"), COOKIE],
        [("host", "127.0.0.1"), COOKIE],
        [("host", "127.0.0.1:81"), COOKIE],
        [("host", "127.0.0.1:80.evil.example"), COOKIE],
        [HERE, HERE, COOKIE],
        [HERE, COOKIE, ("origin", "http://evil.example")],
        [HERE, COOKIE, ("origin", "null")],
        [HERE, COOKIE, ("origin", "http://127.0.0.1:80"), ("origin", "http://evil.example")],
        [HERE],
        [HERE, ("cookie", "lab-80=other")],
        [HERE, ("cookie", "lab-80=")],
        [HERE, ("cookie", f"lab-81={TOKEN}")],
        [HERE, ("cookie", "\xff=;;=\x00")],
        [HERE, ("cookie", "lab-80=\xff")],
    ],
)
def test_others_are_not(headers):
    assert status(*headers) == 403
    (closed,) = ask(*headers, kind="websocket")
    assert closed == {"type": "websocket.close", "code": 1008}


def test_the_link_gives_the_cookie_and_leaves_the_address():
    first, _ = ask(HERE, query=f"token={TOKEN}")
    headers = dict(first["headers"])
    assert first["status"] == 303 and headers[b"location"] == b"/"
    cookie = headers[b"set-cookie"].decode()
    assert cookie.startswith(f"lab-80={TOKEN};")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


@pytest.mark.parametrize("query", ["token=", "token=x", "", "token=%ff", f"tokem={TOKEN}"])
def test_a_wrong_link_does_not(query):
    assert status(HERE, query=query) == 403


def test_the_token_is_taken_at_the_root_only():
    assert status(HERE, query=f"token={TOKEN}", path="/other") == 403
    (closed,) = ask(HERE, query=f"token={TOKEN}", kind="websocket")
    assert closed["type"] == "websocket.close"


def test_start_of_the_server_passes():
    assert ask(kind="lifespan") == ["passed"]


@pytest.mark.parametrize(("words", "said"), [("No response returned.", False), ("other", True)])
def test_browser_that_leaves_early_is_no_error(words, said):
    async def app(scope, receive, send):
        raise RuntimeError(words)

    headers = [(name.encode(), value.encode()) for name, value in (HERE, COOKIE)]
    scope = {"type": "http", "path": "/", "query_string": b"", "headers": headers}
    request = Guard(app, 80, TOKEN)(scope, None, None)
    if said:
        with pytest.raises(RuntimeError):
            asyncio.run(request)
    else:
        asyncio.run(request)
