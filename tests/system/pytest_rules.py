# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The rules of `server.connectwith`, one after the other."""

import pytest

SERVER_CONNECTED, NO_WIFI = 5, 1
_OFF = "until(lambda: not network.WLAN(0).active())"  # the last message leaves before


def test_s01_suspend_on_error_refuses_and_touches_nothing(device):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    out = device.repl.run(
        "server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, server.WAIT_TIL_SENT, 5)\n"
        "try:\n    attempt({'interface': 'wl0'})\n"
        "except RuntimeError as error: print('refused')\n"
        "settle(500)\n"
        "print(server.isconnected(), len(calls))\n"
    )
    assert out.split() == ["refused", "True", "1"]


def test_policy_at_start_up_is_suspend_on_error(repl):
    out = repl.run(
        "import server\n"
        "try:\n    server.connectwith({'interface': 'wl0'})\n"
        "except RuntimeError: print('refused')\n"
    )
    assert out.strip() == "refused"


def test_s03_return_on_error_no_disconnect_is_accepted(device):
    device.repl.run(
        "server.setsendtimeoutpolicy(server.RETURN_ON_ERROR_NO_DISCONNECT,"
        " server.WAIT_TIL_SENT, 5)"
    )
    assert device.connect(device.ethernet()) == SERVER_CONNECTED


def test_s02_returns_none_before_the_callback(device):
    out = device.repl.run(
        f"answer = server.connectwith({device.wifi()!r}, record())\nprint(answer, len(calls))\n"
    )
    assert out.split() == ["None", "0"]
    assert len(device.wait()) == 1


def test_s05_callback_gets_the_callers_own_string(device):
    for name in ("wifi", "wl0", "ethernet", "eth0"):
        nic = dict(device.nic("wl0" if name.startswith("w") else "eth0"), interface=name)
        device.start(nic)
        assert device.wait(len(device.calls()) + 1)[-1][2] == name


def test_exception_in_the_callback_is_printed_and_breaks_nothing(device):
    nic = device.ethernet()
    out = device.repl.run(
        "def broken(result, interface): raise ValueError('callback trouble')\n"
        f"server.connectwith({nic!r}, broken)\n"
        "until(server.isconnected, 30000)\nsettle()\n"
        "print(server.isconnected())\n",
        timeout=40,
    )
    assert "ValueError: callback trouble" in out
    assert out.strip().endswith("True")
    assert device.connect(device.wifi()) == SERVER_CONNECTED


def test_no_callback_is_accepted(device):
    device.repl.run(f"server.connectwith({device.ethernet()!r})")
    assert device.repl.value("until(server.isconnected, 30000)", timeout=40) is True


_OUT_OF_RANGE = ["0", "-1", "86401", "float('nan')", "float('inf')"]


@pytest.mark.parametrize(
    ("timeout", "error"),
    [(value, "ValueError") for value in _OUT_OF_RANGE]
    + [(value, "(TypeError, ValueError)") for value in ("'5'", "[]", "True")],
)
def test_timeout_that_is_refused(device, timeout, error):
    out = device.repl.run(
        f"try:\n    server.connectwith({device.ethernet()!r}, record(), {timeout})\n"
        f"except {error}: print('refused')\n"
        "settle()\nprint(len(calls))\n"
    )
    assert out.split() == ["refused", "0"]


def test_s09_s10_old_interface_is_powered_down_before_the_new_attempt(device, world):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    world.ethernet.unplug()
    device.start(device.ethernet(), timeout=2)
    assert device.repl.value("server.isconnected()") is False
    device.repl.run("import network")
    assert device.repl.value(_OFF, timeout=20) is True
    assert device.wait(2)[-1][1] == 1
    # The device does not reconnect by itself: it stays offline.
    device.repl.run("time.sleep(1)")
    assert device.repl.value("server.isconnected()") is False
    assert device.repl.value("network.WLAN(0).active()") is False


def test_s11_the_old_interface_stays_off_after_success(device):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    device.repl.run("import network")
    assert device.repl.value(_OFF, timeout=20) is True
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert device.repl.value("network.WLAN(0).active()") is True


def test_s07_default_timeouts(device, world):
    # No test waits for the full time: the deadline is tested with short ones.
    device.repl.run("from connectwith.connection import job; from connectwith.settings import nic")
    kinds = "(nic.WIFI, nic.ETHERNET, nic.CELLULAR)"
    assert device.repl.value(f"[job.default_ms(kind) for kind in {kinds}]") == [
        60000, 60000, 120000,
    ]  # fmt: skip
    world.ethernet.unplug()
    device.start(device.ethernet())
    device.repl.run("time.sleep(3)")
    assert device.calls() == []


def test_same_interface_is_a_reconnect_with_the_new_settings(device, world):
    assert device.connect(device.wifi("home")) == SERVER_CONNECTED
    assert device.connect(device.wifi("cafe", key="")) == SERVER_CONNECTED
    device.repl.run("import network")
    ssid = device.repl.value("network.WLAN(0).config('ssid')")
    assert ssid == world.wifi["cafe"].ssid


def test_nothing_is_written_to_storage(device):
    before = device.flash()
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert device.flash() == before


def test_s27_failure_keeps_the_last_good_configuration(device):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    good = device.repl.value("imp.net.getcurrentconfig()")
    assert good["interface"] == "eth0"
    assert device.connect(device.wifi(key="not-the-key"), limit_s=20) == NO_WIFI
    assert device.repl.value("imp.net.getcurrentconfig()") == good


def test_s23_s24_current_configuration_goes_back_in(device):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    config = device.repl.value("imp.net.getcurrentconfig()")
    assert config["wificonfig"]["ssid"] == device.world.wifi["home"].ssid
    key = config["wificonfig"]["key"]
    assert isinstance(key, bytes) and device.world.wifi["home"].key.encode() not in key
    assert device.connect(config) == SERVER_CONNECTED


def test_open_networks_key_comes_back_as_empty_text(device):
    assert device.connect(device.wifi("cafe", key=None)) == SERVER_CONNECTED
    assert device.repl.value("imp.net.getcurrentconfig()")["wificonfig"]["key"] == ""


def test_callback_may_call_connectwith(device):
    device.repl.run(
        "def again(result, interface):\n"
        "    calls.append((1, result, interface, server.isconnected(), 0))\n"
        f"    server.connectwith({device.ethernet()!r}, record(2))\n"
        f"server.connectwith({device.wifi()!r}, again)\n"
    )
    assert [call[:3] for call in device.wait(2)] == [(1, 5, "wl0"), (2, 5, "eth0")]


def test_callback_may_call_disconnect(device):
    device.repl.run(
        "def leave(result, interface):\n"
        "    calls.append((1, result, interface, server.isconnected(), 0))\n"
        "    server.disconnect()\n"
        f"server.connectwith({device.ethernet()!r}, leave)\n"
    )
    assert device.wait(1)[0][1] == 5
    assert device.repl.value("server.isconnected()") is False


def test_disconnect_takes_effect_before_it_returns(device):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    out = device.repl.run(
        "server.disconnect()\nprint(server.isconnected())\nserver.disconnect()\n"
        f"import network\nprint({_OFF})\n",
        timeout=20,
    )
    assert out.split() == ["False", "True"]


def test_log_offline_returns_not_connected(device):
    assert device.repl.value("server.log('nobody hears this')") == 1
    assert device.repl.value("server.error('nor this')") == 1


def test_nic_is_neither_modified_nor_kept(device):
    out = device.repl.run(
        f"nic = {device.wifi()!r}\nbefore = repr(nic)\n"
        "attempt(nic)\nprint(repr(nic) == before)\n"
        "nic['wificonfig']['ssid'] = 'changed'\nnic['interface'] = 'eth0'\n"
        "wait(1)\nprint(calls[0][1:3])\n"
        "print(imp.net.getcurrentconfig()['interface'])\n"
    )
    assert out.splitlines() == ["True", "(5, 'wl0')", "wl0"]
