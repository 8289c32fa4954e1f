# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Scripts of docs/examples that use what each ESP32 firmware has frozen, and no API of ours."""

import contextlib
import hashlib
import http.server
import json
import pathlib
import threading
import urllib.request

import pytest
from frozen_library import need

pytestmark = pytest.mark.virtual("its servers are on the loopback interface")

_EXAMPLES = pathlib.Path(__file__).parents[2] / "docs/examples"
_ADDRESS = "pc.test:8000"
_HELLO = b"text = 'installed'\n"


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = self.server.pages.get(self.path)
        self.send_response(404 if page is None else 200)
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def _web_server(pages):
    """Serves `pages`, path to content, on the loopback interface; gives its address for boards."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        server.pages = pages
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"pc.test:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _script(name, address=None):
    text = (_EXAMPLES / name).read_text()
    if address is not None:
        assert text.count(_ADDRESS) == 1
        text = text.replace(_ADDRESS, address)
    return text


@pytest.fixture
def networked(repl, world):
    """The board with the module my_network, as `cw run` makes it."""
    home, broker = world.wifi["home"], world.broker
    settings = (
        f"SSID = {home.ssid!r}\nKEY = {home.key!r}\n"
        f"BROKER = {broker.host!r}\nPORT = {broker.port!r}\nCA = {broker.ca_pem!r}\n"
    )
    repl.run(f"with open('my_network.py', 'w') as file: file.write({settings!r})")
    return repl


def test_requests(networked):
    need(networked, "requests")
    with _web_server({"/": b"a page"}) as address:
        assert networked.run(_script("http_get.py", address), timeout=40).split() == [
            "200", "a", "page",
        ]  # fmt: skip


def test_ntptime(networked, world):
    need(networked, "ntptime")
    world.sntp.offset(86400 * 365)  # it is the bench's clock that the board has afterwards
    shown = networked.run(_script("set_clock.py"), timeout=40)
    assert world.sntp.requests == 1
    assert networked.value("time.time() - ntptime.time()") in (-1, 0)
    year = networked.value("time.gmtime()[0]")
    assert shown.startswith(f"{year}-")


def test_umqtt(networked, world):
    need(networked, "ntptime", "umqtt.simple")
    assert networked.run(_script("mqtt_publish.py"), timeout=40).strip() == "published"
    assert world.broker.wait_for("example/greeting", timeout=5)[1] == b"hello"


def test_web_server(networked, world, board, dut):
    networked.send(_script("web_server.py"))
    dut.expect("http://10", timeout=40)
    port = world.wifi["home"].forward(board.pid, 80)
    for path in ("/first", "/stop"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            assert answer.status == 200 and answer.read().startswith(f"{path} after ".encode())
    networked.finish(timeout=20)


def test_mip_of_a_package_json(networked):
    need(networked, "mip")
    package = {"urls": [["hello.py", ""]], "version": "1"}
    pages = {"/hello.py": _HELLO}
    with _web_server(pages) as address:
        package["urls"][0][1] = f"http://{address}/hello.py"
        pages["/package.json"] = json.dumps(package).encode()
        out = networked.run(_script("install_package.py", address), timeout=40)
        assert out.splitlines()[-1] == "Done"
    assert networked.value("__import__('hello').text") == "installed"


def test_mip_of_an_index(networked):
    need(networked, "mip")
    sum_ = hashlib.sha256(_HELLO).hexdigest()[:8]
    version = networked.value("__import__('sys').implementation._mpy & 0xff")
    listing = json.dumps({"hashes": [["hello.py", sum_]], "version": "1"}).encode()
    pages = {f"/package/{version}/hello/latest.json": listing,
             f"/file/{sum_[:2]}/{sum_}": _HELLO}  # fmt: skip
    with _web_server(pages) as address:
        script = _script("install_package.py").replace(
            "mip.install(PACKAGE)", f"mip.install('hello', index='http://{address}')"
        )
        assert networked.run(script, timeout=40).splitlines()[-1] == "Done"
        again = networked.run(f"mip.install('hello', index='http://{address}')", timeout=40)
        assert "Exists:" in again
    assert networked.value("__import__('hello').text") == "installed"
