# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Accepted settings can be read back, and reports agree with the facts."""

import pytest

NO_WIFI, SERVER_CONNECTED = 1, 5


def test_a_nic_survives_json(device, world):
    sealed = bool(world.wifi["home"].key)  # an open network has none
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    device.repl.run(
        "import json\ntext = json.dumps(imp.net.getcurrentconfig())\n"
        "imp.setuserconfiguration(text)\nserver.disconnect()\n"
    )
    key = "imp.net.getcurrentconfig()['wificonfig']['key']"
    assert device.repl.value(f"isinstance({key}, bytes)") is sealed
    device.reboot()
    device.repl.run("import json\nback = json.loads(imp.getuserconfiguration())")
    assert device.repl.value("isinstance(back['wificonfig']['key'], str)") is sealed
    device.repl.run("server.connectwith(back, record(), 20)")
    assert device.wait()[0][1] == SERVER_CONNECTED
    device.repl.run("n = imp.net.getcurrentconfig()\nimp.setwificonfiguration(**n['wificonfig'])")
    assert device.connect({"interface": "wl0"}) == SERVER_CONNECTED


@pytest.mark.parametrize(
    "config",
    ["json.dumps(bytes([0xff, 0xfe]))", "'x' * 5000"],
)
def test_a_configuration_that_could_not_be_given_back(device, config):
    device.repl.run("import json; imp.setuserconfiguration('before')")
    out = device.repl.run(
        f"try: imp.setuserconfiguration({config})\nexcept ValueError as e: print(e)"
    )
    assert out.startswith("config: ")
    assert device.repl.value("imp.getuserconfiguration()") == "before"


def test_none_for_a_block_is_none_for_this_attempt(device, world):
    gateway = world.ethernet.gateway
    address = gateway[: gateway.rindex(".")] + ".77"
    device.repl.run(
        f"imp.setstaticnetworkconfiguration({address!r}, '255.255.255.0', {gateway!r}, "
        "'9.9.9.9')\n"
        f"imp.setproxy(imp.PROXY_TYPE_HTTP, 'proxy.test', {world.closed_port()})\n"
    )
    assert device.connect({"interface": "eth0"}, timeout=3) != SERVER_CONNECTED
    nic = {"interface": "eth0", "staticconfig": None, "proxyconfig": None}
    assert device.connect(nic) == SERVER_CONNECTED
    assert device.repl.value("imp.net.getcurrentconfig()") == nic
    assert device.repl.value("imp.net.info()['ipv4']['address']") != address
    # Stored settings stay.
    assert device.connect({"interface": "eth0"}, timeout=3) != SERVER_CONNECTED


@pytest.mark.parametrize(
    ("nic", "words"),
    [({"interface": "wl0", "wificonfg": {}}, "wificonfg: unknown; the nearest key is wificonfig"),
     ({"interface": "eth0", "staticconfg": 1}, "staticconfg: unknown; "),
     ({"interface": "eth0", "proxyconfig": {"host": "x"}}, "host: unknown; "),
     ({"interface": "cell0", "cellconfig": {"APN": "x"}}, "APN: unknown; the nearest key is apn")],
)  # fmt: skip
def test_a_mistyped_key_is_named(device, nic, words):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    out = device.repl.run(f"try: server.connectwith({nic!r})\nexcept ValueError as e: print(e)")
    assert out.startswith(words)
    assert device.repl.value("server.isconnected()") is True


@pytest.mark.parametrize(
    ("timeout", "error"),
    [("'5'", "TypeError"), ("b'5'", "TypeError"), ("[]", "TypeError"), ("True", "TypeError"),
     ("0", "ValueError"), ("-1", "ValueError"), ("float('nan')", "ValueError"),
     ("86401", "ValueError"),
     ("float('inf')", "ValueError"), ("10 ** 400", "ValueError"), ("-5e-324", "ValueError"),
     ("'9' * 60000", "TypeError"), ("1 - 1 + 0.0", "ValueError")],
)  # fmt: skip
def test_bad_timeouts(device, timeout, error):
    nic = device.ethernet()
    for call in (
        f"server.connectwith({nic!r}, None, t)",
        "server.connect(None, t)",
        "server.flush(t)",
    ):
        out = device.repl.run(f"t = {timeout}\ntry: {call}\nexcept {error}: print('refused')")
        assert out.strip() == "refused", call


def test_the_smallest_timeout_is_refused_or_ends(device):
    """On an ESP32, whose floats have 32 bits, it is 0."""
    out = device.repl.run(
        f"try: server.connectwith({device.ethernet()!r}, record(), 5e-324)\n"
        "except ValueError: print('refused')"
    )
    assert out.strip() == "refused" or len(device.wait()) == 1


def test_superseded_says_why(device):
    out = device.repl.run(
        f"import asyncio\nnic = {device.ethernet()!r}\n"
        "async def main():\n"
        "    task = asyncio.create_task(server.aio.connectwith(nic))\n"
        "    await asyncio.sleep_ms(20)\n"
        "    server.disconnect()\n"
        "    try: await task\n"
        "    except server.aio.Superseded as error: print(error)\n"
        "asyncio.run(main())\n"
    )
    assert "newer call" in out


_BROKEN_STOP = """
from connectwith import links
link = links.get(0)
stop = link.stop
def broken():
    stop()
    raise OSError("stuck")
link.stop = broken
"""


def test_a_driver_that_raises_while_it_is_stopped(device, world):
    world.wifi["home"].off()
    device.repl.run(_BROKEN_STOP)
    assert device.connect(device.wifi(), timeout=2) == NO_WIFI
    attempt = device.last_attempt()
    assert (attempt["result"], attempt["name"]) == (NO_WIFI, "NO_WIFI") and attempt["cause"]
    world.wifi["home"].on()
    device.repl.run("del link.stop")
    assert device.connect(device.wifi()) == SERVER_CONNECTED


def test_wifi_reasons_have_words(device):
    assert device.connect(device.wifi(key="wrong-horse"), timeout=20) == NO_WIFI
    assert "wrong key" in device.last_attempt()["cause"]
    assert device.connect(device.wifi(ssid="nobody-here"), timeout=3) == NO_WIFI
    assert "no such network" in device.last_attempt()["cause"]
