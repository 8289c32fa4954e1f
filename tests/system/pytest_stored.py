# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Stored settings: what they are good for, what they leave alone, how long they last."""

import pytest

NO_WIFI, NO_PROXY, SERVER_CONNECTED = 1, 6, 5
WIFI_ALONE = {"interface": "wl0"}

READ = "__import__('connectwith.settings').settings.load_nic"


def _store_wifi(device, name):
    access_point = device.world.wifi[name]
    device.repl.run(f"imp.setwificonfiguration({access_point.ssid!r}, {access_point.key!r})")


def _ssid(device):
    return device.repl.value("imp.net.getcurrentconfig()['wificonfig']['ssid']")


def test_an_absent_block_means_the_stored_network(device):
    assert device.connect(WIFI_ALONE, timeout=3) == NO_WIFI
    assert device.last_attempt()["cause"] == "no network is stored"
    _store_wifi(device, "home")
    assert device.connect(WIFI_ALONE) == SERVER_CONNECTED
    assert _ssid(device) == device.world.wifi["home"].ssid


def test_s33_a_network_of_connectwith_is_not_stored(device):
    _store_wifi(device, "cafe")
    before = device.flash()
    assert device.connect(device.wifi("home")) == SERVER_CONNECTED
    device.repl.run("server.disconnect()")
    assert device.flash() == before
    device.reboot()
    assert device.connect(WIFI_ALONE) == SERVER_CONNECTED
    assert _ssid(device) == device.world.wifi["cafe"].ssid


def test_s34_info_tells_stored_and_connected_network(device):
    _store_wifi(device, "cafe")
    assert device.connect(device.wifi("home")) == SERVER_CONNECTED
    wifi = [i for i in device.repl.value("imp.net.info()['interface']") if i["type"] == "wifi"]
    assert wifi[0]["ssid"] == device.world.wifi["cafe"].ssid
    assert wifi[0]["connectedssid"] == device.world.wifi["home"].ssid


def test_s35_a_callback_may_store_its_network(device):
    home = device.world.wifi["home"]
    device.repl.run(
        "def keep(result, interface):\n"
        f"    imp.setwificonfiguration({home.ssid!r}, {home.key!r})\n"
        "    record()(result, interface)\n"
        f"server.connectwith({device.wifi()!r}, keep)"
    )
    assert device.wait()[0][1] == SERVER_CONNECTED
    device.reboot()
    assert device.connect(WIFI_ALONE) == SERVER_CONNECTED
    assert _ssid(device) == home.ssid


def test_s36_s37_s39_setters_leave_the_live_link_alone(device):
    assert device.connect(device.wifi("home")) == SERVER_CONNECTED
    before = device.repl.value("imp.net.getcurrentconfig()")
    device.repl.run(
        "imp.setwificonfiguration('elsewhere', 'not-our-key')\n"
        f"imp.setproxy(0, 'proxy.test', {device.world.closed_port()})\n"
        "imp.setstaticnetworkconfiguration('10.9.9.9', '255.255.255.0', '10.9.9.1', '10.9.9.1')\n"
        "settle(200)"
    )
    assert device.repl.value("server.isconnected()") is True
    assert device.repl.value("imp.net.getcurrentconfig()") == before
    assert device.repl.value("server.log('as before')") == 0
    # S37: the link stays, and then there is no network to join any more.
    device.repl.run("imp.clearconfiguration(imp.CONFIG_WIFI)\nsettle(200)")
    assert device.repl.value("server.isconnected()") is True
    assert device.connect(WIFI_ALONE, timeout=3) == NO_WIFI
    # S39: the proxy, which nobody is, counts from the next attempt.
    device.repl.run("imp.clearconfiguration(imp.CONFIG_STATIC_NETWORK)")
    assert device.connect(device.wifi("home"), timeout=5) == NO_PROXY


def test_s38_clearconfiguration_clears_everything_by_default(device):
    _store_wifi(device, "home")
    device.repl.run(
        "imp.setproxy(imp.PROXY_TYPE_HTTP, 'proxy.test', 3128, 'me', 'S3cret')\n"
        "imp.setstaticnetworkconfiguration('10.9.9.9', '255.255.255.0', '10.9.9.1', '10.9.9.1')\n"
        "imp.setapn('internet')\n"
        "imp.setuserconfiguration('stays')"
    )
    assert b"S3cret" not in device.flash()
    assert set(device.repl.value(f"{READ}(0)")) == {
        "interface", "wificonfig", "staticconfig", "proxyconfig",
    }  # fmt: skip
    assert device.repl.value(f"{READ}(2)['cellconfig']") == {"apn": "internet"}
    for action, key in (("WIFI", "wificonfig"), ("STATIC_NETWORK", "staticconfig")):
        device.repl.run(f"imp.clearconfiguration(imp.CONFIG_{action})")
        assert key not in device.repl.value(f"{READ}(0) or {{}}")
    assert "proxyconfig" in device.repl.value(f"{READ}(1)")
    device.repl.run("imp.clearconfiguration()")
    assert device.repl.value(f"[{READ}(kind) for kind in range(3)]") == [
        None, {"interface": "eth0"}, None,
    ]  # fmt: skip
    assert device.repl.value("imp.getuserconfiguration()") == "stays"
    assert device.connect(device.ethernet()) == SERVER_CONNECTED


BAD = [
    ("setwificonfiguration('', '')", "ssid"),
    ("setwificonfiguration('x' * 33, '')", "ssid"),
    ("setwificonfiguration(5, '')", "ssid"),
    ("setwificonfiguration('home', 'S3c')", "key"),
    ("setwificonfiguration('home', 5)", "key"),
    ("setwificonfiguration('home')", ""),
    # S40
    ("setproxy(0)", ""),
    ("setproxy(0, 'proxy.test')", ""),
    ("setproxy(0, None, 80)", "address"),
    ("setproxy(0, '', 80)", "address"),
    ("setproxy(0, 'a' * 65, 80)", "address"),
    ("setproxy(0, 'proxy.test', None)", "port"),
    ("setproxy(0, 'proxy.test', -1)", "port"),
    ("setproxy(0, 'proxy.test', 65536)", "port"),
    ("setproxy(0, 'proxy.test', '80')", "port"),
    ("setproxy(1, 'proxy.test', 80)", "type"),
    ("setproxy(0, 'proxy.test', 80, 'me')", "password"),
    ("setproxy(0, 'proxy.test', 80, None, 'S3cret')", "password"),
    ("setproxy(0, 'proxy.test', 80, 'x' * 33, 'p')", "username"),
    ("setproxy(0, 'proxy.test', 80, 'me', 'S3cret' * 6)", "password"),
    ("setstaticnetworkconfiguration('10.0.0.9', '255.0.255.0', '10.0.0.1', '10.0.0.1')",
     "netmask"),
    ("setstaticnetworkconfiguration('10.0.0.9', '255.255.255.0', '10.0.1.1', '10.0.0.1')",
     "gateway"),
    ("setstaticnetworkconfiguration('10.0.0.9', '255.255.255.0', '10.0.0.1', [])", "dns"),
    # S76
    ("setapn()", ""),
    ("setapn(5)", "apn"),
    ("setapn('')", "apn"),
    ("setapn('a\"b')", "apn"),
    ("clearconfiguration(0)", "action"),
    ("clearconfiguration('wifi')", "action"),
    ("clearconfiguration(16)", "action"),
    # S75
    ("setuserconfiguration(5)", "config"),
    ("setuserconfiguration(['a'])", "config"),
    ("setuserconfiguration(b'x' * 4097)", "config"),
    ("setuserconfiguration('x' * 4097)", "config"),
    ("setuserconfiguration('\\xe4' * 2049)", "config"),
]  # fmt: skip


def test_s40_s75_s76_what_is_refused_changes_nothing(device):
    device.repl.run("imp.setapn('internet')\nimp.setuserconfiguration(b'kept')")
    before = device.flash()
    for call, word in BAD:
        out = device.repl.run(
            f"try:\n    imp.{call}\n    print('accepted')\n"
            "except (ValueError, TypeError) as error: print('refused', error)"
        )
        assert out.startswith("refused " + word), f"{call}: {out}"
        assert "S3c" not in out, call
    assert device.flash() == before


@pytest.mark.parametrize("text", ["'häß'", "b'\\x00\\xff' * 2048", "''", "b''", "'x' * 4096"])
def test_s75_the_user_configuration_outlives_a_power_cycle(device, text):
    assert device.repl.value("imp.getuserconfiguration()") is None
    device.repl.run(f"imp.setuserconfiguration({text})")
    device.reboot()
    assert device.repl.value(f"imp.getuserconfiguration() == {text}") is True
    device.repl.run("imp.setuserconfiguration(None)")
    assert device.repl.value("imp.getuserconfiguration()") is None


def test_a_stored_secret_of_another_device_never_reaches_the_radio(device):
    _store_wifi(device, "home")
    # As if the flash had been copied: the settings are there, and the key is another one's.
    device.repl.run(
        "import esp32\n"
        "space = esp32.NVS('connectwith')\n"
        "blob = bytearray(512)\n"
        "blob = blob[:space.get_blob('wificonfig', blob)]\n"
        "blob[-1] ^= 1\n"
        "space.set_blob('wificonfig', blob)\nspace.commit()"
    )
    assert device.connect(WIFI_ALONE, timeout=10) == 0
    assert "sealed value was changed" in device.last_attempt()["cause"]


def test_a_damaged_record_counts_as_none(device):
    for damage in (b"", b"\2abc", b"\1\x40abc", b"\xff" * 500):
        device.repl.run(
            "import esp32\n"
            "space = esp32.NVS('connectwith')\n"
            "for name in ('wificonfig', 'staticconfig', 'proxyconfig', 'cellconfig'):\n"
            f"    space.set_blob(name, {damage!r})\n"
        )
        assert device.repl.value(f"[{READ}(kind) for kind in range(3)]") == [
            None, {"interface": "eth0"}, None,
        ], damage  # fmt: skip
