# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A bad NIC raises, names the key, and leaves the live connection alone."""

import pytest

SERVER_CONNECTED = 5

# (NIC as the board's source text, word that the message must contain)
BAD = [
    ("None", "nic"),
    ("'wl0'", "nic"),
    ("[]", "nic"),
    ("{}", "interface"),
    ("{'interface': 5}", "interface"),
    ("{'interface': None}", "interface"),
    ("{'interface': 'wl1'}", "interface"),
    ("{'interface': 'token-ring'}", "interface"),
    ("{'interface': 'cell0', 'cellconfig': {'apn': 'a\\r\\nATD'}}", "apn"),
    ("{'interface': 'cell0', 'cellconfig': {'apn': 'a\"b'}}", "apn"),
    ("{'interface': 'cell0', 'cellconfig': {'apn': 'a', 'username': 'b\"c'}}", "username"),
    ("{'interface': 'cell0', 'cellconfig': {'apn': 'a', 'password': 'b\\rc'}}", "password"),
    ("{'interface': 'cell0', 'cellconfig': {'apn': 'a', 'pin': '12\"34'}}", "pin"),
    ("{'interface': 'cell0', 'cellconfig': {'apn': 'a', 'pin': '12'}}", "pin"),
    ("{'interface': 'cell0', 'cellconfig': {'apn': 'a', 'auth': 'eap'}}", "auth"),
    ("{'interface': 'wl0', 'wificonfig': 'home'}", "wificonfig"),
    ("{'interface': 'wl0', 'wificonfig': {}}", "ssid"),
    ("{'interface': 'wl0', 'wificonfig': {'ssid': '', 'key': ''}}", "ssid"),
    ("{'interface': 'wl0', 'wificonfig': {'ssid': 'x' * 33, 'key': ''}}", "ssid"),
    ("{'interface': 'wl0', 'wificonfig': {'ssid': b'home', 'key': ''}}", "ssid"),
    # What is read from source text, UTF-8 or not, MicroPython takes as it comes.
    (
        "{'interface': 'wl0', 'wificonfig': {'ssid': eval(b'\"\\xff\"'), 'key': ''}}",
        "ssid",
    ),
    ("{'interface': 'wl0', 'wificonfig': {'ssid': 'home', 'key': 7}}", "key"),
    ("{'interface': 'wl0', 'wificonfig': {'ssid': 'home', 'key': 'x' * 65}}", "key"),
    ("{'interface': 'wl0', 'wificonfig': {'ssid': 'home', 'key': b'forged blob'}}", "key"),
    ("{'interface': 'eth0', 'staticconfig': {'ip': '10.0.0.1'}}", "netmask"),
    ("{'interface': 'eth0', 'staticconfig': 5}", "staticconfig"),
    (
        "{'interface': 'eth0', 'staticconfig': {'ip': '10.0.0.256', 'netmask': '255.255.255.0',"
        " 'gateway': '10.0.0.1', 'dns': '10.0.0.1'}}",
        "ip",
    ),
    ("{'interface': 'eth0', 'proxyconfig': {'port': 8080}}", "address"),
    ("{'interface': 'eth0', 'proxyconfig': {'address': 'proxy.test', 'port': 0}}", "port"),
    ("{'interface': 'eth0', 'proxyconfig': {'address': 'p' * 65, 'port': 1}}", "address"),
]


@pytest.mark.parametrize(
    ("text", "size"),
    [("''", 0), ("'a' * 64", 64), ("'\\u20ac\\x00'", 4), ("eval(b'\"\\xff\"')", -1)],
)
def test_bytes_of_a_text(device, text, size):
    device.repl.run("from _connectwith import utf8_bytes")
    assert device.repl.value(f"utf8_bytes({text})") == size


def test_s21_bad_nics_leave_the_live_connection_alone(device, world):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    for text, word in BAD:
        out = device.repl.run(
            f"try:\n    attempt({text})\n    print('accepted')\n"
            "except (ValueError, TypeError) as error: print('refused', error)\n"
            "print(server.isconnected(), len(calls))\n"
        )
        first, second = out.splitlines()
        assert first.startswith("refused"), text
        assert word in first, f"{text}: {first}"
        assert second == "True 1", text
    assert device.repl.value("server.log('still here')") == 0
    assert b"still here" in world.broker.wait_for("imp/*/log", timeout=5)[1]


@pytest.mark.parametrize(
    "extra",
    [
        {"wificonfig": "not looked at on Ethernet"},
        {"cellconfig": 5},
    ],
)
def test_s31_blocks_that_do_not_apply_are_ignored(device, extra):
    assert device.connect({**device.ethernet(), **extra}) == SERVER_CONNECTED


def test_secrets_do_not_appear_in_messages(device):
    out = device.repl.run(
        "config = {'ssid': 'home', 'key': 'S3cret' * 20}\n"
        "try:\n    attempt({'interface': 'wl0', 'wificonfig': config})\n"
        "except ValueError as error: print(error)\n"
    )
    assert "S3cret" not in out
