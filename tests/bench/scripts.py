# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What runs on the board while something is measured."""

import json

# Ours: configure, and one attempt that user code can wait for.
PRELUDE = """
import server, imp, time, gc, machine
calls = []
def done(result, interface): calls.append(result)
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)
"""

# The shortest script that people write today: every line of it blocks.
BLOCKING = """
import network, socket, ssl, struct, time
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_REQUIRED
context.load_verify_locations(cadata=CA)
wlan = network.WLAN(network.WLAN.IF_STA)
def blocking_connect(host=HOST, port=PORT):
    wlan.active(True)
    wlan.connect(SSID, KEY)
    while not wlan.isconnected():
        time.sleep_ms(1)
    address = socket.getaddrinfo(host, port)[0][-1]
    s = socket.socket()
    s.connect(address)
    s = context.wrap_socket(s, server_hostname=HOST)
    s.write(b"\\x10\\x11\\0\\4MQTT\\4\\2\\0\\x3c\\0\\5basic")
    answer = s.read(4)
    assert answer == b"\\x20\\2\\0\\0", answer
    return s
def blocking_disconnect(s):
    s.write(b"\\xe0\\0")
    s.close()
    wlan.disconnect()
    wlan.active(False)
"""


def prelude(world) -> str:
    """The code that makes a board ready to measure `connectwith` against the bench's broker."""
    broker = world.broker
    return PRELUDE + f"imp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r})\n"


def blocking(world, port: int | None = None) -> str:
    """The code that defines `blocking_connect` and `blocking_disconnect`."""
    home, broker = world.wifi["home"], world.broker
    return (
        "import binascii\n"
        f"CA = binascii.a2b_base64({_pem_body(broker.ca_pem)!r})\n"
        f"SSID, KEY, HOST, PORT = {home.ssid!r}, {home.key!r}, {broker.host!r}, "
        f"{port or broker.port}\n" + BLOCKING
    )


def _pem_body(pem: bytes) -> str:
    return "".join(line for line in pem.decode().splitlines() if "-----" not in line)


def wifi(world, **changes) -> dict:
    """The NIC of the bench's access point "home"."""
    home = world.wifi["home"]
    return {"interface": "wl0", "wificonfig": {"ssid": home.ssid, "key": home.key, **changes}}


def numbers(board, code: str, timeout: float = 60) -> dict:
    """Run `code`, whose last printed line is a JSON object, and return that object."""
    return json.loads(board.exec(code, timeout=timeout).strip().splitlines()[-1])


def connected(world) -> str:
    """Code that connects once over Wi-Fi and leaves the clock set, then disconnects."""
    return (
        f"calls.clear()\nserver.connectwith({wifi(world)!r}, done)\n"
        "while not calls: time.sleep_ms(5)\n"
        "assert calls == [5], calls\n"
        "server.disconnect()\ntime.sleep_ms(300)\n"
    )
